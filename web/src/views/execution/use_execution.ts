/** One execution: as the stream tells it, and whole as the server has it. */
import { useEffect, useState } from "preact/hooks";

import { locked } from "../../access";
import { ApiError } from "../../api";
import { getExecution } from "../../execution/endpoints";
import { connection, council } from "../../session";
import { hasEnded, isFinal } from "../../state";
import type { TaskDetails, TaskRow } from "../../wire";

export interface Shown {
  readonly row: TaskRow | null;
  readonly details: TaskDetails | null;
  /** Why the whole of it could not be fetched; null while it is on its way, or here. */
  readonly error: unknown;
  readonly retry: () => void;
}

/**
 * Asked for when the panel opens, and again when it has ended, since only then its prompt and its whole
 * report are kept; and once more when the reader has logged in, or the signal is back.
 */
export function useExecution(taskId: string): Shown {
  const listed = council.value.executions.find((each) => each.task_id === taskId) ?? null;
  const [fetched, setFetched] = useState<TaskDetails | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [asked, setAsked] = useState(0);
  const details = fetched?.task_id === taskId ? fetched : null;
  const ended = hasEnded(council.value, listed ?? details ?? undefined);
  const retry = () => setAsked((times) => times + 1);
  useEffect(() => {
    setError(null);
    let current = true;
    getExecution(taskId).then(
      (row) => current && setFetched(row),
      (reason: unknown) => current && setError(reason),
    );
    return () => {
      current = false;
    };
  }, [taskId, ended, asked]);
  const mayHelp = !locked.value && connection.value.kind === "live";
  useEffect(() => {
    if (mayHelp && error !== null && passes(error)) retry();
  }, [mayHelp]);
  // Lost slots are final and still grow: there the stream knows better.
  const whole = details && isFinal(details.status) && !(listed && isLost(listed)) ? details : null;
  return { row: whole ?? listed ?? details, details, error, retry };
}

/** What a login or a new connection may mend. */
function passes(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 401 || error.status >= 500);
}

export function isLost(row: TaskRow): boolean {
  return row.status === "skipped" || row.status === "missed";
}
