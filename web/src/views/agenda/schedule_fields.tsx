/** When: the fields of a schedule, for its own form and for that of a whole seat. */
import { useEffect, useRef } from "preact/hooks";

import type { Draft } from "../../agenda/draft";
import { agendaMessages } from "../../i18n/agenda";
import { capital } from "../../text/format";
import { ZONE } from "../card";
import { SpanField, TextField } from "../form/fields";

export interface SchedulePartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

const KINDS = ["interval", "cron", "at"] as const;

/** `takesFocus`: the chosen kind has the focus when they are shown. */
export function ScheduleFields({ draft, change, takesFocus = false }: SchedulePartProps & { takesFocus?: boolean }) {
  const t = agendaMessages.value.form;
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus) first.current?.focus();
  }, []);
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

function ValueField({ draft, change }: SchedulePartProps) {
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
export function clockHint({ timezone }: Draft): string {
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

function ZoneField({ draft, change }: SchedulePartProps) {
  const t = agendaMessages.value.form;
  return (
    <>
      <TextField
        name="timezone"
        label={t.timezone}
        hint={t.timezoneHint}
        list="zones"
        value={draft.timezone}
        onChange={(timezone) => change({ timezone })}
      />
      <datalist id="zones">
        {ZONES.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
