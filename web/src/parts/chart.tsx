/**
 * A chart with its words: what it shows in a sentence, the figures under the pointer, and all of
 * them as a table. The drawing itself comes when it is needed; without it the words still stand.
 */
import "../styles/chart.css";

import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";

import { language } from "../i18n";
import { theme } from "../preferences";
import type { Plot } from "./chart_plot";

export interface Bars {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Name of a colour in tokens.css; `soft` ones stand behind, in its soft tint with its line. */
  readonly token: "info" | "success";
  readonly soft?: boolean;
}

export interface ChartData {
  /** Epoch milliseconds, ascending. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Those behind come first. */
  readonly bars: readonly Bars[];
  unit(value: number): string;
  /** How far apart the lines of the scale may be, when not by tens. */
  readonly steps?: readonly number[];
  /** For the axis; `step` milliseconds apart. */
  moment(at: number, step: number): string;
  /** An hour or a day in words. */
  bucket(at: number): string;
}

interface ChartProps {
  title: string;
  /** What it comes to, in one sentence. */
  summary: string;
  data: ChartData;
  words: { readonly table: string; readonly when: string; readonly away: string };
}

export function Chart({ title, summary, data, words }: ChartProps) {
  const id = useId();
  const [point, setPoint] = useState<number | null>(null);
  return (
    <section class="box chart" aria-labelledby={id}>
      <header>
        <h3 id={id}>{title}</h3>
        <Legend data={data} />
      </header>
      <p class="reading">{point === null ? summary : reading(data, point)}</p>
      <Drawing data={data} label={`${title}. ${summary}`} away={words.away} onPoint={setPoint} />
      <AsTable data={data} words={words} />
    </section>
  );
}

function Legend({ data }: { data: ChartData }) {
  if (data.bars.length < 2) return null;
  return (
    <ul class="legend">
      {data.bars.toReversed().map(({ label, token, soft }) => (
        <li key={label}>
          <i class={`key is-${token} ${soft ? "is-soft" : ""}`} aria-hidden="true" />
          {label}
        </li>
      ))}
    </ul>
  );
}

function reading(data: ChartData, at: number): string {
  const start = data.starts[at];
  if (start === undefined) return "";
  const values = data.bars.toReversed().map(({ label, values }) => {
    const value = values[at] ?? null;
    return `${label} ${value === null ? "–" : data.unit(value)}`;
  });
  return `${data.bucket(start)}: ${values.join(", ")}`;
}

interface DrawingProps {
  data: ChartData;
  label: string;
  away: string;
  onPoint: (at: number | null) => void;
}

function Drawing({ data, label, away, onPoint }: DrawingProps) {
  const host = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const dark = useDark();
  const drawn = JSON.stringify([data.starts, data.bars]);
  const looks = `${language.value} ${theme.value} ${dark}`;
  useEffect(() => {
    let plot: Plot | null = null;
    let gone = false;
    const watch = new ResizeObserver(() => {
      if (host.current) plot?.resize(host.current.clientWidth, host.current.clientHeight);
    });
    import("./chart_plot").then(
      ({ drawPlot }) => {
        if (gone || !host.current) return;
        plot = drawPlot(host.current, data, onPoint);
        watch.observe(host.current);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      watch.disconnect();
      plot?.destroy();
      onPoint(null);
    };
  }, [drawn, looks]);
  return (
    <div class="drawing" role="img" aria-label={label} ref={host} data-drawn={looks}>
      {failed && <p>{away}</p>}
    </div>
  );
}

/** Whether the system asks for dark colours, which counts while no theme is chosen. */
function useDark(): boolean {
  const query = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return dark;
}

function AsTable({ data, words }: { data: ChartData; words: ChartProps["words"] }) {
  const rows = data.starts.map((start, at) => ({ start, at })).filter(({ at }) => data.bars.some(({ values }) => values[at]));
  const shown = data.bars.toReversed();
  return (
    <details class="as-table">
      <summary>{words.table}</summary>
      <div tabIndex={0} role="group" aria-label={words.table}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.when}</th>
              {shown.map(({ label }) => (
                <th scope="col" key={label}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.toReversed().map(({ start, at }) => (
              <tr key={start}>
                <th scope="row">{data.bucket(start)}</th>
                {shown.map(({ label, values }) => (
                  <td key={label}>{values[at] === null || values[at] === undefined ? "" : data.unit(values[at])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
