/** What the fields of the forms are called, by their names in the API. */
import { agendaMessages } from "../../i18n/agenda";
import { seatMessages } from "../../i18n/seat";

export function labelOf(field: string): string {
  const own = seatMessages.value.field[field];
  return own ?? scheduleLabels()[field] ?? field;
}

function scheduleLabels(): Readonly<Record<string, string>> {
  const t = agendaMessages.value.form;
  return {
    value: t.kinds,
    timezone: t.timezone,
    gap: t.gap,
    fold: t.fold,
    jitter_seconds: t.jitter,
    starts_at: t.startsAt,
    ends_at: t.endsAt,
    active_hours: t.activeHours,
    excluded_dates: t.excludedDates,
    excluded_calendars: t.excludedCalendars,
    catch_up: t.catchUp,
    catch_up_max_age_seconds: t.catchUpMaxAge,
    overlap: t.overlap,
    priority: t.priority,
    max_attempts: t.attempts,
    deadline_seconds: t.deadline,
  };
}
