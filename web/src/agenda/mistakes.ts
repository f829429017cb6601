/**
 * What is wrong with a field, in the reader's words: simple bounds judged at once, and the server's
 * most frequent sentences. The server judges all the rest, and has the last word.
 */
import type { AgendaMessages } from "../i18n/agenda.pt-BR";
import { type Draft, type Span, spanSeconds } from "./draft";

type Words = AgendaMessages["form"]["wrong"];

/** `own`: in the reader's words; null for what only the server can say. `said`: the server's. */
export interface Mistake {
  readonly own: string | null;
  readonly said: string;
}

/** By the field's name in the API. */
export type Mistakes = Readonly<Record<string, Mistake>>;

const DAY = 86_400;
const LONGEST = 366 * DAY;

/** What can be told without asking. An empty value is not yet a mistake: nobody has said when. */
export function judge(draft: Draft, t: Words): Mistakes {
  const every = draft.kind === "interval" && draft.every.amount.trim() !== "" ? whole(draft.every.amount, 1, null, t) : null;
  const found: Readonly<Record<string, string | null>> = {
    value: every,
    timezone: draft.timezone.trim() === "" ? t.required : null,
    priority: whole(draft.priority, 1, 9, t),
    max_attempts: whole(draft.attempts, 1, 10, t),
    jitter_seconds: length(draft.jitter, 0, DAY, t),
    catch_up_max_age_seconds: length(draft.catchUpMaxAge, 0, LONGEST, t) ?? (draft.catchUpMaxAge.amount.trim() ? null : t.required),
    deadline_seconds: length(draft.deadline, 1, LONGEST, t),
  };
  const mistakes = Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(mistakes.map(([field, own]) => [field, { own, said: "" }]));
}

function whole(text: string, low: number, high: number | null, t: Words): string | null {
  if (text.trim() === "") return t.required;
  if (!/^-?\d+$/.test(text.trim())) return t.whole;
  const value = Number(text);
  if (high === null) return value < low ? t.atLeast(String(low)) : null;
  return value < low || value > high ? t.between(String(low), String(high)) : null;
}

/** An empty length means none. */
function length(span: Span, low: number, high: number, t: Words): string | null {
  const seconds = spanSeconds(span);
  if (seconds === null) return null;
  if (Number.isNaN(seconds)) return t.number;
  if (seconds < low) return low === 0 ? t.negative : t.tooShort;
  return seconds > high ? t.tooLong(String(high / DAY)) : null;
}

type Translate = (found: RegExpExecArray, t: Words) => string;

const KNOWN: readonly (readonly [RegExp, Translate])[] = [
  [
    /^the (\w+) field '.*' cannot be read: (\S+) is not between (\d+) and (\d+)$/s,
    ([, part, n, low, high], t) => t.partBetween(t.part[part!] ?? part!, n!, low!, high!),
  ],
  [/^the weekday field '.*' cannot be read: '(.*)' is not a number$/s, ([, name], t) => t.weekday(name!)],
  [/^the (\w+) field '.*' cannot be read: '(.*)' is not a number$/s, ([, part, text], t) => t.partNumber(t.part[part!] ?? part!, text!)],
  [/^the (\w+) field '.*' cannot be read: the range '(.*)' runs backwards$/s, ([, part, range], t) => t.partBackwards(t.part[part!] ?? part!, range!)],
  [/'([^']*)' is no weekday; there are/s, ([, name], t) => t.weekday(name!)],
  [/^a cron schedule has five fields/, (_, t) => t.fiveFields],
  [/^(?:is required|must not be empty)$/, (_, t) => t.required],
  [/^must be a whole number$/, (_, t) => t.whole],
  [/^must be a number$/, (_, t) => t.number],
  [/^must be at least ([\d.e+]+)$/, ([, n], t) => t.atLeast(n!)],
  [/^must be more than ([\d.e+]+)$/, ([, n], t) => t.moreThan(n!)],
  [/^must be at most ([\d.e+]+)$/, ([, n], t) => t.atMost(n!)],
  [/^must be between ([\d.]+) and ([\d.]+)$/, ([, low, high], t) => t.between(low!, high!)],
  [/^must be shorter than the interval/, (_, t) => t.jitterTooLong],
  [/^lies before starts_at$/, (_, t) => t.endsBefore],
  [/is not a date; write|^there is no day '/, (_, t) => t.date],
  [/is not a moment/, (_, t) => t.moment],
];

/** The server's sentence in the reader's words; null when it is none of the frequent ones. */
export function inWords(said: string, t: Words): string | null {
  for (const [pattern, say] of KNOWN) {
    const found = pattern.exec(said);
    if (found) return say(found, t);
  }
  return null;
}
