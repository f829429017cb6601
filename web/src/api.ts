/** One function per endpoint of the first view; those of other views stand beside them. */
import { call, fit } from "./call";
import {
  agent,
  council,
  fitting,
  journalEntry,
  kpis,
  maintenanceWindow,
  session,
  taskPage,
  taskRow,
  usage,
  workers,
} from "./shapes";
import type {
  BackfillPlan,
  BulkAnswer,
  CouncilorsAnswer,
  JournalAnswer,
  KpisAnswer,
  MaintenanceAnswer,
  SessionAnswer,
  SlotsAnswer,
  StartedBackfill,
  TaskDetails,
  TaskRow,
  TasksAnswer,
  TaskStatus,
  TimelineAnswer,
  UsageAnswer,
  WorkersAnswer,
} from "./wire";

export { type AnswerTo, ApiError, call, request, retryAfter, whenRefused } from "./call";
export type { BackfillPlan, BulkAnswer, SessionAnswer } from "./wire";

export function getSession(): Promise<SessionAnswer> {
  return call("GET", "/api/session").then(fit(session));
}

export function openSession(token: string): Promise<SessionAnswer> {
  return call("POST", "/api/session", { body: { token } });
}

export function closeSession(): Promise<SessionAnswer> {
  return call("DELETE", "/api/session");
}

/** What cannot be read of a list is left out of it, and counted: one bad row must not hide all others. */
export interface Readable<Value> {
  readonly answer: Value;
  readonly unreadable: number;
}

export async function getCouncilors(): Promise<Readable<CouncilorsAnswer>> {
  const answer = await call("GET", "/api/councilors", { query: { is_councilor: true } }).then(fit(council));
  const agents = fitting(answer.agents, agent);
  return { answer: { ...answer, agents }, unreadable: answer.agents.length - agents.length };
}

/**
 * The newest of what has begun or ended, and the newest of what waits: asked for apart, for a
 * backfill may have more waiting than fits into one answer.
 */
export async function getTasks(limit: number): Promise<TasksAnswer> {
  const of = (status: TaskStatus[]): Promise<TasksAnswer> =>
    call("GET", "/api/tasks", { query: { limit, status } }).then(fit(taskPage));
  const [begun, waiting] = await Promise.all([of([...BEGUN]), of(["pending"])]);
  // One that began between the two answers is in both.
  const known = new Set(begun.tasks.map((row) => row.task_id));
  const rest = waiting.tasks.filter((row) => !known.has(row.task_id));
  return { ...begun, tasks: fitting([...begun.tasks, ...rest], taskRow), total: begun.total + waiting.total };
}

const BEGUN = ["processing", "completed", "error", "cancelled", "skipped", "missed"] as const;

export function getTask(task_id: string): Promise<TaskDetails> {
  return call("GET", "/api/tasks/{task_id}", { path: { task_id } });
}

export function getKpis(): Promise<KpisAnswer> {
  return call("GET", "/api/kpis", { query: { timezone: zone() } }).then(fit(kpis));
}

export function getUsageToday(): Promise<UsageAnswer> {
  return call("GET", "/api/usage", { query: { days: 1, timezone: zone() } }).then(fit(usage));
}

export function getWorkers(): Promise<WorkersAnswer> {
  return call("GET", "/api/workers").then(fit(workers));
}

export async function getJournal(asked: { limit: number; agentId?: string; before?: number }): Promise<JournalAnswer> {
  const { limit, agentId, before } = asked;
  const query = { limit, ...(agentId !== undefined && { agent_id: agentId }), ...(before !== undefined && { before }) };
  const page = await call("GET", "/api/journal", { query });
  return { ...page, entries: fitting(page.entries, journalEntry) };
}

/** What ended and what is to come between two moments (epoch ms), a lane a councilor. */
export function getTimeline(from: number, to: number): Promise<TimelineAnswer> {
  const [since, until] = [new Date(from).toISOString(), new Date(to).toISOString()];
  return call("GET", "/api/timeline", { query: { since, until, timezone: zone() } });
}

export function getNextSlots(agent_id: string, count: number): Promise<SlotsAnswer> {
  return call("GET", "/api/councilors/{agent_id}/next", { path: { agent_id }, query: { count } });
}

/** The newest rows of slots that a councilor lost. */
export async function getLostSlots(agent_id: string): Promise<readonly TaskRow[]> {
  const asked = { path: { agent_id }, query: { limit: 1 } };
  return (await call("GET", "/api/councilors/{agent_id}/councilor-reports", asked)).slots;
}

export async function getMaintenance(): Promise<MaintenanceAnswer> {
  const answer = await call("GET", "/api/maintenance");
  return { ...answer, windows: fitting(answer.windows, maintenanceWindow) };
}

export function endMaintenance(window_id: string) {
  return call("DELETE", "/api/maintenance/{window_id}", { path: { window_id } });
}

export function addMaintenance(body: unknown) {
  return call("POST", "/api/maintenance", { body });
}

export function orderCouncil(order: "run" | "pause" | "resume", body: unknown): Promise<BulkAnswer> {
  return call("POST", `/api/council/${order}`, { body });
}

/** What a backfill would start: its `confirm` is the number to send back. */
export function planBackfill(body: unknown): Promise<BackfillPlan> {
  return call("POST", "/api/backfills", { body }) as Promise<BackfillPlan>;
}

export function startBackfill(body: unknown): Promise<StartedBackfill> {
  return call("POST", "/api/backfills", { body }) as Promise<StartedBackfill>;
}

/** "Today" begins at the reader's midnight, not at the server's. */
function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function executeNow(agent_id: string) {
  return call("POST", "/api/councilors/{agent_id}/execute-now", { path: { agent_id } });
}

export function setEnabled(agent_id: string, enabled: boolean) {
  return call("PATCH", "/api/councilors/{agent_id}/councilor-schedule", { path: { agent_id }, body: { enabled } });
}

export function cancelTask(task_id: string) {
  return call("POST", "/api/tasks/{task_id}/cancel", { path: { task_id } });
}

export function streamAddress(lastEventId: string): string {
  const path = "/api/councilors/events/stream";
  return lastEventId ? `${path}?last_event_id=${encodeURIComponent(lastEventId)}` : path;
}
