/** The endpoints that only the view of one execution asks. */
import type { components } from "../../generated/openapi";
import { askWho } from "../access";
import { ApiError, executeNow, request, retryAfter } from "../api";
import type { OpenLog } from "../log/follow";
import { readJson } from "../text/untrusted";
import type { TaskDetails, TaskRow, TasksAnswer } from "../wire";

export type FindingList = components["schemas"]["FindingList"];
export type KnownFinding = components["schemas"]["KnownFinding"];

/** Rejects with an ApiError; one of status 200 for an answer that is no execution. */
export async function getExecution(taskId: string): Promise<TaskDetails> {
  const answer = await request<unknown>("GET", `/api/tasks/${encodeURIComponent(taskId)}`);
  if (!isExecution(answer, taskId)) throw new ApiError(200, "");
  return answer;
}

/** What all of the view relies on; a proxy or another server may answer anything. */
function isExecution(answer: unknown, taskId: string): answer is TaskDetails {
  const row = answer as Partial<TaskDetails> | null;
  return (
    typeof row === "object" &&
    row?.task_id === taskId &&
    typeof row.agent_id === "string" &&
    typeof row.status === "string" &&
    typeof row.created_at === "string" &&
    (row.verdict === null || Array.isArray(row.verdict?.findings))
  );
}

export function getFindings(agentId: string): Promise<FindingList> {
  return request("GET", `/api/councilors/${encodeURIComponent(agentId)}/findings`);
}

const RUNS = "trigger=schedule&trigger=manual&trigger=catch_up&trigger=backfill";
const ENDED = "status=completed&status=error";

/** The newest runs of a councilor that came to an end, without their texts. */
export async function getLastRuns(agentId: string, limit: number): Promise<readonly TaskRow[]> {
  const of = `agent_id=${encodeURIComponent(agentId)}&limit=${limit}&results=false`;
  return (await request<TasksAnswer>("GET", `/api/tasks?${of}&${ENDED}&${RUNS}`)).tasks;
}

export interface Neighbours {
  readonly earlier: string | null;
  readonly later: string | null;
}

/** The executions of the same councilor that were made just before and just after this one. */
export async function getNeighbours(row: TaskRow): Promise<Neighbours> {
  const of = `agent_id=${encodeURIComponent(row.agent_id)}&results=false`;
  const moment = encodeURIComponent(row.created_at);
  const [before, after] = await Promise.all([
    request<TasksAnswer>("GET", `/api/tasks?${of}&until=${moment}&limit=1`),
    request<TasksAnswer>("GET", `/api/tasks?${of}&since=${moment}&sort=created_at&limit=2`),
  ]);
  const next = after.tasks.find((other) => other.task_id !== row.task_id);
  return { earlier: before.tasks[0]?.task_id ?? null, later: next?.task_id ?? null };
}

/** The id of the run that was called. Rejects with an ApiError; 409 while another one is active. */
export async function runAgain(agentId: string): Promise<string | null> {
  const answer = (await executeNow(agentId)) as { readonly execution?: { readonly execution_id?: string } };
  return answer.execution?.execution_id ?? null;
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
  if (response.status === 401) void askWho();
  if (!response.ok || !response.body) throw await refusalOf(response);
  // A server that does not know `tail` begins at the beginning, and does not say so.
  return { start: offset ?? Number(response.headers.get("X-Log-Offset") ?? 0), stream: response.body };
}

async function refusalOf(response: Response): Promise<ApiError> {
  const said = await response.text().then(readJson).catch(() => null);
  const detail = typeof said === "object" && said !== null && "detail" in said ? String(said.detail) : "";
  return new ApiError(response.status, detail, [], retryAfter(response.headers));
}

/** Whether asking for the log again by itself would only be refused again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 404].includes(error.status);
}
