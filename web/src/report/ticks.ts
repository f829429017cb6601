/** Where the axis of a span of time says what time it is, by the reader's clock. */
import { type Span, SPAN_MS } from "./spans";

const HOUR_MS = 3_600_000;

export interface Tick {
  readonly at: number;
  /** A midnight: its day is told instead of the hour. */
  readonly day: boolean;
}

/** Ticks between `until - span` and `until`, as many as there is room for (`width` in pixels). */
export function ticksOf(span: Span, until: number, width: number): Tick[] {
  const since = until - SPAN_MS[span];
  return span === "day" ? hours(since, until, width < 620 ? 6 : 3) : days(since, until, daysApart(span, width));
}

function daysApart(span: Span, width: number): number {
  if (span === "week") return width < 420 ? 2 : 1;
  return width < 620 ? 7 : 3;
}

function hours(since: number, until: number, apart: number): Tick[] {
  const found: Tick[] = [];
  const first = new Date(since);
  first.setMinutes(0, 0, 0);
  for (let at = first.getTime(); at < until; at += HOUR_MS) {
    const hour = new Date(at).getHours();
    if (at >= since && hour % apart === 0) found.push({ at, day: hour === 0 });
  }
  return found;
}

/** Counted back from the newest midnight, so that a tick stays where it is when a run comes. */
function days(since: number, until: number, apart: number): Tick[] {
  const found: Tick[] = [];
  const midnight = new Date(until);
  midnight.setHours(0, 0, 0, 0);
  for (; midnight.getTime() >= since; midnight.setDate(midnight.getDate() - apart)) {
    found.unshift({ at: midnight.getTime(), day: true });
  }
  return found;
}
