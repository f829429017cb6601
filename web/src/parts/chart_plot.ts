/**
 * Bars over time, drawn by uPlot. Fetched when a chart is first shown. The colours are those of the
 * tokens at the moment of drawing: whoever changes theme or language draws anew.
 */
import "uplot/dist/uPlot.min.css";

import uPlot from "uplot";

import type { ChartData } from "./chart";
import { grown } from "./grown";

export interface Plot {
  resize(width: number, height: number): void;
  destroy(): void;
}

const BAR = uPlot.paths.bars?.({ size: [0.82, 28], align: 1 });
const LABEL_PX = 12;
const DAY_MS = 86_400_000;

/** `onPoint`: the bucket under the pointer, null when there is none. */
export function drawPlot(host: HTMLElement, data: ChartData, onPoint: (at: number | null) => void): Plot {
  const { starts, ends, bars } = data;
  const font = `${LABEL_PX}px ${getComputedStyle(host).fontFamily}`;
  const colour = colourReader(host);
  const last = ends.at(-1) ?? 0;
  // The last label stands under the last bar, and half of it beyond.
  const beyond = Math.max(...[1, DAY_MS].map((step) => widthOf(data.moment(last, step), font))) / 2;
  const plot = new uPlot(
    {
      width: host.clientWidth,
      height: host.clientHeight,
      ms: 1,
      padding: [10, Math.ceil(beyond), 0, 0],
      legend: { show: false },
      // The pointer is told in the pixels of the window.
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, move: (_, x, y) => [x / grown(), y / grown()] },
      scales: {
        x: { time: true, range: [starts[0] ?? 0, ends.at(-1) ?? 1] },
        y: { range: (_, __, highest) => [0, (highest || 1) * 1.06] },
      },
      axes: [
        {
          stroke: colour("--ink3"),
          font,
          size: 26,
          gap: 6,
          space: 62,
          grid: { show: false },
          ticks: { show: false },
          values: (_, at, __, ___, step) => at.map((moment) => data.moment(moment, step)),
        },
        {
          stroke: colour("--ink3"),
          font,
          gap: 6,
          space: 34,
          size: (_, labels) => 12 + Math.max(0, ...(labels ?? []).map((label) => widthOf(label, font))),
          ...(data.steps && { incrs: [...data.steps] }),
          grid: { stroke: colour("--line"), width: 1 },
          ticks: { show: false },
          values: (_, values) => values.map((value) => (value === 0 ? "0" : data.unit(value))),
        },
      ],
      series: [
        {},
        ...bars.map(({ label, token, soft }) => ({
          label,
          stroke: colour(`--${token}`),
          fill: colour(soft ? `--${token}-soft` : `--${token}`),
          width: 1,
          points: { show: false },
          ...(BAR && { paths: BAR }),
        })),
      ],
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    },
    [[...starts], ...bars.map((bar) => [...bar.values])] as uPlot.AlignedData,
    host,
  );
  return {
    resize: (width, height) => plot.setSize({ width, height }),
    destroy: () => plot.destroy(),
  };
}

/** A token may be a pair for light and dark: only a styled element knows which of them holds. */
function colourReader(host: HTMLElement): (token: string) => string {
  const probe = host.appendChild(document.createElement("i"));
  const read = new Map<string, string>();
  const colours = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  for (const token of ["--ink3", "--line", "--info", "--info-soft", "--success", "--success-soft", "--warning-fill"]) {
    read.set(token, colours(token));
  }
  probe.remove();
  return (token) => read.get(token) ?? "currentColor";
}

let pen: CanvasRenderingContext2D | null = null;

function widthOf(text: string, font: string): number {
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return text.length * 7;
  pen.font = font;
  return Math.ceil(pen.measureText(text).width);
}
