/** Where a councilor stands: one of the marks, or `new`; and the face that goes with it. */
import type { Agent, RecentMark, Severity, TaskRow } from "../wire";

export type Standing = Severity | "missed" | "skipped" | "paused" | "running" | "new";
export type MarkKind = Exclude<Standing, "new"> | "waiting" | "cancelled";
export type Mood =
  | "serene"
  | "proud"
  | "attentive"
  | "worried"
  | "distressed"
  | "working"
  | "absent"
  | "on_leave"
  | "new";

const DAY_MS = 86_400_000;
const FULL_HOUSE = 30;

export function isPaused(agent: Agent): boolean {
  return !agent.councilor_config?.schedule.enabled;
}

/** Severity of a finished run; null for one that gave no verdict: cancelled, skipped, missed. */
export function verdictOf(mark: Pick<RecentMark, "status" | "severity">): Severity | null {
  if (mark.status === "error") return "error";
  return mark.status === "completed" ? (mark.severity ?? "info") : null;
}

export function lastVerdict(agent: Agent): RecentMark | null {
  return agent.recent.findLast((mark) => verdictOf(mark) !== null) ?? null;
}

/** The trouble a councilor is in, whatever it does at the moment; null when there is none. */
export function troubleOf(agent: Agent): { kind: "error" | "missed" | "warning"; mark: RecentMark } | null {
  const newest = agent.recent.at(-1);
  if (newest?.status === "missed") return { kind: "missed", mark: newest };
  const last = lastVerdict(agent);
  const severity = last && verdictOf(last);
  return last && (severity === "error" || severity === "warning")
    ? { kind: severity, mark: last }
    : null;
}

/** Precedence: paused, running, missed, last verdict. A skipped slot does not hide a trouble. */
export function standingOf(agent: Agent): Standing {
  if (agent.current) return "running";
  if (isPaused(agent)) return "paused";
  return restingStanding(agent);
}

function restingStanding(agent: Agent): Standing {
  const trouble = troubleOf(agent);
  if (trouble) return trouble.kind;
  if (agent.recent.at(-1)?.status === "skipped") return "skipped";
  const last = lastVerdict(agent);
  return (last && verdictOf(last)) ?? "new";
}

export function moodOf(agent: Agent, now: number): Mood {
  const standing = standingOf(agent);
  switch (standing) {
    case "paused":
      return "on_leave";
    case "running":
      return "working";
    case "missed":
      return "absent";
    case "error":
      return "distressed";
    case "warning":
      return "worried";
    case "info":
    case "skipped":
      return "attentive";
    case "new":
      return "new";
    case "success":
      return isProud(agent, now) ? "proud" : "serene";
  }
}

/** Back in order after a failure, for one day; or thirty in order out of thirty. */
function isProud(agent: Agent, now: number): boolean {
  const verdicts = agent.recent.filter((mark) => verdictOf(mark) !== null);
  const recovered = verdicts.some((mark, at) => {
    const before = verdicts[at - 1];
    return (
      before !== undefined &&
      verdictOf(before) === "error" &&
      verdictOf(mark) === "success" &&
      now - Date.parse(mark.completed_at ?? "") < DAY_MS
    );
  });
  const full =
    verdicts.length >= FULL_HOUSE && verdicts.every((mark) => verdictOf(mark) === "success");
  return recovered || full;
}

/** The mark of one execution. */
export function markOf(row: Pick<TaskRow, "status" | "severity">): MarkKind {
  switch (row.status) {
    case "pending":
      return "waiting";
    case "processing":
      return "running";
    case "skipped":
    case "cancelled":
    case "missed":
      return row.status;
    default:
      return verdictOf(row) ?? "info";
  }
}
