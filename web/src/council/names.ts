/** What a councilor is called, and the word for its office. */
import type { Agent, BareAgent } from "../wire";

export function displayName(agent: BareAgent): string {
  const custom = agent.customization;
  return (custom?.enabled && custom.display_name) || agent.name || agent.agent_id;
}

export function officeOf(agent: BareAgent): string {
  return agent.councilor_config?.title || agent.title || agent.councilor_config?.task.name || "";
}

const LONGEST_NAME = 40;

/** For a sentence that says more than the name; the whole of it stands on the councilor's own page. */
export function shortName(name: string): string {
  const letters = [...name];
  return letters.length <= LONGEST_NAME ? name : `${letters.slice(0, LONGEST_NAME - 1).join("").trimEnd()}…`;
}

/** Seats are given by tag, then by seniority: fixed, so that one learns where each sits. */
export function inSeatOrder(agents: Iterable<Agent>): Agent[] {
  return [...agents]
    .map((agent) => ({ agent, seat: `${agent.tags[0] ?? ""}\n${agent.created_at}\n${agent.agent_id}` }))
    .sort((a, b) => (a.seat < b.seat ? -1 : 1))
    .map(({ agent }) => agent);
}
