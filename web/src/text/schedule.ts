/** Schedules as sentences: what a person would say, or the expression itself when none fits. */
import type { Messages } from "../i18n";
import type { Schedule } from "../wire";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNIT_MS;

const DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WORKDAYS = "1,2,3,4,5";
const WEEKEND = "0,6";

/** Length of an interval such as `30m`; null when the text is not one. */
export function intervalMs(value: string): number | null {
  const parts = /^\s*(\d+)([smhd])\s*$/.exec(value);
  if (!parts) return null;
  const length = Number(parts[1]) * UNIT_MS[parts[2] as Unit];
  return length > 0 ? length : null;
}

/**
 * "every 30 min", "weekdays at 09:00". A cron schedule names its zone when it is not `zone`, the
 * reader's; without a zone it runs in UTC.
 */
export function scheduleSentence(schedule: Schedule, zone: string, t: Messages): string {
  if (schedule.type === "interval") return intervalSentence(schedule.value, t);
  if (schedule.type === "at") return t.schedule.once(`${schedule.value.replace("T", " ")} (${schedule.timezone ?? "UTC"})`);
  const sentence = cronSentence(schedule.value, t);
  const own = schedule.timezone ?? "UTC";
  return own === zone ? sentence : `${sentence} (${own})`;
}

function intervalSentence(value: string, t: Messages): string {
  const parts = /^\s*(\d+)([smhd])\s*$/.exec(value);
  return parts ? t.schedule.every(Number(parts[1]), parts[2] as Unit) : value;
}

function cronSentence(expression: string, t: Messages): string {
  const fields = expression.trim().toLowerCase().split(/\s+/);
  if (fields.length !== 5) return expression;
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  if (month !== "*" || (day !== "*" && weekday !== "*")) return expression;
  const days = daysPhrase(day, weekday, t);
  if (days === null) return expression;
  const time = clockPhrase(minute, hour, t);
  if (time !== null) return t.schedule.onDaysAt(days, time);
  const pace = pacePhrase(minute, hour, t);
  if (pace === null) return expression;
  return day === "*" && weekday === "*" ? pace : t.schedule.paceOnDays(pace, days);
}

/** `0`, `9,13` -> "09:00 and 13:00"; null when minute or hours are not plain numbers. */
function clockPhrase(minute: string, hour: string, t: Messages): string | null {
  const hours = numbers(hour, 0, 23);
  if (!/^\d{1,2}$/.test(minute) || hours === null || /[*/]/.test(hour)) return null;
  return t.list(hours.map((each) => `${twoDigits(each)}:${twoDigits(Number(minute))}`));
}

function pacePhrase(minute: string, hour: string, t: Messages): string | null {
  const everyMinutes = /^\*\/(\d+)$/.exec(minute);
  if (hour === "*") {
    if (minute === "*") return t.schedule.every(1, "m");
    if (everyMinutes) return t.schedule.every(Number(everyMinutes[1]), "m");
    return /^\d{1,2}$/.test(minute) ? t.schedule.hourly(Number(minute)) : null;
  }
  const everyHours = /^\*\/(\d+)$/.exec(hour);
  if (!everyHours || !/^\d{1,2}$/.test(minute)) return null;
  return t.schedule.everyHoursAt(Number(everyHours[1]), Number(minute));
}

function daysPhrase(day: string, weekday: string, t: Messages): string | null {
  if (day !== "*") return /^\d{1,2}$/.test(day) ? t.schedule.dayOfMonth(Number(day)) : null;
  if (weekday === "*") return t.schedule.everyDay;
  const named = DAY_NAMES.reduce((text, name, at) => text.replaceAll(name, String(at)), weekday);
  const found = numbers(named, 0, 7);
  if (found === null) return null;
  const days = [...new Set(found.map((each) => each % 7))].sort();
  if (days.length === 7) return t.schedule.everyDay;
  if (days.join() === WORKDAYS) return t.schedule.workdays;
  if (days.join() === WEEKEND) return t.schedule.weekend;
  return t.schedule.weekdays(days);
}

/** The numbers of a cron list with ranges, `1-3,5`; null for anything else. */
function numbers(field: string, low: number, high: number): number[] | null {
  const found: number[] = [];
  for (const part of field.split(",")) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!range) return null;
    const from = Number(range[1]);
    const to = range[2] === undefined ? from : Number(range[2]);
    if (from < low || to > high || to < from) return null;
    for (let each = from; each <= to; each += 1) found.push(each);
  }
  return found;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
