/** What the forms of a seat have in common: what is wrong, what was refused, and one save at a time. */
import { useEffect, useRef, useState } from "preact/hooks";

import { valueOf } from "../../agenda/draft";
import type { Mistakes } from "../../agenda/mistakes";
import { agendaMessages } from "../../i18n/agenda";
import { seatMessages } from "../../i18n/seat";
import { type SeatDraft, SEAT_FIELDS } from "../../seat/draft";
import { inWords, judge, type Known, missing } from "../../seat/mistakes";
import { IdTaken } from "../../seat/steps";
import { fieldErrors, focusMistake } from "../form/saving";

export function serverWords(said: string): string | null {
  return inWords(said, seatMessages.value, agendaMessages.value.form.wrong);
}

/** Of a save that did not end well: what was said, and of which fields it still holds. */
interface Refusal {
  readonly error: unknown;
  readonly fields: Mistakes;
}

export function useSeatForm(draft: SeatDraft, known: Known) {
  const t = seatMessages.value.wrong;
  const form = useRef<HTMLFormElement>(null);
  const [saving, setSaving] = useState(false);
  // Told at once: a key held down comes again before the next paint.
  const isBusy = useRef(false);
  const [pressed, setPressed] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const judged = judge(draft, known, t, agendaMessages.value.form.wrong);
  const empty = pressed ? missing(draft, known, t) : {};
  const mistakes: Mistakes = { ...refusal?.fields, ...judged, ...empty };

  useEffect(() => {
    if (refusal !== null) focusMistake(form.current, refusal.fields);
  }, [refusal?.error]);

  /** What the server said of a field holds no longer once it is another. */
  const forgive = (part: Partial<SeatDraft>) => {
    const changed = new Set((Object.keys(part) as (keyof SeatDraft)[]).map((key) => SEAT_FIELDS[key]));
    setRefusal((had) => {
      if (had === null || Object.keys(had.fields).length === 0) return had;
      const left = Object.entries(had.fields).filter(([field]) => !changed.has(field));
      return left.length > 0 ? { ...had, fields: Object.fromEntries(left) } : null;
    });
  };

  const save = (send: () => Promise<void>): void => {
    if (isBusy.current) return;
    setPressed(true);
    const wrong = { ...missing(draft, known, t), ...judged };
    if (Object.keys(wrong).length > 0) {
      // The marks of what is missing come with the next paint.
      requestAnimationFrame(() => focusMistake(form.current, wrong));
      return;
    }
    isBusy.current = true;
    setSaving(true);
    setRefusal(null);
    send()
      .then(
        () => setPressed(false),
        (error: unknown) => setRefusal({ error, fields: refusedFields(error, known.isThere) }),
      )
      .finally(() => {
        isBusy.current = false;
        setSaving(false);
      });
  };
  const showsMistakes = pressed || refusal !== null;
  return {
    form,
    saving,
    error: refusal?.error ?? null,
    mistakes,
    told: showsMistakes ? mistakes : {},
    isBlank: valueOf(draft).trim() === "",
    forgive,
    save,
  };
}

function refusedFields(error: unknown, isThere: boolean): Mistakes {
  const t = seatMessages.value.wrong;
  if (error instanceof IdTaken && !isThere) return { agent_id: { own: error.isCouncilor ? t.idSeated : t.idTaken, said: "" } };
  return fieldErrors(error, serverWords);
}
