/** The rules that most schedules leave as they are, by the question that they answer. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { draftOf, policiesOf, scheduleOf, type Draft } from "../../agenda/draft";
import { agendaMessages } from "../../i18n/agenda";
import { ChoiceField, LinesField, SpanField, TextField } from "../form/fields";
import { clockHint, type SchedulePartProps } from "./schedule_fields";

const USUAL = draftOf({ schedule: { type: "interval", value: "30m", timezone: "UTC" } });
const SHOWN_ABOVE = new Set(["type", "value", "timezone"]);

/** How many of the rules are not the usual ones. */
export function countOwn(draft: Draft): number {
  const usual = { ...scheduleOf(USUAL), ...policiesOf(USUAL) };
  const rules = { ...scheduleOf(draft), ...policiesOf(draft) };
  return Object.entries(rules).filter(
    ([name, value]) => !SHOWN_ABOVE.has(name) && JSON.stringify(value) !== JSON.stringify(usual[name as keyof typeof usual]),
  ).length;
}

interface FoldedProps {
  title: string;
  /** How many of the rules in it are not the usual ones, in words; open at first when there are any. */
  own: string;
  children: ComponentChildren;
}

export function Folded({ title, own, children }: FoldedProps) {
  const [wasOpen] = useState(own !== "");
  return (
    <details class="advanced" open={wasOpen}>
      <summary>
        <h3>{title}</h3> {own && <span>{own}</span>}
      </summary>
      {children}
    </details>
  );
}

export function Advanced({ draft, change }: SchedulePartProps) {
  const t = agendaMessages.value.form;
  const own = countOwn(draft);
  return (
    <Folded title={t.advanced} own={own > 0 ? t.advancedOn(own) : ""}>
      <ScheduleRules draft={draft} change={change} />
    </Folded>
  );
}

/** All rules of a schedule; `attempts` stand with the rules of the queue. */
export function ScheduleRules({ draft, change }: SchedulePartProps) {
  const t = agendaMessages.value.form;
  return (
    <>
      <LimitRules draft={draft} change={change} />
      {draft.kind !== "interval" && (
        <Group title={t.clock}>
          <ChoiceField name="gap" label={t.gap} words={t.gaps} value={draft.gap} onChange={(gap) => change({ gap })} />
          <ChoiceField name="fold" label={t.fold} words={t.folds} value={draft.fold} onChange={(fold) => change({ fold })} />
        </Group>
      )}
      <Group title={t.trouble}>
        <ChoiceField name="catch_up" label={t.catchUp} words={t.catchUps} value={draft.catchUp} onChange={(catchUp) => change({ catchUp })} />
        <SpanField
          name="catch_up_max_age_seconds"
          label={t.catchUpMaxAge}
          value={draft.catchUpMaxAge}
          onChange={(catchUpMaxAge) => change({ catchUpMaxAge })}
        />
        <ChoiceField name="overlap" label={t.overlap} words={t.overlaps} value={draft.overlap} onChange={(overlap) => change({ overlap })} />
      </Group>
      <QueueRules draft={draft} change={change} />
    </>
  );
}

function LimitRules({ draft, change }: SchedulePartProps) {
  const t = agendaMessages.value.form;
  const by = clockHint(draft);
  return (
    <Group title={t.limits}>
      <LinesField
        name="active_hours"
        label={t.activeHours}
        hint={t.activeHoursHint}
        value={draft.activeHours}
        onChange={(activeHours) => change({ activeHours })}
      />
      <LinesField
        name="excluded_dates"
        label={t.excludedDates}
        hint={t.excludedDatesHint}
        value={draft.excludedDates}
        onChange={(excludedDates) => change({ excludedDates })}
      />
      <LinesField
        name="excluded_calendars"
        label={t.excludedCalendars}
        hint={t.excludedCalendarsHint}
        value={draft.excludedCalendars}
        onChange={(excludedCalendars) => change({ excludedCalendars })}
      />
      <SpanField name="jitter_seconds" label={t.jitter} hint={t.jitterHint} value={draft.jitter} onChange={(jitter) => change({ jitter })} />
      <TextField
        name="starts_at"
        label={t.startsAt}
        hint={by}
        type="datetime-local"
        value={draft.startsAt}
        onChange={(startsAt) => change({ startsAt })}
      />
      <TextField name="ends_at" label={t.endsAt} hint={by} type="datetime-local" value={draft.endsAt} onChange={(endsAt) => change({ endsAt })} />
    </Group>
  );
}

function QueueRules({ draft, change }: SchedulePartProps) {
  const t = agendaMessages.value.form;
  return (
    <Group title={t.queue}>
      <TextField
        name="priority"
        label={t.priority}
        hint={t.priorityHint}
        type="number"
        value={draft.priority}
        onChange={(priority) => change({ priority })}
      />
      <TextField
        name="max_attempts"
        label={t.attempts}
        hint={t.attemptsHint}
        type="number"
        value={draft.attempts}
        onChange={(attempts) => change({ attempts })}
      />
      <SpanField
        name="deadline_seconds"
        label={t.deadline}
        hint={t.deadlineHint}
        value={draft.deadline}
        onChange={(deadline) => change({ deadline })}
      />
    </Group>
  );
}

export function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <fieldset class="rules-group">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}
