/** What is worth a notice: the councilor's own flags decide, for what has just ended. */
import { verdictOf } from "../council/standing";
import type { Agent, BareAgent, TaskRow } from "../wire";

export type NoticeKind = "error" | "missed" | "warning" | "success";

/** What ended badly, or in order, as a mark names it; null for what nobody asks to be told of. */
export function kindOf(row: Pick<TaskRow, "status" | "severity">): NoticeKind | null {
  if (row.status === "missed") return "missed";
  const verdict = verdictOf(row);
  return verdict === "info" ? null : verdict;
}

/** A slot nobody came to is told with the warnings: no run, so no severity, yet no silence either. */
const FLAG = {
  error: "on_error",
  missed: "on_warning",
  warning: "on_warning",
  success: "on_success",
} as const;
const UNLESS_SAID = { on_success: false, on_warning: true, on_error: true } as const;

/** Where the page tells something: `panel` is the line of the footer, `toast` a notice over the page. */
export type Place = "panel" | "toast";

/** Whoever chose neither of them is told elsewhere; the footer's list has every run all the same. */
export function tells(agent: Pick<BareAgent, "councilor_config">, kind: NoticeKind, place: Place): boolean {
  const said = agent.councilor_config?.notifications;
  if (!(said?.channels ?? ["panel"]).includes(place)) return false;
  return said?.[FLAG[kind]] ?? UNLESS_SAID[FLAG[kind]];
}

export interface Told {
  readonly kind: NoticeKind;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A councilor that keeps failing by its schedule is not told anew each time. */
export const AGAIN_AFTER_MS = 10 * 60_000;

/** The kind of notice that `row` deserves; `before` is the last one of its councilor. */
export function noticeFor(row: TaskRow, agent: Agent | undefined, before: Told | undefined, now: number): NoticeKind | null {
  const kind = kindOf(row);
  if (kind === null || !agent || !tells(agent, kind, "toast")) return null;
  const asked = row.trigger === "manual" || row.trigger === "api";
  const same = before?.kind === kind && now - before.at < AGAIN_AFTER_MS;
  return same && !asked ? null : kind;
}
