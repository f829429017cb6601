/** What the last runs of the same councilor took, so that this one has a measure. */
import { useEffect, useState } from "preact/hooks";

import { getLastRuns } from "../../execution/endpoints";
import { type Usual, usualOf } from "../../execution/medians";
import type { TaskRow } from "../../wire";
import { isLost } from "./use_execution";

const RUNS = 30;

/** Null until it is known; without an answer there is no measure, which hurts nobody. */
export function useUsual(row: TaskRow | null): Usual | null {
  const [runs, setRuns] = useState<readonly TaskRow[] | null>(null);
  const agentId = row && !isLost(row) ? row.agent_id : null;
  useEffect(() => {
    if (agentId === null) return;
    let current = true;
    getLastRuns(agentId, RUNS + 1).then(
      (answer) => current && setRuns(answer),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [agentId]);
  return runs && row ? usualOf(runs.filter((run) => run.task_id !== row.task_id).slice(0, RUNS)) : null;
}
