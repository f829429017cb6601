/** How far back the verdicts and the charts look. */
import type { RecentMark } from "../wire";
import type { By } from "./endpoints";

export type Span = "day" | "week" | "month";
export const SPANS = ["day", "week", "month"] as const satisfies readonly Span[];

const DAY_MS = 86_400_000;
export const SPAN_MS: Readonly<Record<Span, number>> = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };
export const SPAN_BY: Readonly<Record<Span, By>> = { day: "hour", week: "hour", month: "day" };

/** The shortest span in which the recent marks (oldest first) about fit. */
export function spanOf(recent: readonly RecentMark[], now: number): Span {
  const oldest = recent[0]?.completed_at ?? recent[0]?.due_at ?? null;
  const age = oldest === null ? 0 : now - Date.parse(oldest);
  if (age <= 1.5 * DAY_MS) return "day";
  return age <= 10 * DAY_MS ? "week" : "month";
}
