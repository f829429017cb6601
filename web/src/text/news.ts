/** One execution in words: its state, what it said, and why it ended as it did. */
import { markOf } from "../council/standing";
import type { Messages } from "../i18n";
import type { RecentMark, TaskRow } from "../wire";
import type { Formats } from "./format";

type Slots = Pick<TaskRow, "slot_from" | "slot_to" | "slot_count" | "due_at">;

export function stateWord(row: Pick<TaskRow, "status" | "severity">, t: Messages): string {
  return row.status === "cancelled" ? t.mark.cancelled : t.mark[markOf(row)];
}

/** The sentence for lists: one line, the agent's own words when it gave any. */
export function newsOf(row: TaskRow, t: Messages, f: Formats): string {
  switch (row.status) {
    case "pending":
      return waitingNews(row, t);
    case "processing":
      return t.news.started(t.trigger[row.trigger] ?? "");
    case "cancelled":
      return t.news.cancelled;
    case "skipped":
      return skippedNews(row.skip_reason, t);
    case "missed":
      return missedNews(row, t, f);
    default:
      return firstLine(row.verdict?.summary ?? row.error) || causeOf(row.error_kind, t)[0];
  }
}

/** A pending task that was claimed before (`attempt` counts claims) waits for its next attempt. */
function waitingNews(row: TaskRow, t: Messages): string {
  return row.attempt === 0 ? t.news.waiting : t.news.retry(row.attempt + 1, row.max_attempts);
}

/** The same for a councilor's card, which knows only the mark. */
export function markNews(mark: RecentMark, t: Messages, f: Formats): string {
  switch (mark.status) {
    case "skipped":
      return skippedNews(mark.skip_reason, t);
    case "missed":
      return missedNews(mark, t, f);
    case "cancelled":
      return t.news.cancelled;
    case "error":
      return firstLine(mark.summary) || causeOf(mark.error_kind, t)[0];
    default:
      return firstLine(mark.summary) || t.news.silent;
  }
}

export function skippedNews(reason: string | null, t: Messages): string {
  if (reason === null) return t.skipReason.unknown;
  return reason === "overlap" ? t.skipReason.overlap : t.skipReason.other(firstLine(reason));
}

/** Why slots were missed; a reason that is not one of ours is shown as it came. */
export function missedReason(reason: string | null, t: Messages): string {
  if (reason === "server_down") return t.missedReason.serverDown;
  if (reason === "late") return t.missedReason.late;
  return firstLine(reason);
}

export function missedNews(slots: Slots, t: Messages, f: Formats): string {
  const from = slots.slot_from ?? slots.due_at;
  const to = slots.slot_to ?? from;
  if (from === null || to === null) return t.missedReason.none;
  return t.missedReason.slots(
    slots.slot_count ?? 1,
    f.clock(Date.parse(from)),
    f.clock(Date.parse(to)),
  );
}

/** What happened and what to do, for an error_kind; an unknown kind gets the general advice. */
export function causeOf(errorKind: string | null, t: Messages): readonly [string, string] {
  const known = errorKind !== null && Object.hasOwn(t.cause, errorKind) ? errorKind : "other";
  return t.cause[known] ?? ["", ""];
}

/** First line with something in it; agents like to begin with blank ones. */
export function firstLine(text: string | null | undefined): string {
  return text?.split("\n").find((line) => line.trim() !== "")?.trim() ?? "";
}
