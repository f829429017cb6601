/** One function per endpoint. Every failure is an ApiError with the server's own sentence. */
import { readJson } from "./text/untrusted";
import type { CouncilorsAnswer, KpisAnswer, TaskDetails, TasksAnswer, UsageAnswer } from "./wire";

const ANSWER_WITHIN_MS = 20_000;

/** `status` 0: the server did not answer at all. `detail` is the server's sentence, or empty. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail || `HTTP ${status}`);
  }
}

export function getCouncilors(): Promise<CouncilorsAnswer> {
  return request("GET", "/api/councilors?is_councilor=true");
}

export function getTasks(limit: number): Promise<TasksAnswer> {
  return request("GET", `/api/tasks?limit=${limit}`);
}

export function getTask(taskId: string): Promise<TaskDetails> {
  return request("GET", `/api/tasks/${encodeURIComponent(taskId)}`);
}

export function getKpis(): Promise<KpisAnswer> {
  return request("GET", `/api/kpis?timezone=${zone()}`);
}

export function getUsageToday(): Promise<UsageAnswer> {
  return request("GET", `/api/usage?days=1&timezone=${zone()}`);
}

/** "Today" begins at the reader's midnight, not at the server's. */
function zone(): string {
  return encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone);
}

export function executeNow(agentId: string): Promise<unknown> {
  return request("POST", `/api/councilors/${encodeURIComponent(agentId)}/execute-now`);
}

export function setEnabled(agentId: string, enabled: boolean): Promise<unknown> {
  const path = `/api/agents/${encodeURIComponent(agentId)}/councilor-schedule`;
  return request("PATCH", path, { enabled });
}

export function cancelTask(taskId: string): Promise<unknown> {
  return request("POST", `/api/tasks/${encodeURIComponent(taskId)}/cancel`);
}

export function logAddress(taskId: string): string {
  return `/api/tasks/${encodeURIComponent(taskId)}/log`;
}

/** The log from byte `offset` on, for as long as it grows. Rejects with an ApiError. */
export async function openLog(
  taskId: string,
  offset: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const address = `${logAddress(taskId)}?follow=1&offset=${offset}`;
  const response = await fetch(address, { cache: "no-store", signal });
  if (!response.ok || !response.body) throw new ApiError(response.status, "");
  return response.body;
}

export function streamAddress(lastEventId: string): string {
  const path = "/api/councilors/events/stream";
  return lastEventId ? `${path}?last_event_id=${encodeURIComponent(lastEventId)}` : path;
}

async function request<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await answered(method, path, body);
  const answer = await response.text().then(readJson).catch(() => null);
  if (!response.ok) throw new ApiError(response.status, detailOf(answer));
  if (answer === null) throw new ApiError(response.status, "");
  return answer as Answer;
}

async function answered(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch {
    throw new ApiError(0, "");
  }
}

function detailOf(answer: unknown): string {
  if (typeof answer !== "object" || answer === null || !("detail" in answer)) return "";
  return typeof answer.detail === "string" ? answer.detail : "";
}
