/** One function per endpoint. Every failure is an ApiError with the server's own sentence. */
import { readJson } from "./text/untrusted";
import type {
  CouncilorsAnswer,
  JournalAnswer,
  KpisAnswer,
  MaintenanceAnswer,
  MaintenanceWindow,
  SlotsAnswer,
  TaskDetails,
  TaskRow,
  TasksAnswer,
  TaskStatus,
  TimelineAnswer,
  UsageAnswer,
} from "./wire";

const ANSWER_WITHIN_MS = 20_000;

/** What is wrong with one value: `field` is a path such as `schedule.value`. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** `status` 0: the server did not answer at all. `detail` is the server's sentence, or empty. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    /** How long the server asks to be left alone; null when it does not say. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail || `HTTP ${status}`);
  }
}

/** `name` and `role` are null for nobody. */
export interface SessionAnswer {
  readonly name: string | null;
  readonly role: "viewer" | "operator" | "admin" | null;
  readonly login_required: boolean;
}

const SESSION = "/api/session";

export function getSession(): Promise<SessionAnswer> {
  return request("GET", SESSION);
}

export function openSession(token: string): Promise<SessionAnswer> {
  return request("POST", SESSION, { token });
}

export function closeSession(): Promise<SessionAnswer> {
  return request("DELETE", SESSION);
}

let refused = (): void => undefined;

/** `act` is called when the server does not know who asks, or does not let them: 401, 403. */
export function whenRefused(act: () => void): void {
  refused = act;
}

export function getCouncilors(): Promise<CouncilorsAnswer> {
  return request("GET", "/api/councilors?is_councilor=true");
}

/**
 * The newest of what has begun or ended, and the newest of what waits: asked for apart, for a
 * backfill may have more waiting than fits into one answer.
 */
export async function getTasks(limit: number): Promise<TasksAnswer> {
  const of = (statuses: readonly TaskStatus[]): Promise<TasksAnswer> =>
    request("GET", `/api/tasks?limit=${limit}${statuses.map((status) => `&status=${status}`).join("")}`);
  const [begun, waiting] = await Promise.all([of(BEGUN), of(["pending"])]);
  // One that began between the two answers is in both.
  const known = new Set(begun.tasks.map((row) => row.task_id));
  const rest = waiting.tasks.filter((row) => !known.has(row.task_id));
  return { ...begun, tasks: [...begun.tasks, ...rest], total: begun.total + waiting.total };
}

const BEGUN = ["processing", "completed", "error", "cancelled", "skipped", "missed"] as const;

export function getTask(taskId: string): Promise<TaskDetails> {
  return request("GET", `/api/tasks/${encodeURIComponent(taskId)}`);
}

export function getKpis(): Promise<KpisAnswer> {
  return request("GET", `/api/kpis?timezone=${zone()}`);
}

export function getUsageToday(): Promise<UsageAnswer> {
  return request("GET", `/api/usage?days=1&timezone=${zone()}`);
}

export function getJournal(asked: { limit: number; agentId?: string; before?: number }): Promise<JournalAnswer> {
  const agent = asked.agentId === undefined ? "" : `&agent_id=${encodeURIComponent(asked.agentId)}`;
  const before = asked.before === undefined ? "" : `&before=${asked.before}`;
  return request("GET", `/api/journal?limit=${asked.limit}${agent}${before}`);
}

export function getNextSlots(agentId: string, count: number): Promise<SlotsAnswer> {
  return request("GET", `/api/councilors/${encodeURIComponent(agentId)}/next?count=${count}`);
}

/** The newest rows of slots that a councilor lost. */
export async function getLostSlots(agentId: string): Promise<readonly TaskRow[]> {
  const path = `/api/councilors/${encodeURIComponent(agentId)}/councilor-reports?limit=1`;
  return (await request<{ slots: readonly TaskRow[] }>("GET", path)).slots;
}

/** The council from one moment to another, in epoch milliseconds, by the steps of the reader's clock. */
export function getTimeline(since: number, until: number): Promise<TimelineAnswer> {
  const [from, to] = [since, until].map((at) => new Date(at).toISOString());
  return request("GET", `/api/timeline?since=${from}&until=${to}&timezone=${zone()}`);
}

export function getMaintenance(): Promise<MaintenanceAnswer> {
  return request("GET", "/api/maintenance");
}

export function endMaintenance(windowId: string): Promise<unknown> {
  return request("DELETE", `/api/maintenance/${encodeURIComponent(windowId)}`);
}

export function addMaintenance(form: unknown): Promise<{ readonly window: MaintenanceWindow }> {
  return request("POST", "/api/maintenance", form);
}

interface Refusal {
  readonly agent_id: string;
  readonly detail: string;
}

/** `started` and `refused` of a call, the others of a pause or resume. */
export interface BulkAnswer {
  readonly started?: readonly { readonly agent_id: string }[];
  readonly refused?: readonly Refusal[];
  readonly changed?: readonly string[];
  readonly unchanged?: readonly string[];
  readonly still_paused?: readonly string[];
  readonly failed?: readonly Refusal[];
}

export function orderCouncil(order: "run" | "pause" | "resume", body: unknown): Promise<BulkAnswer> {
  return request("POST", `/api/council/${order}`, body);
}

/** What a backfill would start; `confirm` is the number to send back. */
export interface BackfillPlan {
  readonly confirm: number;
  readonly per_councilor: Readonly<Record<string, number>>;
  readonly until?: string;
  readonly duplicates?: number;
  readonly left_out?: Readonly<Record<string, number>>;
}

export function planBackfill(asked: unknown): Promise<BackfillPlan> {
  return request("POST", "/api/backfills", asked);
}

export function startBackfill(asked: unknown): Promise<{ readonly started: number; readonly duplicates: number }> {
  return request("POST", "/api/backfills", asked);
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
  if (response.status === 401) refused();
  if (!response.ok || !response.body) throw await failureOf(response);
  return response.body;
}

export function streamAddress(lastEventId: string): string {
  const path = "/api/councilors/events/stream";
  return lastEventId ? `${path}?last_event_id=${encodeURIComponent(lastEventId)}` : path;
}

/**
 * Why the stream cannot be had: EventSource does not tell. Resolves for a stream that opens, rejects
 * with an ApiError otherwise.
 */
export async function tryStream(lastEventId: string): Promise<void> {
  const stop = new AbortController();
  const response = await fetch(streamAddress(lastEventId), { cache: "no-store", signal: stop.signal }).catch(() => {
    throw new ApiError(0, "");
  });
  if (response.ok) return stop.abort();
  throw await failureOf(response);
}

/** For the endpoints of views that are fetched when opened: theirs stand beside them. */
export async function request<Answer>(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const place = `${method} ${path.split("?", 1)[0]}`;
  refuseWhileResting(place);
  const response = await answered(method, path, body, headers);
  if (!response.ok) {
    const error = await failureOf(response);
    if (error.retryAfterMs !== null) resting.set(place, { error, until: Date.now() + error.retryAfterMs });
    if ((error.status === 401 || error.status === 403) && !path.startsWith(SESSION)) refused();
    throw error;
  }
  const answer = await response.text().then(readJson).catch(() => null);
  if (answer === null) throw new ApiError(response.status, "");
  return answer as Answer;
}

async function failureOf(response: Response): Promise<ApiError> {
  const answer = await response.text().then(readJson).catch(() => null);
  return new ApiError(response.status, detailOf(answer), errorsOf(answer), retryAfter(response.headers));
}

/** Where the server asked to wait, until when, whoever asks on this page. */
const resting = new Map<string, { readonly error: ApiError; readonly until: number }>();

function refuseWhileResting(place: string): void {
  const rest = resting.get(place);
  if (!rest) return;
  const left = rest.until - Date.now();
  if (left > 0) throw new ApiError(rest.error.status, rest.error.detail, [], left);
  resting.delete(place);
}

const LONGEST_REST_MS = 600_000;

/** In seconds or as a date; only an overloaded or a strict server sends it. */
export function retryAfter(headers: Headers): number | null {
  const said = headers.get("Retry-After")?.trim();
  if (!said) return null;
  const ms = /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_REST_MS) : null;
}

async function answered(
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      body: body === undefined ? null : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch {
    throw new ApiError(0, "");
  }
}

function errorsOf(answer: unknown): FieldError[] {
  if (typeof answer !== "object" || answer === null || !("errors" in answer)) return [];
  return Array.isArray(answer.errors) ? (answer.errors as FieldError[]) : [];
}

function detailOf(answer: unknown): string {
  if (typeof answer !== "object" || answer === null || !("detail" in answer)) return "";
  return typeof answer.detail === "string" ? answer.detail : "";
}
