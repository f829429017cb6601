/** The endpoints of the forms: the catalogue, agents and their seats, and how providers fare. */
import { request } from "../api";
import type { SlotsAnswer } from "../wire";
import type { Catalogue, Health, ListedAgent, SeatAgent } from "./documents";

export function getCatalogue(language: string): Promise<Catalogue> {
  return request("GET", `/api/catalogue?lang=${encodeURIComponent(language)}`);
}

/** All agents, those without a seat too. */
export function getAgents(): Promise<readonly ListedAgent[]> {
  return request("GET", "/api/agents");
}

export function getAgent(agentId: string): Promise<SeatAgent> {
  return request("GET", `/api/agents/${encodeURIComponent(agentId)}`);
}

/**
 * Of all providers, or of that of one councilor. The server starts programs, to ask them for their
 * versions: at most once a minute each.
 */
export function getHealth(agentId?: string): Promise<Health> {
  return request("GET", agentId === undefined ? "/api/doctor" : `/api/doctor?agent_id=${encodeURIComponent(agentId)}`);
}

export interface PreviewQuestion {
  readonly schedule: unknown;
  readonly agent_id?: string;
  readonly provider?: string;
}

export function previewSchedule(question: PreviewQuestion, count: number): Promise<SlotsAnswer> {
  return request("POST", "/api/schedules/preview", { ...question, count });
}

/** With the same `key` a second time it is answered as the first, and nothing is done again. */
export function createAgent(form: unknown, key: string): Promise<unknown> {
  return request("POST", "/api/agents", form, { "Idempotency-Key": key });
}

export interface Seated {
  readonly agent: SeatAgent;
  /** What the author of the schedule should know. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
}

export function promote(agentId: string, form: unknown, key: string): Promise<Seated> {
  return request("POST", seat(agentId, "promote-councilor"), form, { "Idempotency-Key": key });
}

export function editSeat(agentId: string, patch: unknown): Promise<Seated> {
  return request("PATCH", seat(agentId, "councilor-config"), patch);
}

export function demote(agentId: string): Promise<Seated> {
  return request("DELETE", seat(agentId, "demote-councilor"));
}

export function deleteAgent(agentId: string): Promise<unknown> {
  return request("DELETE", `/api/agents/${encodeURIComponent(agentId)}`);
}

/** The councilor as a file to be kept beside the code. */
export function fileAddress(agentId: string): string {
  return seat(agentId, "council-file");
}

function seat(agentId: string, what: string): string {
  return `/api/councilors/${encodeURIComponent(agentId)}/${what}`;
}
