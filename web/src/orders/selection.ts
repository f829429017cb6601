/** For whom an order is meant: everybody, or those that bear a tag. */
import { isPaused } from "../council/standing";
import type { Agent } from "../wire";

/** Empty: everybody. */
export type Target = string;

export function selectionOf(target: Target): { all: true } | { tag: string } {
  return target === "" ? { all: true } : { tag: target };
}

export function meantBy(target: Target, agents: readonly Agent[]): Agent[] {
  return agents.filter((agent) => target === "" || agent.tags.includes(target));
}

/** Every tag with how many bear it, the most common first. */
export function tagsOf(agents: readonly Agent[]): [tag: string, count: number][] {
  const counts = new Map<string, number>();
  for (const agent of agents) {
    for (const tag of agent.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

export type Bulk = "run" | "pause" | "resume";

/** Whom an order would change: who is at work is not called, who is on leave is not paused. */
export function changedBy(order: Bulk, meant: readonly Agent[]): Agent[] {
  switch (order) {
    case "run":
      return meant.filter((agent) => agent.current === null);
    case "pause":
      return meant.filter((agent) => !isPaused(agent));
    case "resume":
      return meant.filter((agent) => isPaused(agent));
  }
}

/** On leave one by one: they stay so when all are called back, unless asked for. */
export function pausedSingly(meant: readonly Agent[]): Agent[] {
  return meant.filter((agent) => isPaused(agent) && agent.paused_in_bulk !== true);
}
