/** How long its runs took and what they cost, by hour or by day. */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";

import { now } from "../../clock";
import { formats, language } from "../../i18n";
import { councilorMessages } from "../../i18n/councilor";
import { Chart } from "../../parts/chart";
import { type Bucket, getSeries, type Metric } from "../../report/endpoints";
import { costFigures, durationFigures, type Figures, momentsFor } from "../../report/figures";
import { type Span, SPAN_BY, SPAN_MS } from "../../report/spans";
import { useAnswer } from "./live";

const EVERY_MS = 3_000;
/** Buckets follow the clock, though nothing happens. */
const TURN_MS = 300_000;

interface ChartsProps {
  agentId: string;
  told: string;
  span: Span;
}

export function Charts(props: ChartsProps) {
  const t = councilorMessages.value.charts;
  return (
    <>
      <Metric {...props} metric="duration" title={t.duration} figures={durationFigures} />
      <Metric {...props} metric="cost" title={t.cost} figures={costFigures} />
    </>
  );
}

interface MetricProps extends ChartsProps {
  metric: Metric;
  title: string;
  figures: typeof durationFigures;
}

function Metric({ agentId, told, span, metric, title, figures }: MetricProps) {
  const { buckets, failed } = useBuckets(agentId, told, span, metric);
  const { charts: t, spans, verdicts } = councilorMessages.value;
  const speaks = language.value;
  const by = SPAN_BY[span];
  const words = { t, over: spans.over[span], by: verdicts.by[by] };
  const drawn = useMemo<Figures | null>(
    () => buckets && figures(buckets, momentsFor(by, speaks), words, formats.value),
    [buckets, speaks],
  );
  if (drawn?.kind === "chart") return <Chart title={title} summary={drawn.summary} data={drawn.data} words={t} />;
  return (
    <section class="box chart" aria-busy={drawn === null && !failed}>
      <h3>{title}</h3>
      <p class="reading" role="status">
        {drawn?.words ?? (failed ? t.failed : "")}
      </p>
    </section>
  );
}

export function useBuckets(agentId: string, told: string, span: Span, metric: Metric) {
  const turn = useComputed(() => Math.floor(now.value / TURN_MS)).value;
  const ask = () => getSeries(agentId, metric, SPAN_BY[span], now.peek() - SPAN_MS[span]).then(({ buckets }) => buckets);
  const { answer, error } = useAnswer<readonly Bucket[]>(`${agentId} ${metric} ${span}`, `${told} ${turn}`, EVERY_MS, ask);
  return { buckets: answer, failed: error !== null };
}
