/** The rules around a schedule, those first that are its own. */
import { draftOf, listOf, type Span, spanOf } from "../../agenda/draft";
import { formats, messages } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { now } from "../../clock";
import { type Fact, Facts } from "../../parts/facts";
import { zoneOf } from "../../text/schedule";
import type { CouncilorConfig } from "../../wire";
import { ByYourClock } from "./by_clock";

export function Rules({ config }: { config: CouncilorConfig }) {
  const { rules: t, form } = agendaMessages.value;
  const draft = draftOf(config);
  const { schedule, policies } = config;
  const moment = (at: string | null | undefined) => (at ? formats.value.moment(Date.parse(at), now.peek()) : "");
  const facts: readonly Fact[] = [
    [t.activeHours, listOf(draft.activeHours).join(", ") || t.always],
    [t.excludedDates, listOf(draft.excludedDates).join(", ")],
    [t.calendars, listOf(draft.excludedCalendars).join(", ")],
    [t.starts, moment(schedule.starts_at)],
    [t.ends, moment(schedule.ends_at)],
    [t.jitter, schedule.jitter_seconds ? t.jitterUpTo(spanWords(spanOf(schedule.jitter_seconds))) : ""],
    [t.catchUp, form.catchUps[draft.catchUp]],
    [t.overlap, form.overlaps[draft.overlap]],
    [t.priority, t.priorityOf(draft.priority)],
    [t.attempts, draft.attempts],
    [t.deadline, policies?.deadline_seconds ? spanWords(draft.deadline) : t.noDeadline],
  ];
  return (
    <section class="box" aria-labelledby="rules-title">
      <h3 id="rules-title">{t.title}</h3>
      {(schedule.starts_at || schedule.ends_at) && <ByYourClock zone={zoneOf(schedule)} />}
      <Facts facts={facts} />
    </section>
  );
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function spanWords({ amount, unit }: Span): string {
  return messages.value.span(Number(amount) * UNIT_MS[unit]);
}
