/** Whether anybody in the council goes by another clock than the reader. */
import { zoneOf } from "../text/schedule";
import type { Agent } from "../wire";

export function someDiffer(agents: readonly Agent[], zone: string): boolean {
  return agents.some((agent) => zoneOf(agent.councilor_config?.schedule) !== zone);
}
