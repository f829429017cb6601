/** The attempts of a run in time: each with its beginning and end as far as they are known, and the waits. */
import type { TaskRow } from "../wire";

/** An attempt that failed and was followed by another one. */
export interface PastAttempt {
  readonly attempt: number;
  readonly started_at: string;
  readonly ended_at: string;
  readonly error_kind: string | null;
  readonly error_cause: string | null;
  readonly error: string | null;
}

export interface Tried {
  readonly attempt: number;
  /** Epoch ms; null when it was not kept. */
  readonly from: number | null;
  /** Null when it is under way, or was not kept. */
  readonly to: number | null;
  /** Why it failed, when it was not the last one. */
  readonly failure: Pick<TaskRow, "error_kind" | "error_cause"> | null;
  readonly isLast: boolean;
}

export type Share =
  | { readonly kind: "queued" | "waited" | "before"; readonly ms: number }
  | { readonly kind: "ran"; readonly ms: number; readonly tried: Tried };

/** Oldest first. */
export function attemptsOf(row: TaskRow, past: readonly PastAttempt[]): Tried[] {
  const known = new Map(past.map((one) => [one.attempt, one]));
  return Array.from({ length: row.attempt }, (_, at) => tried(row, at + 1, known.get(at + 1)));
}

function tried(row: TaskRow, attempt: number, past: PastAttempt | undefined): Tried {
  const isLast = attempt === row.attempt;
  if (past && !(isLast && row.started_at)) {
    return { attempt, from: Date.parse(past.started_at), to: Date.parse(past.ended_at), failure: past, isLast: false };
  }
  if (isLast && row.started_at) {
    return { attempt, from: Date.parse(row.started_at), to: momentOf(row.completed_at), failure: null, isLast };
  }
  // It waits for another try: what it knows of itself is the last one's failure.
  const failure = isLast && row.status === "pending" ? row : null;
  return { attempt, from: null, to: null, failure, isLast: false };
}

/** When it was to begin: its slot, or when somebody asked for it. */
export function wantedAt(row: TaskRow): number {
  return momentOf(row.trigger === "schedule" ? row.due_at : null) ?? Date.parse(row.created_at);
}

/** How the time went from then on, in order; nothing of it twice. */
export function sharesOf(row: TaskRow, attempts: readonly Tried[], now: number): Share[] {
  const shares: Share[] = [];
  let reached = wantedAt(row);
  let between: "queued" | "waited" | "before" = "queued";
  const upTo = (moment: number) => {
    if (moment > reached) shares.push({ kind: between, ms: moment - reached });
    reached = Math.max(reached, moment);
  };
  for (const tried of attempts) {
    if (tried.from === null) {
      between = "before";
      continue;
    }
    upTo(tried.from);
    const end = tried.to ?? now;
    shares.push({ kind: "ran", ms: Math.max(0, end - tried.from), tried });
    reached = Math.max(reached, end);
    between = "waited";
  }
  if (row.status === "pending") upTo(now);
  return shares;
}

/** How long it was waited after an attempt; null when that is not known, or nothing followed. */
export function waitAfter(attempts: readonly Tried[], at: number): number | null {
  const [end, next] = [attempts[at]?.to ?? null, attempts[at + 1]?.from ?? null];
  return end === null || next === null || next <= end ? null : next - end;
}

function momentOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}
