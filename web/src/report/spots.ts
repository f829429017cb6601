/**
 * The verdicts over time as spots in six lanes, oldest first; and, where there are more runs than
 * can be told one by one, as blocks that count those of an hour or a day.
 */
import { type MarkKind, markOf } from "../council/standing";
import type { TaskRow } from "../wire";
import type { Bucket } from "./endpoints";

/** From top to bottom: what needs somebody first. `open`: no verdict, not yet or never. */
export const LANES = ["error", "warning", "info", "success", "open", "lost"] as const;
export type Lane = (typeof LANES)[number];

export interface Spot {
  readonly lane: Lane;
  readonly kind: MarkKind;
  /** Epoch milliseconds; the same for a run, the first and last slot for lost ones. */
  readonly from: number;
  readonly to: number;
  readonly row: TaskRow;
}

export interface Block {
  readonly from: number;
  readonly to: number;
  readonly counts: Counts;
}

export function spotOf(row: TaskRow): Spot {
  const kind = markOf(row);
  const from = Date.parse(row.slot_from ?? row.started_at ?? row.due_at ?? row.created_at);
  const to = row.slot_to === null ? from : Date.parse(row.slot_to);
  return { lane: laneOf(kind), kind, from, to, row };
}

function laneOf(kind: MarkKind): Lane {
  switch (kind) {
    case "error":
    case "warning":
    case "info":
    case "success":
      return kind;
    case "missed":
    case "skipped":
      return "lost";
    default:
      return "open";
  }
}

/** The runs of the council since then; what clients had the agent do beside is none. */
export function spotsOf(rows: readonly TaskRow[], since: number): Spot[] {
  return rows
    .filter((row) => row.is_councilor_execution)
    .map(spotOf)
    .filter((spot) => spot.to >= since)
    .sort((a, b) => a.from - b.from || (a.row.task_id < b.row.task_id ? -1 : 1));
}

/**
 * What is counted, and what is told one by one, each run in one of the two: of the newest runs
 * (`spots`) those from the first whole hour or day on, that before it in blocks, empty ones left
 * out. One that began before `since` is none: half of its runs would be too many.
 */
export function divided(
  spots: readonly Spot[],
  severity: readonly Bucket[],
  lost: readonly Bucket[],
  since: number,
): { readonly spots: readonly Spot[]; readonly blocks: readonly Block[] } {
  const oldest = spots[0]?.from ?? Infinity;
  const border = Math.min(...severity.map(({ start }) => Date.parse(start)).filter((start) => start >= oldest));
  if (!Number.isFinite(border)) return { spots, blocks: [] };
  const blocks: Block[] = [];
  severity.forEach((bucket, at) => {
    const [from, to] = [Date.parse(bucket.start), Date.parse(bucket.end)];
    const counts = countsIn(bucket, lost[at]);
    if (from >= since && from < border && LANES.some((lane) => counts[lane] > 0)) blocks.push({ from, to, counts });
  });
  return { spots: spots.filter((spot) => spot.to >= border), blocks };
}

/** Of both answers the same hour or day. */
function countsIn(severity: Bucket, lost: Bucket | undefined): Counts {
  const { error = 0, warning = 0, info = 0, success = 0 } = severity;
  return { error, warning, info, success, open: 0, lost: (lost?.missed ?? 0) + (lost?.skipped ?? 0) };
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where one is drawn; `y` null: all over, from top to bottom. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number | null;
}

/** Index of the box that lies nearest to the point, and not farther than `reach`; -1 for none. */
export function nearest(boxes: readonly Box[], point: Place, reach: number): number {
  let best = -1;
  let least = reach;
  boxes.forEach(({ left, right, y }, at) => {
    const aside = Math.max(left - point.x, 0, point.x - right);
    const distance = Math.hypot(aside, y === null ? 0 : y - point.y);
    if (distance <= least) [best, least] = [at, distance];
  });
  return best;
}

/** How many of each lane, for a sentence. */
export type Counts = Readonly<Record<Lane, number>>;

export function countsOf(spots: readonly Spot[], blocks: readonly Block[]): Counts {
  const counts = { error: 0, warning: 0, info: 0, success: 0, open: 0, lost: 0 };
  for (const { lane, row } of spots) counts[lane] += lane === "lost" ? (row.slot_count ?? 1) : 1;
  for (const block of blocks) for (const lane of LANES) counts[lane] += block.counts[lane];
  return counts;
}
