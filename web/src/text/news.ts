/** One execution in words: its state, what it said, and why it ended as it did. */
import { markOf } from "../council/standing";
import type { Messages } from "../i18n";
import type { RecentMark, TaskRow } from "../wire";
import { endsOf, type Formats } from "./format";
import { inReadersWords } from "./server_words";
import { doubtOf } from "./verdict";

type Slots = Pick<TaskRow, "slot_from" | "slot_to" | "slot_count" | "due_at">;

export function stateWord(row: Pick<TaskRow, "status" | "severity">, t: Messages): string {
  return t.mark[markOf(row)];
}

/** The sentence for lists: one line, the agent's own words when it gave any. */
export function newsOf(row: TaskRow, t: Messages, f: Formats): string {
  switch (row.status) {
    case "pending":
      return waitingNews(row, t, f);
    case "processing":
      return t.news.started(t.trigger[row.trigger] ?? "");
    case "cancelled":
      return cancelledNews(row.cancel_reason, t);
    case "skipped":
      return skippedNews(row.skip_reason, row.error, t);
    case "missed":
      return missedNews(row, t, f);
    case "error":
      return failedNews(row, row.verdict?.summary ?? row.error, t);
    default:
      return doubtOf(row.verdict, row.permission_denied, t) ?? (inReadersWords(firstLine(row.verdict?.summary), t) || t.news.silent);
  }
}

/** A pending task that was claimed before (`attempt` counts claims) waits for its next attempt. */
function waitingNews(row: TaskRow, t: Messages, f: Formats): string {
  if (row.waits_for === "turn") return t.news.turn;
  if (!isRetry(row)) return t.news.waiting;
  const at = retryAt(row);
  return t.news.retry(row.attempt + 1, row.max_attempts, at === null ? "" : f.clock(Date.parse(at)));
}

/** When the next attempt comes; older releases told it as `not_before`. */
export function retryAt(row: Pick<TaskRow, "retry_at" | "not_before">): string | null {
  return row.retry_at ?? row.not_before;
}

/** A cancellation that no person asked for comes with its reason. */
function cancelledNews(reason: string | null | undefined, t: Messages): string {
  const said = firstLine(reason);
  return knownCancel(said, t) ?? (said ? t.news.cancelledFor(said) : t.news.cancelled);
}

/** The server's own reasons, in the reader's language; null for any other. */
function knownCancel(reason: string, t: Messages): string | null {
  if (/overlap: cancel_running/.test(reason)) return t.news.cancelledForNext;
  return /^Cancelled before its turn came/.test(reason) ? t.news.cancelledInLine : null;
}

/** True for a run that failed and waits for another try. */
export function isRetry(row: Pick<TaskRow, "status" | "attempt">): boolean {
  return row.status === "pending" && row.attempt > 0;
}

export type Failure = { readonly error_kind: string | null; readonly error_cause?: string | null };

/**
 * What is known of the failure by its kind, in the reader's language, where that says it all;
 * otherwise the sentence that came with it: a command's last words, what the preparation missed.
 */
function failedNews(row: Failure, said: string | null, t: Messages): string {
  const [happened] = causeOf(row, t);
  return TOLD_BY_KIND.has(kindOf(row)) ? happened : inReadersWords(firstLine(said), t) || happened;
}

const TOLD_BY_KIND = new Set(["timeout", "silent", "shutdown", "worker_lost", "cancelled", "budget", "cause"]);

function kindOf(row: Failure): string {
  const { error_cause: cause } = row;
  return cause && cause !== "other" ? "cause" : (row.error_kind ?? "");
}

/** The same for a councilor's card, which knows only the mark. */
export function markNews(mark: RecentMark, t: Messages, f: Formats): string {
  switch (mark.status) {
    case "skipped":
      return skippedNews(mark.skip_reason, mark.summary, t);
    case "missed":
      return missedNews(mark, t, f);
    case "cancelled":
      return knownCancel(firstLine(mark.summary), t) ?? t.news.cancelled;
    case "error":
      return failedNews(mark, mark.summary, t);
    default:
      return doubtOf({ reason: mark.reason ?? null }, undefined, t) ?? (inReadersWords(firstLine(mark.summary), t) || t.news.silent);
  }
}

/** `said`: the server's own sentence on it, which names the limit of a budget. */
export function skippedNews(reason: string | null, said: string | null, t: Messages): string {
  if (reason === null) return t.skipReason.unknown;
  if (reason === "overlap") return t.skipReason.overlap;
  if (reason === "quiet_hours") return t.skipReason.quietHours;
  if (reason === "excluded_date") return t.skipReason.excludedDate;
  if (reason === "maintenance") return t.skipReason.maintenance;
  if (reason !== "budget") return t.skipReason.other(firstLine(reason));
  return said?.includes("per_month") ? t.skipReason.monthBudget : t.skipReason.budget;
}

/** Why slots were missed; a reason that is not one of ours is shown as it came. */
export function missedReason(reason: string | null, t: Messages): string {
  if (reason === "server_down") return t.missedReason.serverDown;
  if (reason === "late") return t.missedReason.late;
  if (reason === "too_old") return t.missedReason.tooOld;
  if (reason === "changed") return t.missedReason.changed;
  return firstLine(reason);
}

export function missedNews(slots: Slots, t: Messages, f: Formats): string {
  const from = slots.slot_from ?? slots.due_at;
  const to = slots.slot_to ?? from;
  if (from === null || to === null) return t.missedReason.none;
  const [first, last] = [Date.parse(from), Date.parse(to)];
  const count = slots.slot_count ?? 1;
  // Each as seen from the other: the day is told when they are not of one day.
  const say = count > 1 ? endsOf(first, last, f) : f.moment;
  const [start, end] = [say(first, last), say(last, first)];
  const ofOneDay = f.moment(first, last) === f.clock(first);
  if (count > 1 && !ofOneDay) return t.missedReason.slotsOfDays(f.number(count), start, end);
  return t.missedReason.slots(count, f.number(count), start, end);
}

/** What happened and what to do; an unknown kind and cause get the general advice. */
export function causeOf({ error_kind, error_cause }: Failure, t: Messages): readonly [string, string] {
  if (error_cause && Object.hasOwn(t.providerCause, error_cause)) return t.providerCause[error_cause]!;
  const known = error_kind !== null && Object.hasOwn(t.cause, error_kind) ? error_kind : "other";
  return t.cause[known] ?? ["", ""];
}

/** First line with something in it; agents like to begin with blank ones. */
export function firstLine(text: string | null | undefined): string {
  return text?.split("\n").find((line) => line.trim() !== "")?.trim() ?? "";
}
