/** Who needs the reader: councilors in trouble that the reader has not said "I know" to. */
import type { Agent, RecentMark } from "../wire";
import { troubleOf, verdictOf } from "./standing";

export interface Attention {
  readonly agent: Agent;
  readonly kind: "error" | "missed" | "warning";
  readonly mark: RecentMark;
  /** How many verdicts in a row were of this kind, this one included. */
  readonly streak: number;
}

const WORST_FIRST = ["error", "missed", "warning"] as const;

/** Worst kind first; within a kind the newest trouble first. Councilors on leave need nobody. */
export function needsAttention(
  agents: Iterable<Agent>,
  acknowledged: ReadonlySet<string>,
): Attention[] {
  const found: Attention[] = [];
  for (const agent of agents) {
    const trouble = troubleOf(agent);
    if (!trouble || acknowledged.has(trouble.mark.task_id)) continue;
    if (!agent.councilor_config?.schedule.enabled) continue;
    found.push({ agent, ...trouble, streak: streakOf(agent, trouble.mark) });
  }
  return found.sort(
    (a, b) =>
      WORST_FIRST.indexOf(a.kind) - WORST_FIRST.indexOf(b.kind) || since(b.mark) - since(a.mark),
  );
}

export function since(mark: RecentMark): number {
  return Date.parse(mark.completed_at ?? mark.slot_from ?? mark.due_at ?? "") || 0;
}

function streakOf(agent: Agent, mark: RecentMark): number {
  const kind = verdictOf(mark);
  if (kind === null) return 1;
  const verdicts = agent.recent.map(verdictOf).filter((each) => each !== null);
  const broken = verdicts.findLastIndex((each) => each !== kind);
  return verdicts.length - 1 - broken;
}
