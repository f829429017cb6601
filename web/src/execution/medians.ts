/** What a councilor's runs usually take: the middle of the last ones, which one odd run does not move. */
import type { TaskRow } from "../wire";

export interface Usual {
  readonly runs: number;
  readonly ms: number | null;
  readonly costUsd: number | null;
}

export function usualOf(runs: readonly TaskRow[]): Usual {
  return {
    runs: runs.length,
    ms: median(runs.map((run) => (run.duration === null ? null : run.duration * 1000))),
    costUsd: median(runs.map((run) => run.usage?.cost_usd ?? null)),
  };
}

export function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = known.length / 2;
  const [low, high] = [known[Math.ceil(middle) - 1], known[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
