/** The endpoints that only the view of one execution asks. */
import { ApiError, executeNow, getTask } from "../api";
import { call, failureOf, fit, tellRefused } from "../call";
import type { OpenLog } from "../log/follow";
import { taskRow } from "../shapes";
import type { TaskDetails, TaskRow } from "../wire";

/** Rejects with an ApiError; one of status 200 for an answer that is not this execution. */
export async function getExecution(task_id: string): Promise<TaskDetails> {
  const answer = await getTask(task_id);
  fit(taskRow)(answer);
  if (answer.task_id !== task_id || !Array.isArray(answer.command)) throw new ApiError(200, "");
  return answer;
}

export type FindingList = Awaited<ReturnType<typeof getFindings>>;
export type KnownFinding = FindingList["findings"][number];

export function getFindings(agent_id: string) {
  return call("GET", "/api/councilors/{agent_id}/findings", { path: { agent_id } });
}

const ENDED = ["completed", "error"] as const;
const OF_COUNCIL = ["schedule", "manual", "catch_up", "backfill"] as const;

/** The newest runs of a councilor that came to an end, without their texts. */
export async function getLastRuns(agent_id: string, limit: number): Promise<readonly TaskRow[]> {
  const query = { agent_id, limit, status: ENDED, trigger: OF_COUNCIL, results: false };
  return (await call("GET", "/api/tasks", { query })).tasks;
}

export interface Neighbours {
  readonly earlier: string | null;
  readonly later: string | null;
}

/** The executions of the same councilor that were made just before and just after this one. */
export async function getNeighbours({ agent_id, task_id, created_at }: TaskRow): Promise<Neighbours> {
  const of = { agent_id, results: false };
  const [before, after] = await Promise.all([
    call("GET", "/api/tasks", { query: { ...of, until: created_at, limit: 1 } }),
    call("GET", "/api/tasks", { query: { ...of, since: created_at, limit: 2, sort: "created_at" } }),
  ]);
  const next = after.tasks.find((other) => other.task_id !== task_id);
  return { earlier: before.tasks[0]?.task_id ?? null, later: next?.task_id ?? null };
}

/** The id of the run that was called. Rejects with an ApiError; 409 while another one is active. */
export async function runAgain(agentId: string): Promise<string> {
  return (await executeNow(agentId)).execution.execution_id;
}

/** Which run it is that stands in the way; null when the refusal is about something else. */
export function activeRun(error: unknown): string | null {
  if (!(error instanceof ApiError) || error.status !== 409) return null;
  return /: execution (\S+)\.$/.exec(error.detail)?.[1] ?? null;
}

export function logAddress(taskId: string): string {
  return `/api/tasks/${encodeURIComponent(taskId)}/log`;
}

/** Of a log that is longer, only so much of its end is read. */
const TAIL_BYTES = 512 * 1024;

/** The log from byte `offset` on, for as long as it grows; null: from near its end. Rejects with an ApiError. */
export async function openLog(taskId: string, offset: number | null, signal: AbortSignal): Promise<OpenLog> {
  const from = offset === null ? `tail=${TAIL_BYTES}` : `offset=${offset}`;
  const response = await fetch(`${logAddress(taskId)}?follow=1&${from}`, { cache: "no-store", signal });
  if (response.ok && response.body) {
    // A server that does not know `tail` begins at the beginning, and does not say so.
    return { start: offset ?? Number(response.headers.get("X-Log-Offset") ?? 0), stream: response.body };
  }
  tellRefused(response.status);
  throw await failureOf(response);
}

/** Whether asking for the log again by itself would only be refused again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 404].includes(error.status);
}
