/** A schedule in words: the server says what it means, for only the server reads every schedule. */
import type { Language } from "../i18n";
import type { BareAgent, Schedule } from "../wire";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;

/** Length of an interval such as `30m`; null when the text is not one. */
export function intervalMs(value: string): number | null {
  const parts = /^\s*(\d+)([smhd])\s*$/.exec(value);
  if (!parts) return null;
  const length = Number(parts[1]) * UNIT_MS[parts[2] as Unit];
  return length > 0 ? length : null;
}

/**
 * "every Monday at 09:00 (UTC)": the zone is named when it is not `zone`, the reader's, and matters.
 * What was written stands for a sentence that an older server does not send.
 */
export function scheduleWords(agent: BareAgent, language: Language, zone: string): string {
  const schedule = agent.councilor_config?.schedule;
  if (!schedule) return "";
  const words = plainWords(agent, language);
  const own = zoneOf(schedule);
  return own === zone || !isByTheWall(schedule) ? words : `${words} (${own})`;
}

/** The same without the zone, where that stands beside it. */
export function plainWords(agent: BareAgent, language: Language): string {
  return agent.schedule_sentence?.[language] || (agent.councilor_config?.schedule.value ?? "");
}

/** What names no zone runs in UTC. */
export function zoneOf(schedule: Schedule | undefined): string {
  return schedule?.timezone ?? "UTC";
}

/** Whether the zone has a say in when it fires: a plain interval is the same everywhere. */
function isByTheWall(schedule: Schedule): boolean {
  const lists = [schedule.active_hours, schedule.excluded_dates, schedule.excluded_calendars];
  const bounds = schedule.starts_at || schedule.ends_at;
  return schedule.type !== "interval" || lists.some((list) => list?.length) || Boolean(bounds);
}
