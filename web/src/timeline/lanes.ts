/**
 * The lanes: what the server told of each councilor, kept up to date by what the page knows of it.
 *
 *   lanesOf(answer)            a snapshot
 *   caughtUp(timeline, agents)  the same after whatever happened since: (timeline, council) -> timeline
 *
 * Pure. The council (state.ts) has taken in all events; each councilor in it has its newest 30 marks
 * and its current run. Marks that a lane does not know are added, so that an event that comes twice
 * or late does no harm. Where more ended than those marks tell, the timeline is `outdated`.
 */
import { isFinal } from "../state";
import type { Agent, MaintenanceWindow, RecentMark, Severity, TaskRow, TimelineAnswer } from "../wire";
import { type Span, stepOf, stepStart, type Stretch } from "./span";

type LaneAnswer = TimelineAnswer["lanes"][number];

/** How something ended; bars tell how many did so. */
export type Kind = Severity | "cancelled" | "skipped" | "missed";
export type Counts = Readonly<Partial<Record<Kind, number>>>;

/** A run that ended, or lost slots: `from` and `to` are its beginning and its end. */
export interface Row {
  readonly id: string;
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly mark: RecentMark;
}

export interface Current {
  readonly id: string;
  readonly works: boolean;
  /** When its try began; null while it waits for the first. */
  readonly since: number | null;
}

export interface Repeats extends Stretch {
  readonly every: number;
}

export interface Lane {
  readonly id: string;
  readonly name: string;
  /** Oldest first; with `bars` a choice of what is trouble. */
  readonly rows: readonly Row[];
  /** By step; null for a lane whose rows are all there. */
  readonly bars: ReadonlyMap<number, Counts> | null;
  /** With `bars`: what ended up to here is counted, and of what ended later these marks are. */
  readonly countedTo: number;
  readonly counted: ReadonlySet<string>;
  readonly current: Current | null;
  readonly next: readonly number[];
  readonly repeats: readonly Repeats[];
}

export interface Absence extends Stretch {
  readonly kind: "away" | "suspended" | "blocked";
}

export interface Timeline {
  readonly span: Span;
  /** Server time of the snapshot. */
  readonly at: number;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly maintenance: readonly MaintenanceWindow[];
  readonly absences: readonly Absence[];
  /** The councilors as they were taken in last. */
  readonly agents: ReadonlyMap<string, Agent>;
  /** True when only another snapshot can tell all that happened. */
  readonly outdated: boolean;
}

export function lanesOf(answer: TimelineAnswer): Timeline {
  return {
    span: {
      since: Date.parse(answer.since),
      until: Date.parse(answer.until),
      step: answer.step_seconds * 1_000,
    },
    at: Date.parse(answer.now),
    lanes: new Map(answer.lanes.map((lane) => [lane.agent_id, laneOf(lane)])),
    maintenance: answer.maintenance,
    absences: answer.absences.map(({ kind, from, until }) => ({
      kind,
      from: Date.parse(from),
      until: Date.parse(until),
    })),
    agents: new Map(),
    outdated: false,
  };
}

function laneOf(lane: LaneAnswer): Lane {
  return {
    id: lane.agent_id,
    name: lane.display_name,
    rows: lane.rows.map(rowOf),
    bars: lane.bars && new Map(lane.bars.map(barOf)),
    countedTo: Date.parse(lane.counted_to ?? "") || 0,
    counted: new Set(),
    current: lane.current && currentOf(lane.current),
    next: lane.next.map((at) => Date.parse(at)),
    repeats: lane.stretches.map(({ from, until, every_seconds }) => ({
      from: Date.parse(from),
      until: Date.parse(until),
      every: every_seconds * 1_000,
    })),
  };
}

function barOf({ step, ...counts }: NonNullable<LaneAnswer["bars"]>[number]): [number, Counts] {
  return [step, counts];
}

function currentOf(run: Pick<TaskRow, "task_id" | "status" | "started_at">): Current {
  return {
    id: run.task_id,
    works: run.status === "processing",
    since: run.started_at === null ? null : Date.parse(run.started_at),
  };
}

function rowOf(row: LaneAnswer["rows"][number]): Row {
  const mark: RecentMark = {
    task_id: row.task_id,
    status: row.status,
    severity: row.severity ?? null,
    due_at: null,
    completed_at: row.completed_at ?? null,
    duration_ms: row.duration_ms ?? null,
    summary: row.summary ?? null,
    reason: row.reason ?? null,
    error_kind: row.error_kind ?? null,
    error_cause: row.error_cause ?? null,
    skip_reason: row.skip_reason ?? null,
    slot_from: row.slot_from ?? null,
    slot_to: row.slot_to ?? null,
    slot_count: row.slot_count ?? null,
  };
  return fromMark(mark, row.started_at ?? null);
}

function fromMark(mark: RecentMark, startedAt: string | null): Row {
  const kind = kindOf(mark);
  const to = Date.parse((isLost(kind) && mark.slot_to) || mark.completed_at || mark.due_at || "") || 0;
  const begun = isLost(kind) ? mark.slot_from : startedAt;
  const from = begun === null ? to - (mark.duration_ms ?? 0) : Date.parse(begun);
  return { id: mark.task_id, kind, from: Math.min(from, to), to, mark };
}

function kindOf({ status, severity }: Pick<RecentMark, "status" | "severity">): Kind {
  if (status === "completed") return severity ?? "info";
  return status === "pending" || status === "processing" ? "info" : status;
}

export function isLost(kind: Kind): boolean {
  return kind === "missed" || kind === "skipped";
}

export function isTrouble(kind: Kind): boolean {
  return kind !== "success" && kind !== "info";
}

/** How many a row counts for: lost slots are several. */
export function weightOf(row: Row): number {
  return isLost(row.kind) ? Math.max(row.mark.slot_count ?? 1, 1) : 1;
}

// What happened since.

const MARKS_KEPT = 30;
/** A lane of single rows that holds more than these is better told anew. */
const MOST_ROWS = 200;
const TROUBLES_KEPT = 100;

export function caughtUp(timeline: Timeline, agents: ReadonlyMap<string, Agent>): Timeline {
  if (agents === timeline.agents) return timeline;
  let outdated = timeline.outdated;
  const lanes = new Map(timeline.lanes);
  for (const [id, agent] of agents) {
    const lane = lanes.get(id);
    if (timeline.agents.get(id) === agent) continue;
    if (!lane) {
      outdated = true; // a new seat
      continue;
    }
    outdated ||= leavesOut(lane, agent, timeline.span) || lane.rows.length > MOST_ROWS;
    lanes.set(id, withAgent(lane, agent, timeline.span));
  }
  for (const id of lanes.keys()) if (!agents.has(id)) lanes.delete(id);
  return { ...timeline, lanes, agents, outdated };
}

/** True when more ended in the span, since the lane was told, than the councilor's newest marks. */
function leavesOut(lane: Lane, agent: Agent, span: Span): boolean {
  const oldest = agent.recent[0];
  if (agent.recent.length < MARKS_KEPT || oldest === undefined) return false;
  return endOf(oldest) > Math.max(span.since, lane.countedTo, lane.rows.at(-1)?.to ?? 0);
}

function endOf(mark: RecentMark): number {
  return fromMark(mark, null).to;
}

function withAgent(lane: Lane, agent: Agent, span: Span): Lane {
  const current = agent.current && !isFinal(agent.current.status) ? currentOf(agent.current) : null;
  const startedAt = lane.current?.since ?? null;
  const began = (mark: RecentMark) =>
    mark.task_id === lane.current?.id && startedAt !== null ? new Date(startedAt).toISOString() : null;
  const rows = agent.recent.map((mark) => fromMark(mark, began(mark)));
  const told = lane.bars === null ? withRows(lane, rows, span) : withCounted(lane, lane.bars, rows, span);
  return sameCurrent(told.current, current) ? told : { ...told, current };
}

function sameCurrent(a: Current | null, b: Current | null): boolean {
  return a?.id === b?.id && a?.works === b?.works && a?.since === b?.since;
}

function withRows(lane: Lane, rows: readonly Row[], span: Span): Lane {
  const known = new Map(lane.rows.map((row) => [row.id, row]));
  const fresh = rows.filter((row) => row.to >= span.since && isNews(known.get(row.id), row));
  if (fresh.length === 0) return lane;
  for (const row of fresh) known.set(row.id, row);
  return { ...lane, rows: [...known.values()].sort((a, b) => a.to - b.to) };
}

/** A final row never changes, but for lost slots, whose one row grows. */
function isNews(known: Row | undefined, row: Row): boolean {
  return known === undefined || weightOf(row) > weightOf(known);
}

function withCounted(lane: Lane, had: ReadonlyMap<number, Counts>, rows: readonly Row[], span: Span): Lane {
  const known = new Map(lane.rows.map((row) => [row.id, row]));
  const isNew = (row: Row) => row.to > lane.countedTo && !lane.counted.has(row.id);
  const grown = (row: Row) => known.has(row.id) && isNews(known.get(row.id), row);
  const fresh = rows.filter((row) => isNew(row) || grown(row));
  if (fresh.length === 0) return lane;
  const bars = new Map(had);
  for (const row of fresh) {
    const before = known.get(row.id);
    if (before) count(bars, before, span, -1);
    count(bars, row, span, 1);
    if (isTrouble(row.kind)) known.set(row.id, row);
  }
  return {
    ...lane,
    bars,
    rows: [...known.values()].sort((a, b) => a.to - b.to).slice(-TROUBLES_KEPT),
    // Those that left the newest marks do not come back.
    counted: new Set(rows.filter((row) => row.to > lane.countedTo).map((row) => row.id)),
  };
}

/** The rows of a lane as bars: for a lane that is too crowded to show them one by one. */
export function barsOf(rows: readonly Row[], span: Span): Map<number, Counts> {
  const bars = new Map<number, Counts>();
  for (const row of rows) count(bars, row, span, 1);
  return bars;
}

function count(bars: Map<number, Counts>, row: Row, span: Span, sign: 1 | -1): void {
  for (const [step, number] of stepsOf(row, span)) {
    const counts = bars.get(step) ?? {};
    bars.set(step, { ...counts, [row.kind]: Math.max(0, (counts[row.kind] ?? 0) + sign * number) });
  }
}

/** In which steps a row counts: a run where it ended, lost slots evenly from the first to the last. */
export function stepsOf(row: Row, span: Span): [step: number, number: number][] {
  const last = Math.round((span.until - span.since) / span.step) - 1;
  if (!isLost(row.kind)) {
    const step = stepOf(span, row.to);
    return step >= 0 && step <= last ? [[step, 1]] : [];
  }
  const found: [number, number][] = [];
  const [first, to] = [Math.max(0, stepOf(span, row.from)), Math.min(last, stepOf(span, row.to))];
  for (let step = first; step <= to; step += 1) {
    const number = slotsBefore(row, stepStart(span, step + 1)) - slotsBefore(row, stepStart(span, step));
    if (number > 0) found.push([step, number]);
  }
  return found;
}

function slotsBefore(row: Row, at: number): number {
  const slots = weightOf(row);
  if (at <= row.from) return 0;
  if (slots === 1 || row.to === row.from) return slots;
  return Math.min(slots, Math.ceil(((at - row.from) * (slots - 1)) / (row.to - row.from)));
}
