/**
 * Why a slot was skipped, in the server's own sentence: it names the hours, the day or the limit. What
 * is known of it is said in the reader's language; any other stands as it came, marked as English.
 */
import type { Language } from "../../i18n";
import type { ExecutionMessages } from "../../i18n/execution.pt-BR";
import type { Said } from "../../providers/sentences";
import { capital, type Formats } from "../../text/format";
import type { TaskRow } from "../../wire";

type Words = ExecutionMessages["skipped"];

const QUIET = /^(\w+) (\d\d:\d\d) \((.+?)\) is outside the active hours (.+)\.$/s;
const EXCLUDED = /^(\d{1,2}) (\w+)(?: (\d{4}))? is excluded(?: \((.+)\))?\.$/s;
const CALENDAR = /^(.*)calendar (.+)$/s;
const SPENT =
  /^The (council|councilor) has spent ([\d.]+) of ([\d.]+) USD (today|this month) \((.+?)\)\. Raise the limit, or wait for the next (?:day|month)\.$/;
const NO_REASON = "A maintenance window was set.";

/** In it every day has its date, and the first is a Monday. */
const LEAP_YEAR = 2024;
const WEEK = Array.from({ length: 7 }, (_, day) => Date.UTC(LEAP_YEAR, 0, 1 + day));
const MONTHS = Array.from({ length: 12 }, (_, month) => Date.UTC(LEAP_YEAR, month));

/** Null where the server says no more than its reason. */
export function skippedSentence(
  language: Language,
  { skip_reason: reason, error: said }: Pick<TaskRow, "skip_reason" | "error">,
  t: Words,
  f: Formats,
): Said | null {
  if (!said) return null;
  if (language === "en") return { text: said };
  // The reason of a window is what a person wrote.
  if (reason === "maintenance") return { text: said === NO_REASON ? t.maintenance : said };
  const text = quietWords(said, t, language) ?? excludedWords(said, t, language) ?? spentWords(said, t, f);
  return text === null ? { text: said, lang: "en" } : { text };
}

function quietWords(said: string, t: Words, language: Language): string | null {
  const [, day, clock, zone, hours] = QUIET.exec(said) ?? [];
  const at = WEEK.find((each) => inUtc("en", each, { weekday: "long" }) === day);
  if (at === undefined) return null;
  return t.quietHours(capital(inUtc(language, at, { weekday: "long" })), clock!, zone!, hours!);
}

function excludedWords(said: string, t: Words, language: Language): string | null {
  const [, day, name, year, why = ""] = EXCLUDED.exec(said) ?? [];
  const month = MONTHS.findIndex((each) => inUtc("en", each, { month: "long" }) === name);
  if (month < 0) return null;
  const at = Date.UTC(Number(year ?? LEAP_YEAR), month, Number(day));
  const date = inUtc(language, at, { day: "numeric", month: "long", ...(year && { year: "numeric" }) });
  const [, title, calendar] = CALENDAR.exec(why) ?? [];
  return t.excluded(date, calendar === undefined ? why : `${title}${t.calendar(calendar)}`);
}

function spentWords(said: string, t: Words, f: Formats): string | null {
  const [, who, spent, limit, span, setting] = SPENT.exec(said) ?? [];
  if (who === undefined) return null;
  return t.spent(who === "council", f.money(Number(spent)), f.money(Number(limit)), span === "today", setting!);
}

function inUtc(language: string, at: number, how: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language, { ...how, timeZone: "UTC" }).format(at);
}
