/** The newest turns of fortune: a councilor that left order, came back to it, or did not show up. */
import type { Agent, RecentMark, Severity } from "../wire";
import { verdictOf } from "./standing";

export interface Change {
  readonly agent: Agent;
  readonly kind: "error" | "warning" | "recovered" | "missed";
  readonly taskId: string;
  readonly at: number;
}

/** Newest first, those after `since`; one for each councilor: only its last change still says something. */
export function newestChanges(agents: Iterable<Agent>, since = 0): Change[] {
  const changes: Change[] = [];
  for (const agent of agents) {
    const change = lastChange(agent);
    if (change && change.at > since) changes.push(change);
  }
  return changes.sort((a, b) => b.at - a.at);
}

function lastChange(agent: Agent): Change | null {
  let last: { kind: Change["kind"]; mark: RecentMark } | null = null;
  let before: RecentMark | null = null;
  let verdict: Severity | "absent" | null = null;
  for (const mark of agent.recent) {
    const kind = changeKind(before, verdict, mark);
    if (kind) last = { kind, mark };
    verdict = mark.status === "missed" ? "absent" : (verdictOf(mark) ?? verdict);
    before = mark;
  }
  const at = Date.parse(last?.mark.completed_at ?? last?.mark.slot_to ?? "");
  return last && at ? { agent, kind: last.kind, taskId: last.mark.task_id, at } : null;
}

/**
 * What `mark` changed, after `before` and the last verdict `was`, which not showing up takes away;
 * null when nothing.
 */
function changeKind(
  before: RecentMark | null,
  was: Severity | "absent" | null,
  mark: RecentMark,
): Change["kind"] | null {
  if (before === null) return null;
  if (mark.status === "missed") return was === "absent" ? null : "missed";
  const is = verdictOf(mark);
  if (is === null || was === null || is === was) return null;
  if (is === "error" || is === "warning") return is;
  return was === "error" || was === "warning" || was === "absent" ? "recovered" : null;
}
