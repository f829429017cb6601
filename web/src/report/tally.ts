/** The sentence above the strip of verdicts: how many there were of each, once all of them are known. */
import type { COUNCILOR_MESSAGES } from "../i18n/councilor";
import type { Formats } from "../text/format";
import type { Bucket } from "./endpoints";
import { type Block, type Counts, countsOf, LANES, type Spot } from "./spots";

type Words = (typeof COUNCILOR_MESSAGES)[keyof typeof COUNCILOR_MESSAGES];

/** One answer about the runs that are too many to be told one by one. */
export interface Part {
  readonly buckets: readonly Bucket[] | null;
  readonly failed: boolean;
}

export const ON_ITS_WAY: Part = { buckets: null, failed: false };

/** `busy` and `failed`: what is there is not all, or not of today, and is not to be counted. */
export type Tally = "whole" | "busy" | "failed";

/** `error` is that of the runs told one by one; `parts` is empty where there are no others. */
export function tallyOf(error: unknown, parts: readonly Part[]): Tally {
  if (error !== null || parts.some(({ failed }) => failed)) return "failed";
  return parts.every(({ buckets }) => buckets !== null) ? "whole" : "busy";
}

interface Strip {
  readonly tally: Tally;
  readonly spots: readonly Spot[];
  readonly blocks: readonly Block[];
  /** The runs told one by one are asked for. */
  readonly pending: boolean;
}

/** `over`: "in the last 24 hours". */
export function tallyWords({ tally, spots, blocks, pending }: Strip, over: string, t: Words, f: Formats): string {
  if (tally === "failed") return t.verdicts.failed;
  if (tally === "busy") return t.history.busy;
  if (spots.length > 0 || blocks.length > 0) return countWords(countsOf(spots, blocks), t, f);
  return pending ? "" : t.verdicts.none(over);
}

/** "96 runs: 2 errors, 94 in order". */
export function countWords(counts: Counts, { verdicts: t }: Words, f: Formats): string {
  const runs = LANES.reduce((sum, lane) => sum + (lane === "lost" ? 0 : counts[lane]), 0);
  const parts = LANES.filter((lane) => counts[lane] > 0).map((lane) => t.counted[lane](counts[lane], f.number(counts[lane])));
  return `${t.runs(runs, f.number(runs))}: ${parts.join(", ")}`;
}
