/** Where each mark of a lane stands: single marks, bars where there are many, slots to come. */
import { barsOf, type Counts, isLost, isTrouble, type Kind, type Lane, type Repeats, type Row, weightOf } from "./lanes";
import { placeOf, type Span, stepStart } from "./span";

/** Width of a mark in pixels, with the space that keeps it apart from the next. */
const MARK_PX = 14;
/** Marks that are closer than this are one, with a number. */
const TOGETHER_PX = 10;

/** `from` and `to` are parts of the span, 0 to 1; `key` stays while it is the same thing. */
interface Placed {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

/** One run, or several that ended so close together that only the worst of them is drawn. */
export interface RunMark extends Placed {
  readonly type: "run";
  /** The worst, of several that are alike the newest. */
  readonly row: Row;
  readonly rows: readonly Row[];
}

export interface LostMark extends Placed {
  readonly type: "lost";
  readonly row: Row;
}

export interface BarMark extends Placed {
  readonly type: "bar";
  readonly step: number;
  readonly counts: Counts;
  readonly total: number;
  /** The worst kind of trouble in it. */
  readonly worst: Kind | null;
  /** What is known of its trouble, the worst first. */
  readonly rows: readonly Row[];
  /** Its number beside the highest of its lane, 0 to 1. */
  readonly share: number;
}

export type PastMark = RunMark | LostMark | BarMark;

/** What is drawn of a lane up to now, in the order of time. `width` is that of the span in pixels. */
export function pastMarks(lane: Lane, span: Span, width: number): PastMark[] {
  if (lane.bars !== null) return barMarks(lane.bars, lane.rows, span);
  const rows = lane.rows.filter((row) => row.to >= span.since && row.from < span.until);
  if (isCrowded(rows, span, width)) return barMarks(barsOf(rows, span), rows.filter((row) => isTrouble(row.kind)), span);
  const lost = rows.filter((row) => isLost(row.kind)).map((row) => lostMark(row, span));
  const runs = runMarks(rows.filter((row) => !isLost(row.kind)), span, width);
  return [...lost, ...runs].sort((a, b) => a.to - b.to || a.from - b.from);
}

/** Whether single marks would mostly lie upon each other. */
function isCrowded(rows: readonly Row[], span: Span, width: number): boolean {
  const places = rows.filter((row) => !isLost(row.kind)).map((row) => placeOf(span, row.to) * width);
  let close = 0;
  for (let n = 1; n < places.length; n += 1) if (places[n]! - places[n - 1]! < MARK_PX) close += 1;
  return close > 3 && close > places.length / 3;
}

const WORST_FIRST: readonly Kind[] = ["error", "missed", "warning", "skipped", "cancelled", "info", "success"];

export function badness(kind: Kind): number {
  return WORST_FIRST.length - WORST_FIRST.indexOf(kind);
}

/** The worst first, of those that are alike the newest. */
export function worstFirst(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => badness(b.kind) - badness(a.kind) || b.to - a.to);
}

function runMarks(rows: readonly Row[], span: Span, width: number): RunMark[] {
  const groups: Row[][] = [];
  let begun = -Infinity;
  for (const row of rows) {
    const x = placeOf(span, row.to) * width;
    if (x - begun < TOGETHER_PX) groups.at(-1)?.push(row);
    else {
      groups.push([row]);
      begun = x;
    }
  }
  return groups.map((group) => {
    const sorted = worstFirst(group);
    const row = sorted[0]!;
    return { type: "run", key: row.id, row, rows: sorted, from: cut(placeOf(span, row.from)), to: placeOf(span, row.to) };
  });
}

function lostMark(row: Row, span: Span): LostMark {
  return { type: "lost", key: row.id, row, from: cut(placeOf(span, row.from)), to: cut(placeOf(span, row.to)) };
}

function cut(place: number): number {
  return Math.min(1, Math.max(0, place));
}

/** How often a mark can be repeated over lost slots; 1 when only a number tells how many they are. */
export function repeatsOf({ from, to, row }: LostMark, width: number): number {
  const slots = weightOf(row);
  return slots > 1 && ((to - from) * width) / (slots - 1) >= MARK_PX + 2 ? slots : 1;
}

function barMarks(bars: ReadonlyMap<number, Counts>, rows: readonly Row[], span: Span): BarMark[] {
  const inOrder = [...bars].filter(([, counts]) => totalOf(counts) > 0).sort(([a], [b]) => a - b);
  const highest = Math.max(1, ...inOrder.map(([, counts]) => totalOf(counts)));
  return inOrder.map(([step, counts]) => {
    const [from, to] = [stepStart(span, step), stepStart(span, step + 1)];
    const total = totalOf(counts);
    return {
      type: "bar",
      key: `step-${step}`,
      step,
      counts,
      total,
      worst: worstOf(counts),
      // Lost slots belong to every step that they reach into.
      rows: worstFirst(rows.filter((row) => row.to >= from && (isLost(row.kind) ? row.from : row.to) < to)),
      share: total / highest,
      from: placeOf(span, from),
      to: placeOf(span, to),
    };
  });
}

export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}

function worstOf(counts: Counts): Kind | null {
  const worst = WORST_FIRST.find((kind) => (counts[kind] ?? 0) > 0);
  return worst !== undefined && isTrouble(worst) && worst !== "cancelled" ? worst : null;
}

export interface Part {
  readonly kind: Kind;
  readonly height: number;
}

/** No part that there is may vanish beside the others. */
const LEAST_PART = 3;
const LEAST_BAR = 5;

/** The parts of a bar from the bottom up, in pixels; together they are its height. */
export function partsOf({ counts, total, share }: Pick<BarMark, "counts" | "total" | "share">, height: number): Part[] {
  const kinds = STACK.filter((kind) => (counts[kind] ?? 0) > 0);
  const whole = Math.max(LEAST_BAR, Math.round(share * height), kinds.length * LEAST_PART);
  const small = kinds.filter((kind) => (counts[kind]! / total) * whole < LEAST_PART);
  const rest = whole - small.length * LEAST_PART;
  const large = total - small.reduce((sum, kind) => sum + counts[kind]!, 0);
  return kinds.map((kind) => ({
    kind,
    height: small.includes(kind) ? LEAST_PART : (counts[kind]! / large) * rest,
  }));
}

const STACK: readonly Kind[] = ["success", "info", "cancelled", "warning", "error", "skipped", "missed"];

export interface SlotMark extends Placed {
  readonly type: "slot";
  readonly at: number;
}

export interface StretchMark extends Placed {
  readonly type: "stretch";
  readonly repeats: Repeats;
}

export type FutureMark = SlotMark | StretchMark;

/** What is to come after `now`, in the order of time. */
export function futureMarks(lane: Pick<Lane, "next" | "repeats">, span: Span, now: number): FutureMark[] {
  const slots = lane.next
    .filter((at) => at > now && at < span.until)
    .map((at): SlotMark => ({ type: "slot", key: `slot-${at}`, at, from: placeOf(span, at), to: placeOf(span, at) }));
  const stretches = lane.repeats
    .filter(({ until }) => until > now)
    .map((repeats): StretchMark => ({
      type: "stretch",
      key: `stretch-${repeats.until}`,
      repeats: { ...repeats, from: Math.max(repeats.from, now) },
      from: cut(placeOf(span, Math.max(repeats.from, now))),
      to: cut(placeOf(span, repeats.until)),
    }));
  return [...slots, ...stretches];
}
