/** What the report of a councilor asks the server for. */
import { type AnswerTo, call, request } from "../api";
import type { components } from "../../generated/openapi";
import type { UsageAnswer } from "../wire";

type Schemas = components["schemas"];

export type KnownFinding = Schemas["KnownFinding"];
export type FindingsAnswer = Schemas["FindingList"];
export type Bucket = Schemas["Bucket"];
export type SeriesAnswer = Schemas["Series"];
export type KnownAgent = Pick<Schemas["Agent"], "agent_id" | "name" | "emoji" | "customization" | "is_councilor">;

export type TaskPage = Pick<AnswerTo<"GET", "/api/tasks">, "tasks" | "total" | "next_cursor">;

export type Metric = "runs" | "severity" | "duration" | "cost" | "lost";
export type By = "hour" | "day";

export function getFindings(agent_id: string): Promise<FindingsAnswer> {
  return call("GET", "/api/councilors/{agent_id}/findings", { path: { agent_id } });
}

/** Rows without their results: a long list of them is light. */
export function getTaskPage(query: URLSearchParams): Promise<TaskPage> {
  return request<TaskPage>("GET", `/api/tasks?${query}&results=false`);
}

export function getSeries(agent_id: string, metric: Metric, by: By, from: number): Promise<SeriesAnswer> {
  const since = new Date(from).toISOString();
  return call("GET", "/api/series", { query: { metric, by, agent_id, since, timezone: ownZone() } });
}

export function getUsage(agent_id: string, days: number): Promise<UsageAnswer> {
  return call("GET", "/api/usage", { query: { days, agent_id, timezone: ownZone() } });
}

/** With a seat or without one. */
export function getAgent(agent_id: string): Promise<KnownAgent> {
  return call("GET", "/api/agents/{agent_id}", { path: { agent_id } });
}

/** Days and hours begin by the reader's clock. */
function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
