/**
 * The endpoints of the forms: the catalogue, agents and their seats, and how providers fare. What a
 * form sends goes as it was written, without the page's names for what cannot be seen.
 */
import { call } from "../api";
import { asWritten } from "../text/as_written";
import type { SlotsAnswer } from "../wire";
import type { Catalogue, Health, ListedAgent, SeatAgent } from "./documents";

export function getCatalogue(language: string): Promise<Catalogue> {
  return call("GET", "/api/catalogue", { query: { lang: language } });
}

/** All agents, those without a seat too. */
export function getAgents(): Promise<readonly ListedAgent[]> {
  return call("GET", "/api/agents") as Promise<readonly ListedAgent[]>;
}

export function getAgent(agentId: string): Promise<SeatAgent> {
  return call("GET", "/api/agents/{agent_id}", { path: { agent_id: agentId } });
}

/**
 * Of all providers, or of that of one councilor. The server starts programs, to ask them for their
 * versions: at most once a minute each.
 */
export function getHealth(agentId?: string): Promise<Health> {
  return call("GET", "/api/doctor", agentId === undefined ? {} : { query: { agent_id: [agentId] } });
}

export interface PreviewQuestion {
  readonly schedule: unknown;
  readonly agent_id?: string;
  readonly provider?: string;
}

export function previewSchedule(question: PreviewQuestion, count: number): Promise<SlotsAnswer> {
  return call("POST", "/api/schedules/preview", { body: { ...asWritten(question), count } });
}

/** With the same `key` a second time it is answered as the first, and nothing is done again. */
export function createAgent(form: unknown, key: string): Promise<unknown> {
  return call("POST", "/api/agents", { body: asWritten(form), headers: { "Idempotency-Key": key } });
}

export interface Seated {
  readonly agent: SeatAgent;
  /** What the author of the schedule should know. */
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
}

export function promote(agentId: string, form: unknown, key: string): Promise<Seated> {
  const asked = { path: { agent_id: agentId }, body: asWritten(form), headers: { "Idempotency-Key": key } };
  return call("POST", "/api/councilors/{agent_id}/promote-councilor", asked);
}

export function editAgent(agentId: string, patch: unknown): Promise<Seated> {
  return call("PATCH", "/api/agents/{agent_id}", { path: { agent_id: agentId }, body: asWritten(patch) });
}

export function editSeat(agentId: string, patch: unknown): Promise<Seated> {
  const asked = { path: { agent_id: agentId }, body: asWritten(patch) };
  return call("PATCH", "/api/councilors/{agent_id}/councilor-config", asked);
}

export function demote(agentId: string): Promise<Seated> {
  return call("DELETE", "/api/councilors/{agent_id}/demote-councilor", { path: { agent_id: agentId } });
}

export function deleteAgent(agentId: string): Promise<unknown> {
  return call("DELETE", "/api/agents/{agent_id}", { path: { agent_id: agentId } });
}

/** The councilor as a file to be kept beside the code. */
export function fileAddress(agentId: string): string {
  return `/api/councilors/${encodeURIComponent(agentId)}/council-file`;
}
