/** What the report of a councilor asks the server for. */
import { request } from "../api";
import type { components } from "../../generated/openapi";
import type { TaskRow, UsageAnswer } from "../wire";

type Schemas = components["schemas"];

export type KnownFinding = Schemas["KnownFinding"];
export type FindingsAnswer = Schemas["FindingList"];
export type Bucket = Schemas["Bucket"];
export type SeriesAnswer = Schemas["Series"];
export type KnownAgent = Pick<Schemas["Agent"], "agent_id" | "name" | "emoji" | "customization" | "is_councilor">;

export interface TaskPage {
  readonly tasks: readonly TaskRow[];
  readonly total: number;
  readonly next_cursor: string | null;
}

export type Metric = "runs" | "severity" | "duration" | "cost" | "lost";
export type By = "hour" | "day";

export function getFindings(agentId: string): Promise<FindingsAnswer> {
  return request("GET", `/api/councilors/${encodeURIComponent(agentId)}/findings`);
}

/** Rows without their results: a long list of them is light. */
export function getTaskPage(query: URLSearchParams): Promise<TaskPage> {
  return request("GET", `/api/tasks?${query}&results=false`);
}

export function getSeries(agentId: string, metric: Metric, by: By, since: number): Promise<SeriesAnswer> {
  const query = new URLSearchParams({ metric, by, agent_id: agentId, since: new Date(since).toISOString(), timezone: ownZone() });
  return request("GET", `/api/series?${query}`);
}

export function getUsage(agentId: string, days: number): Promise<UsageAnswer> {
  const query = new URLSearchParams({ days: String(days), agent_id: agentId, timezone: ownZone() });
  return request("GET", `/api/usage?${query}`);
}

/** With a seat or without one. */
export function getAgent(agentId: string): Promise<KnownAgent> {
  return request("GET", `/api/agents/${encodeURIComponent(agentId)}`);
}

/** Days and hours begin by the reader's clock. */
function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
