/** Asking the server: each question is one of openapi.json's, and its answer is what stands there. */
import type { paths } from "../generated/openapi";

import { steadyNow } from "./clock";
import { faultOf, type Test } from "./shapes";
import { readJson } from "./text/untrusted";

const ANSWER_WITHIN_MS = 20_000;

/** What is wrong with one value: `field` is a path such as `schedule.value`. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/**
 * `status` 0: the server did not answer at all. 200 and the like: with something that cannot be
 * used. `detail` is the server's sentence, or empty.
 */
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

type Method = "GET" | "POST" | "PATCH" | "DELETE";
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Readonly<Record<Lowercase<M>, object>> ? P : never;
}[keyof paths];
type Operation<M extends Method, P extends PathOf<M>> = paths[P][Lowercase<M> & keyof paths[P]];

type Parameter<Op, Kind extends "path" | "query"> = Op extends { readonly parameters: infer All }
  ? Kind extends keyof All
    ? All[Kind]
    : undefined
  : undefined;
interface Further {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
type Asked<Op> = Further &
  (Parameter<Op, "path"> extends object ? { readonly path: Parameter<Op, "path"> } : { readonly path?: undefined }) &
  (undefined extends Parameter<Op, "query">
    ? { readonly query?: Parameter<Op, "query"> }
    : { readonly query: Parameter<Op, "query"> });

type Json<Response> = Response extends { readonly content: { readonly "application/json": infer Body } } ? Body : never;
type Answer<Op> = Op extends { readonly responses: infer All } ? Json<All[keyof All & (200 | 201 | 202)]> : never;

/** What a question is answered with. */
export type AnswerTo<M extends Method, P extends PathOf<M>> = Answer<Operation<M, P>>;

/** Rejects with an ApiError that bears the server's own sentence. */
export function call<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  ...[asked = {} as Asked<Operation<M, P>>]: object extends Asked<Operation<M, P>>
    ? [Asked<Operation<M, P>>?]
    : [Asked<Operation<M, P>>]
): Promise<AnswerTo<M, P>> {
  return request(method, addressOf(path, asked), asked.body, asked.headers);
}

function addressOf(path: string, asked: { readonly path?: object | undefined; readonly query?: object | undefined }): string {
  const named = new Map(Object.entries(asked.path ?? {}));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(named.get(name))));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) query.append(name, String(each));
    }
  }
  return query.size === 0 ? filled : `${filled}?${query}`;
}

let refused = (): void => undefined;

/** `act` is called when the server does not know who asks, or does not let them: 401, 403. */
export function whenRefused(act: () => void): void {
  refused = act;
}

/** As `call`, for an address that is put together already. */
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
    if (error.retryAfterMs !== null) rest(place, error, error.retryAfterMs);
    if (!path.startsWith("/api/session")) tellRefused(error.status);
    throw error;
  }
  const answer = await response.text().then(readJson).catch(() => null);
  if (answer === null) throw new ApiError(response.status, "");
  return answer as Answer;
}

export function tellRefused(status: number): void {
  if (status === 401 || status === 403) refused();
}

/** An answer that was tested: rejects with an ApiError that names the field that is not as it should be. */
export function fit<Value>(test: Test<Value>): (answer: Value) => Value {
  return (answer) => {
    const fault = faultOf(answer, test);
    if (fault !== null) throw new ApiError(200, fault && `(${fault})`);
    return answer;
  };
}

export async function failureOf(response: Response): Promise<ApiError> {
  const answer = await response.text().then(readJson).catch(() => null);
  return new ApiError(response.status, detailOf(answer), errorsOf(answer), retryAfter(response.headers));
}

/** Where the server asked to wait, until when, whoever asks on this page. */
const resting = new Map<string, { readonly error: ApiError; readonly until: number }>();
/** Some places name an execution: a page open for a week must not remember each. */
const RESTING_KEPT = 100;

function rest(place: string, error: ApiError, ms: number): void {
  const [oldest] = resting.size < RESTING_KEPT ? [] : resting.keys();
  if (oldest !== undefined) resting.delete(oldest);
  resting.set(place, { error, until: steadyNow() + ms });
}

function refuseWhileResting(place: string): void {
  const rest = resting.get(place);
  if (!rest) return;
  const left = rest.until - steadyNow();
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
