/** The span that the timeline shows: its steps, and what the clock on the reader's wall shows in it. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Epoch milliseconds. It is made of whole steps. */
export interface Span {
  readonly since: number;
  readonly until: number;
  readonly step: number;
}

export const REACHES = ["hours", "day", "week"] as const;
export type Reach = (typeof REACHES)[number];

/** How far each looks back, and as far ahead. */
export const REACH_MS: Readonly<Record<Reach, number>> = {
  hours: 6 * HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
};

/** 0 at the beginning, 1 at the end. */
export function placeOf(span: Span, at: number): number {
  return (at - span.since) / (span.until - span.since);
}

export function stepOf(span: Span, at: number): number {
  return Math.floor((at - span.since) / span.step);
}

export function stepStart(span: Span, step: number): number {
  return span.since + step * span.step;
}

export interface Stretch {
  readonly from: number;
  readonly until: number;
}

export interface Day extends Stretch {
  /** From today: -1 is yesterday. */
  readonly offset: number;
  /** False for one that began before the span. */
  readonly begins: boolean;
}

/** The days by the reader's clock, cut at the ends of the span. */
export function daysOf(span: Span, now: number): Day[] {
  const found: Day[] = [];
  const today = midnight(now, 0);
  for (let n = 0; ; n += 1) {
    const from = midnight(span.since, n);
    if (from >= span.until) return found;
    found.push({
      from: Math.max(from, span.since),
      until: Math.min(midnight(span.since, n + 1), span.until),
      offset: Math.round((from - today) / (24 * HOUR_MS)),
      begins: from >= span.since,
    });
  }
}

const NIGHT_FROM = 18;
const NIGHT_UNTIL = 6;

export function nightsOf(span: Span): Stretch[] {
  const found: Stretch[] = [];
  for (let n = -1; ; n += 1) {
    const from = wallHour(span.since, n, NIGHT_FROM);
    if (from >= span.until) return found;
    const cut = cutTo(span, { from, until: wallHour(span.since, n + 1, NIGHT_UNTIL) });
    if (cut) found.push(cut);
  }
}

/** The part of a stretch that lies in the span; null when none does. */
export function cutTo(span: Span, { from, until }: Stretch): Stretch | null {
  const cut = { from: Math.max(from, span.since), until: Math.min(until, span.until) };
  return cut.from < cut.until ? cut : null;
}

const TICKS_MS = [0.25, 0.5, 1, 2, 3, 4, 6, 12, 24].map((hours) => hours * HOUR_MS);

/** "14:30" is longer than "14h". */
const WITH_MINUTES = 1.4;

/** Times to label, as close as `room` pixels for each allow, and none left out in between. */
export function ticksOf(span: Span, width: number, room: number): number[] {
  const pixel = (span.until - span.since) / Math.max(width, 1);
  const roomOf = (every: number) => (every < HOUR_MS ? room * WITH_MINUTES : room) * pixel;
  const every = TICKS_MS.find((each) => each >= roomOf(each)) ?? 24 * HOUR_MS;
  const found: number[] = [];
  for (let n = 0; midnight(span.since, n) < span.until; n += 1) {
    // By the clock on the wall: on a day with a change of it, the later ones keep their hour.
    for (let past = 0; past < 24 * HOUR_MS; past += every) {
      const at = wallHour(span.since, n, past / HOUR_MS);
      if (at >= span.since && at < span.until && at !== found.at(-1)) found.push(at);
    }
  }
  return found;
}

function midnight(at: number, days: number): number {
  return wallHour(at, days, 0);
}

/** `hour` o'clock, quarters included, so many days after the day of `at`. */
function wallHour(at: number, days: number, hour: number): number {
  const date = new Date(at);
  const minutes = Math.round(hour * 60);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, 0, minutes).getTime();
}

/** "14h" is enough on the hour. */
export function isOnTheHour(at: number): boolean {
  return new Date(at).getMinutes() === 0 && at % MINUTE_MS === 0;
}
