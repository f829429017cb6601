/**
 * What the page knows of the council, and how an event changes it: (council, event) -> council.
 *
 * Pure: no clock, no network, no document. Snapshots are taken before the stream is opened, so the
 * stream repeats a little of what they hold, and a reconnect may repeat more. Three rules make a
 * late or repeated event harmless:
 *
 *   a final task never changes, but for lost slots, whose one row grows with each further slot;
 *   of one execution, an event that is not newer (`seq`) than the last one applied is dropped;
 *   a task already among a councilor's recent ones, or older than all of them, is not counted again.
 *
 * The two snapshots are not of one moment: the list may know an end that the councilor does not.
 */
import type {
  Agent,
  BareAgent,
  CouncilEvent,
  RecentMark,
  Stats,
  TaskRow,
  TaskStatus,
  UpdatedEvent,
} from "./wire";

export const EXECUTIONS_KEPT = 50;
export const RECENT_KEPT = 30;

export interface Council {
  readonly agents: ReadonlyMap<string, Agent>;
  /** The last to change first, each execution once, at most EXECUTIONS_KEPT. */
  readonly executions: readonly TaskRow[];
  /** `seq` of the last event applied to each execution in the list. */
  readonly applied: ReadonlyMap<string, number>;
  /** True when an event changed what only a snapshot can tell, such as the next slot. */
  readonly outdated: boolean;
}

export const EMPTY_COUNCIL: Council = {
  agents: new Map(),
  executions: [],
  applied: new Map(),
  outdated: false,
};

const FINAL: ReadonlySet<TaskStatus> = new Set([
  "completed",
  "error",
  "cancelled",
  "skipped",
  "missed",
]);

export function isFinal(status: TaskStatus): boolean {
  return FINAL.has(status);
}

/** Whatever `row` says: one that is not in the list may have ended since, and its councilor knows. */
export function hasEnded(council: Council, row: TaskRow | undefined): boolean {
  if (!row) return false;
  const counted = council.agents.get(row.agent_id)?.recent;
  return isFinal(row.status) || Boolean(counted?.some((mark) => mark.task_id === row.task_id));
}

export function fromSnapshots(
  councilors: { readonly agents: readonly Agent[] },
  tasks: { readonly tasks: readonly TaskRow[] },
): Council {
  const seated = councilors.agents.filter((agent) => agent.is_councilor);
  return {
    agents: new Map(seated.map((agent) => [agent.agent_id, agent])),
    executions: tasks.tasks.filter(isListed).sort(lastChangedFirst).slice(0, EXECUTIONS_KEPT),
    applied: new Map(),
    outdated: false,
  };
}

export function apply(council: Council, event: CouncilEvent): Council {
  if (event.type === "council_journal") return council;
  if (event.type === "councilor_updated") return applyUpdate(council, event);
  return applyExecution(council, event.execution, event.seq);
}

function applyExecution(council: Council, row: TaskRow, seq: number): Council {
  if (seq <= (council.applied.get(row.task_id) ?? -1)) return council;
  const known = council.executions.find((other) => other.task_id === row.task_id);
  const ended = known !== undefined && isFinal(known.status);
  if (ended && !isFinal(row.status)) return council;
  const listed = ended && !grows(known, row) ? council : withExecution(council, row, seq);
  const agents = withAgentRow(council.agents, row);
  return agents === listed.agents ? listed : { ...listed, agents };
}

type LostSlots = Pick<TaskRow, "status" | "slot_count">;

/** True when `row` says of the same lost slots that there are more of them by now. */
function grows(known: LostSlots, row: TaskRow): boolean {
  const lost = row.status === "skipped" || row.status === "missed";
  return lost && known.status === row.status && slots(row) > slots(known);
}

/**
 * A backfill may put hundreds of runs into the queue at one moment. Until its turn comes, one of them
 * is no news: it would push out of the list what has happened.
 */
function isListed(row: TaskRow): boolean {
  return row.status !== "pending" || row.trigger !== "backfill" || row.attempt > 0;
}

function withExecution(council: Council, row: TaskRow, seq: number): Council {
  if (!isListed(row)) return council;
  const others = council.executions.filter((other) => other.task_id !== row.task_id);
  const executions = [row, ...others].sort(lastChangedFirst).slice(0, EXECUTIONS_KEPT);
  const applied = new Map<string, number>();
  for (const { task_id } of executions) {
    const last = task_id === row.task_id ? seq : council.applied.get(task_id);
    if (last !== undefined) applied.set(task_id, last);
  }
  return { ...council, executions, applied };
}

function withAgentRow(agents: Council["agents"], row: TaskRow): Council["agents"] {
  const agent = agents.get(row.agent_id);
  const counted = agent?.recent.find((mark) => mark.task_id === row.task_id);
  if (!agent || (counted && !grows(counted, row)) || isForgotten(agent, row)) return agents;
  return new Map(agents).set(row.agent_id, withRow(agent, row, counted));
}

/** True for a task that ended before all the recent ones: it was counted, and has left them since. */
function isForgotten(agent: Agent, row: TaskRow): boolean {
  const oldest = agent.recent.length < RECENT_KEPT ? null : agent.recent[0]?.completed_at;
  if (!oldest || row.completed_at === null) return false;
  return Date.parse(row.completed_at) < Date.parse(oldest);
}

function withRow(agent: Agent, row: TaskRow, counted: RecentMark | undefined): Agent {
  if (counted) return withMoreSlots(agent, row, counted);
  if (isFinal(row.status)) return withFinal(agent, row);
  // One that waits its turn does not stand before the one that is at work, or first in line.
  const behind = row.status === "pending" && agent.current !== null && agent.current.task_id !== row.task_id;
  return behind ? agent : { ...agent, current: row };
}

function withMoreSlots(agent: Agent, row: TaskRow, before: RecentMark): Agent {
  const more = { ...row, slot_count: slots(row) - slots(before) };
  return {
    ...agent,
    recent: agent.recent.map((mark) => (mark === before ? toMark(row) : mark)),
    stats: withOneMore(agent.stats, more),
  };
}

function withFinal(agent: Agent, row: TaskRow): Agent {
  return {
    ...agent,
    current: agent.current?.task_id === row.task_id ? null : agent.current,
    recent: [...agent.recent, toMark(row)].slice(-RECENT_KEPT),
    stats: withOneMore(agent.stats, row),
  };
}

/** The statistics after one more final task; the next snapshot brings the server's own figures. */
function withOneMore(stats: Stats, row: TaskRow): Stats {
  if (row.status === "skipped") return { ...stats, skipped: stats.skipped + slots(row) };
  if (row.status === "missed") return { ...stats, missed: stats.missed + slots(row) };
  if (row.status === "cancelled") return stats;
  const total = stats.total_executions + 1;
  const good = row.status === "completed" && row.severity === "success" ? 100 : 0;
  return {
    ...stats,
    total_executions: total,
    last_execution: row.completed_at ?? stats.last_execution,
    success_rate: stats.success_rate + (good - stats.success_rate) / total,
  };
}

function slots(row: LostSlots): number {
  return row.slot_count ?? 1;
}

export function toMark(row: TaskRow): RecentMark {
  return {
    task_id: row.task_id,
    status: row.status,
    severity: row.severity,
    due_at: row.due_at,
    completed_at: row.completed_at,
    duration_ms: row.duration === null ? null : row.duration * 1000,
    summary: row.verdict?.summary ?? row.error,
    reason: row.verdict?.reason ?? null,
    error_kind: row.error_kind,
    error_cause: row.error_cause ?? null,
    skip_reason: row.skip_reason,
    slot_from: row.slot_from,
    slot_to: row.slot_to,
    slot_count: row.slot_count,
  };
}

function applyUpdate(council: Council, event: UpdatedEvent): Council {
  const agents = new Map(council.agents);
  const gone = event.change === "demoted" || event.change === "deleted" || !event.agent?.is_councilor;
  if (gone || !event.agent) {
    agents.delete(event.councilor_id);
    return { ...council, agents };
  }
  agents.set(event.councilor_id, reseated(agents.get(event.councilor_id), event.agent));
  const due = event.agent.councilor_config?.schedule.enabled ?? false;
  return { ...council, agents, outdated: council.outdated || due };
}

/** Of a councilor that never ran. */
const NO_STATS: Stats = {
  total_executions: 0,
  last_execution: null,
  success_rate: 0,
  average_duration_ms: null,
  skipped: 0,
  missed: 0,
};

/** The agent as the event tells it, with the live part we had; its next slot is not known yet. */
function reseated(had: Agent | undefined, agent: BareAgent): Agent {
  return {
    ...agent,
    stats: had?.stats ?? NO_STATS,
    next_execution: null,
    current: had?.current ?? null,
    recent: had?.recent ?? [],
  };
}

/** Not by creation: the end of one that took long is news, however many were made after it. */
function lastChangedFirst(a: TaskRow, b: TaskRow): number {
  return changedAt(b) - changedAt(a);
}

/** Epoch milliseconds. */
function changedAt(row: TaskRow): number {
  return Date.parse(row.completed_at ?? row.started_at ?? row.created_at);
}
