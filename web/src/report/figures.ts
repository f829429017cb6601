/** Durations and costs as charts, and what they come to in a sentence. */
import type { CouncilorMessages } from "../i18n/councilor.pt-BR";
import type { ChartData } from "../parts/chart";
import type { Formats } from "../text/format";
import type { Bucket, By } from "./endpoints";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Lines of a scale of time stand on whole seconds, minutes and hours. */
export const TIME_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 120, 240].map((n) => n * HOUR),
];

/** A chart, what it says, or in words that there is nothing to draw. */
export type Figures =
  | { readonly kind: "chart"; readonly data: ChartData; readonly summary: string }
  | { readonly kind: "nothing"; readonly words: string };

/** How moments are told: on the axis, and of a bucket. */
export interface Moments {
  readonly moment: ChartData["moment"];
  readonly bucket: ChartData["bucket"];
}

/** The words of the figures: of what span, and what a bucket is called. */
export interface FigureWords {
  readonly t: CouncilorMessages["charts"];
  readonly over: string;
  readonly by: string;
}

export function durationFigures(buckets: readonly Bucket[], moments: Moments, words: FigureWords, f: Formats): Figures {
  const { t, over } = words;
  const p50 = buckets.map((bucket) => bucket.p50_ms ?? null);
  const p95 = buckets.map((bucket) => bucket.p95_ms ?? null);
  const medians = p50.filter((value) => value !== null);
  if (medians.length === 0) return { kind: "nothing", words: t.noDuration(over) };
  const unit = (ms: number) => f.duration(Math.round(ms));
  const bars = [
    { label: t.p95, values: p95, token: "info", soft: true },
    { label: t.p50, values: p50, token: "info" },
  ] as const;
  return {
    kind: "chart",
    summary: t.durations(unit(Math.min(...medians)), unit(Math.max(...medians)), unit(highest(p95))),
    data: { ...spansOf(buckets), ...moments, bars, unit, steps: TIME_STEPS },
  };
}

export function costFigures(buckets: readonly Bucket[], moments: Moments, words: FigureWords, f: Formats): Figures {
  const { t, over, by } = words;
  const values = buckets.map((bucket) => bucket.cost_usd || null);
  const sum = values.reduce<number>((before, value) => before + (value ?? 0), 0);
  if (sum === 0) return { kind: "nothing", words: t.noCost(over) };
  const bars = [{ label: t.cost.toLowerCase(), values, token: "success" }] as const;
  return {
    kind: "chart",
    summary: t.costs(f.money(sum), over, f.money(highest(values)), by),
    data: { ...spansOf(buckets), ...moments, bars, unit: f.money },
  };
}

function spansOf(buckets: readonly Bucket[]): Pick<ChartData, "starts" | "ends"> {
  return {
    starts: buckets.map((bucket) => Date.parse(bucket.start)),
    ends: buckets.map((bucket) => Date.parse(bucket.end)),
  };
}

function highest(values: readonly (number | null)[]): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

export function momentsFor(by: By, language: string): Moments {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options });
    return (at: number) => made.format(at);
  };
  const clock = format({ hour: "2-digit", minute: "2-digit" });
  const day = format({ day: "numeric", month: "short" });
  const hourOfDay = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const wholeDay = format({ weekday: "short", day: "numeric", month: "short" });
  const isMidnight = (at: number) => new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
  return {
    moment: (at, step) => (step >= DAY || isMidnight(at) ? day(at) : clock(at)),
    bucket: by === "hour" ? hourOfDay : wholeDay,
  };
}
