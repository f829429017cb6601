/**
 * The form of a schedule, beside what it would come to. What was written is kept until it is saved or
 * discarded by a person: neither a refusal, nor a server that is away, nor a closed panel loses it.
 */
import { useEffect, useRef, useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { type Draft, draftOf, fieldOf, type Patch, patchOf, scheduleOf, valueOf } from "../../agenda/draft";
import { draftFor, keepDraft } from "../../agenda/drafts";
import { inWords, judge, type Mistakes } from "../../agenda/mistakes";
import { PAUSE_MS } from "../../agenda/preview";
import { ApiError, editSeat, previewSchedule } from "../../api";
import { displayName } from "../../council/names";
import { language } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { Mark } from "../../parts/mark";
import { capital } from "../../text/format";
import type { Agent } from "../../wire";
import { ZONE } from "../card";
import { Advanced, countOwn } from "./advanced";
import { Errors, SpanField, TextField } from "./fields";
import { NextSlots, SLOTS_SHOWN, type SlotsState, useSlots } from "./next";

interface ScheduleFormProps {
  agent: Agent;
  onEnd: (saved: boolean) => void;
}

export function ScheduleForm({ agent, onEnd }: ScheduleFormProps) {
  const t = agendaMessages.value;
  const id = agent.agent_id;
  const [kept] = useState(() => draftFor(id));
  // As it was when the form was opened: what others change meanwhile is theirs, and stays.
  const [before] = useState(() => draftOf(agent.councilor_config!));
  const [draft, setDraft] = useState<Draft>(kept ?? before);
  const patch = patchOf(before, draft);
  const { saving, error, save, forgive } = useSaving(id, patch, onEnd);
  const preview = useSlots(scheduleOf(draft), (schedule) => previewSchedule(schedule, id, SLOTS_SHOWN), PAUSE_MS);
  const blank = valueOf(draft).trim() === "";
  const mine = judge(draft, t.form.wrong);
  const errors = { ...fieldErrors(error), ...(blank ? {} : fieldErrors(preview.error)), ...mine };
  const form = useRef<HTMLFormElement>(null);
  const [pressed, setPressed] = useState(false);
  const faulty = Object.keys(mine).length > 0;
  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    setPressed(false);
    forgive();
    keepDraft(id, patchOf(before, next) && next);
  };
  useUnloadGuard(patch !== null);
  useEffect(() => {
    if (error !== null) focusMistake(form.current, fieldErrors(error));
  }, [error]);
  const submit = () => {
    setPressed(true);
    if (faulty || blank) return focusMistake(form.current, mine);
    save();
  };
  return (
    <form
      class="schedule-form"
      ref={form}
      aria-labelledby="form-title"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Errors.Provider value={{ errors, kind: draft.kind }}>
        <div class="basics">
          <h2 id="form-title">
            {t.form.title} <span>{displayName(agent)}</span>
          </h2>
          <Basics draft={draft} change={change} />
        </div>
        {blank ? (
          <div class="outcome">
            <p class="quiet-box">{t.next.blank}</p>
          </div>
        ) : (
          <Outcome state={preview} marked={Object.keys(errors).length > 0} />
        )}
        <Advanced draft={draft} by={clockHint(draft)} change={change} own={countOwn(draft)} open={countOwn(draft) > 0} />
        <div class="save-bar">
          <SaveWords patch={patch} error={error} kept={kept !== null} faulty={pressed && faulty} />
          <button
            type="button"
            class="button"
            onClick={() => {
              keepDraft(id, null);
              onEnd(false);
            }}
          >
            {t.form.discard}
          </button>
          <button type="submit" class="button filled" aria-disabled={patch === null || saving || blank}>
            {saving ? t.form.saving : error === null ? t.form.save : t.form.again}
          </button>
        </div>
      </Errors.Provider>
    </form>
  );
}

function useSaving(id: string, patch: Patch | null, onEnd: (saved: boolean) => void) {
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = () => {
    if (patch === null || saving) return;
    setSaving(true);
    setError(null);
    editSeat(id, patch)
      .then(
        () => {
          keepDraft(id, null);
          onEnd(true);
        },
        (reason: unknown) => setError(reason),
      )
      .finally(() => setSaving(false));
  };
  /** What the server said of a field holds no longer once the form is another. */
  const forgive = () => {
    if (Object.keys(fieldErrors(error)).length > 0) setError(null);
  };
  return { saving, error, save, forgive };
}

function fieldErrors(error: unknown): Mistakes {
  if (!(error instanceof ApiError)) return {};
  const t = agendaMessages.value.form.wrong;
  return Object.fromEntries(
    error.errors.map(({ field, message }) => [fieldOf(field), { own: inWords(message, t), said: message }]),
  );
}

/** The first field that is meant, also one among the folded rules. */
function focusMistake(form: HTMLFormElement | null, mistakes: Mistakes): void {
  const marked = form?.querySelectorAll<HTMLInputElement>("[aria-invalid=true]") ?? [];
  const field = [...marked].find(({ name }) => name in mistakes);
  const folded = field?.closest("details");
  if (folded) folded.open = true;
  field?.focus();
}

/** The browser asks before it leaves a page with something unsaved. */
function useUnloadGuard(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    return () => window.removeEventListener("beforeunload", hold);
  }, [dirty]);
}

interface SaveWordsProps {
  patch: Patch | null;
  error: unknown;
  kept: boolean;
  faulty: boolean;
}

function SaveWords({ patch, error, kept, faulty }: SaveWordsProps) {
  const t = agendaMessages.value.form;
  const n = Object.keys(patch?.schedule ?? {}).length + Object.keys(patch?.policies ?? {}).length;
  const words = patch === null ? t.unchanged : t.changed(patch.schedule && "type" in patch.schedule ? n - 1 : n);
  const wrong = faulty ? t.mark : error === null ? "" : failure(error);
  return (
    <p class={wrong ? "is-wrong" : ""} role="status">
      {wrong && <Mark kind="error" />}
      <span>{wrong || (kept ? t.kept : words)}</span>
    </p>
  );
}

function failure(error: unknown): string {
  const t = agendaMessages.value.form;
  if (error instanceof ApiError && error.status === 0) return t.away;
  if (Object.keys(fieldErrors(error)).length > 0) return t.refused;
  return t.refusedElse(reasonOf(error));
}

/** The sentence is what the form says; it is read out when it settles on another one. */
function Outcome({ state, marked }: { state: SlotsState; marked: boolean }) {
  const t = agendaMessages.value;
  return (
    <div class={`outcome ${state.error === null ? "" : "is-before"}`}>
      <p class="sentence" aria-live="polite">
        {capital(state.answer?.sentence[language.value] ?? "")}
      </p>
      <NextSlots title={t.next.preview} state={state} marked={marked} />
    </div>
  );
}

interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

const KINDS = ["interval", "cron", "at"] as const;

function Basics({ draft, change }: PartProps) {
  const t = agendaMessages.value.form;
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <fieldset class="kinds">
        <legend>{t.kinds}</legend>
        {KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="kind"
              value={kind}
              {...(kind === draft.kind && { ref: first })}
              checked={draft.kind === kind}
              onChange={() => change({ kind })}
            />
            {t.kind[kind]}
          </label>
        ))}
      </fieldset>
      <div class="pair">
        <ValueField draft={draft} change={change} />
        <ZoneField draft={draft} change={change} />
      </div>
      {draft.kind === "cron" && <Examples choose={(cron) => change({ cron })} chosen={draft.cron} />}
    </>
  );
}

function ValueField({ draft, change }: PartProps) {
  const t = agendaMessages.value.form;
  if (draft.kind === "interval") {
    return <SpanField name="value" label={t.every} value={draft.every} onChange={(every) => change({ every })} />;
  }
  if (draft.kind === "at") {
    return <TextField name="value" label={t.at} hint={clockHint(draft)} type="datetime-local" value={draft.at} onChange={(at) => change({ at })} />;
  }
  return <TextField name="value" label={t.cron} hint={t.cronHint} mono value={draft.cron} onChange={(cron) => change({ cron })} />;
}

/** Whose clock a moment is told by, where it is not the reader's. */
function clockHint({ timezone }: Draft): string {
  const zone = timezone.trim();
  return zone === "" || zone === ZONE ? "" : capital(agendaMessages.value.zone(zone));
}

function Examples({ choose, chosen }: { choose: (cron: string) => void; chosen: string }) {
  const t = agendaMessages.value.form;
  return (
    <div class="examples" role="group" aria-label={t.examples}>
      <span aria-hidden="true">{t.examples}:</span>
      {Object.entries(t.example).map(([cron, words]) => (
        <button key={cron} type="button" class="chip" aria-pressed={cron === chosen} onClick={() => choose(cron)}>
          {words}
        </button>
      ))}
    </div>
  );
}

/** The zones this browser knows; the server may know others, and has the last word. */
const ZONES: readonly string[] = ["UTC", ...Intl.supportedValuesOf("timeZone")];

function ZoneField({ draft, change }: PartProps) {
  const t = agendaMessages.value.form;
  return (
    <>
      <TextField
        name="timezone"
        label={t.timezone}
        hint={t.timezoneHint}
        list="agenda-zones"
        value={draft.timezone}
        onChange={(timezone) => change({ timezone })}
      />
      <datalist id="agenda-zones">
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
