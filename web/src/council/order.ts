/** In which order the council is shown. Ties keep the seat order, so that nothing moves without cause. */
import type { Agent } from "../wire";
import { displayName } from "./names";
import { type Standing, standingOf, troubleOf } from "./standing";

export const ORDERS = ["needs", "news", "name"] as const;
export type Order = (typeof ORDERS)[number];

const RANK: Readonly<Partial<Record<Standing, number>>> = { error: 0, missed: 1, warning: 2 };
const REST = 9;

/** Among many, those at work come right after those in trouble: nobody finds them otherwise. */
export function ordered(agents: readonly Agent[], order: Order, many: boolean): Agent[] {
  switch (order) {
    case "needs":
      return [...agents].sort((a, b) => rank(a, many) - rank(b, many));
    case "news":
      return [...agents].sort((a, b) => newest(b) - newest(a));
    case "name":
      return [...agents].sort((a, b) => displayName(a).localeCompare(displayName(b)));
  }
}

function rank(agent: Agent, many: boolean): number {
  const trouble = troubleOf(agent);
  if (trouble) return RANK[trouble.kind] ?? REST;
  if (!many) return REST;
  const standing = standingOf(agent);
  return standing === "running" ? 3 : standing === "info" ? 4 : REST;
}

function newest(agent: Agent): number {
  if (agent.current) return Number.MAX_SAFE_INTEGER;
  return Date.parse(agent.recent.at(-1)?.completed_at ?? "") || 0;
}
