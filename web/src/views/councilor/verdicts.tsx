/**
 * The verdicts over time: each run a mark in the lane of its severity, lost slots a span of their
 * own. One mark at a time can be opened: the nearest to the pointer, or the one that the arrow keys
 * have come to. Where there are too many runs, the older ones are counted by hour or day.
 */
import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { now } from "../../clock";
import type { MarkKind } from "../../council/standing";
import { formats, language, messages } from "../../i18n";
import { councilorMessages } from "../../i18n/councilor";
import { grown } from "../../parts/grown";
import { Mark, MARK_SHAPES } from "../../parts/mark";
import { memo } from "../../parts/memo";
import { NO_FILTER } from "../../report/history";
import { type Span, SPAN_BY, SPAN_MS, SPANS } from "../../report/spans";
import {
  type Block,
  type Box,
  divided,
  type Lane,
  LANES,
  nearest,
  type Spot,
  spotsOf,
} from "../../report/spots";
import { countWords, ON_ITS_WAY, type Part, tallyOf, tallyWords } from "../../report/tally";
import { ticksOf } from "../../report/ticks";
import { rowWords } from "../../report/words";
import { councilorAddress, executionAddress } from "../../route";
import { stateWord } from "../../text/news";
import { useBuckets } from "./charts";
import { type HistoryView, useHistory } from "./live";

/** So many runs are told one by one. */
const SPOTS = 500;
/** The right edge moves on with the clock, twice a minute. */
const TURN_MS = 30_000;

const LANE_HEIGHT = 24;
const TOP = 6;
const FLOOR = TOP + LANES.length * LANE_HEIGHT;
const HEIGHT = FLOOR + 24;
const GUTTER = 124;
const NARROW_GUTTER = 34;
const NARROW = 560;
const EDGE = 14;
/** From so many on, marks are small, and those in order mere strokes. */
const DENSE = 140;
/** A mark farther from the pointer than this is not meant. */
const REACH = 48;

const LANE_MARK: Readonly<Record<Lane, MarkKind>> = {
  error: "error",
  warning: "warning",
  info: "info",
  success: "success",
  open: "waiting",
  lost: "missed",
};

interface VerdictsProps {
  agentId: string;
  told: string;
  span: Span;
  onSpan: (span: Span) => void;
  /** The reader wants to see the runs of an hour or a day. */
  onBlock: (since: number, until: number) => void;
}

export function Verdicts(props: VerdictsProps) {
  const { agentId, told, span } = props;
  const since = useMemo(() => now.peek() - SPAN_MS[span], [span]);
  const view = useHistory(agentId, { ...NO_FILTER, since }, SPOTS, told, () => true);
  const many = (view.listed.total ?? 0) > Math.min(view.listed.rows.length, SPOTS);
  if (!many) return <Section {...props} view={view} parts={NONE} />;
  return view.stale ? <Section {...props} view={view} parts={[ON_ITS_WAY]} /> : <Many {...props} view={view} />;
}

type Viewed = VerdictsProps & { view: HistoryView };

/** With the runs that are too many to be told one by one. */
function Many(props: Viewed) {
  const { agentId, told, span } = props;
  const severity = useBuckets(agentId, told, span, "severity");
  const lost = useBuckets(agentId, told, span, "lost");
  return <Section {...props} parts={[severity, lost]} />;
}

const NONE: readonly never[] = [];

interface SectionProps extends Viewed {
  /** When not all are told one by one: how many ended in which way by hour or day, and were lost. */
  parts: readonly Part[];
}

function Section({ agentId, span, onSpan, onBlock, view, parts }: SectionProps) {
  const t = councilorMessages.value;
  const until = useComputed(() => (Math.floor(now.value / TURN_MS) + 1) * TURN_MS).value;
  const { rows, error, busy } = view.listed;
  const since = until - SPAN_MS[span];
  const tally = tallyOf(error, parts);
  // One without the other would tell half of an hour.
  const [severity, lost] = parts.every(({ buckets }) => buckets) ? parts.map(({ buckets }) => buckets ?? NONE) : [];
  const { spots, blocks } = useMemo(
    () => divided(spotsOf(rows.slice(0, SPOTS), since), severity ?? NONE, lost ?? NONE, since),
    [rows, since, severity, lost],
  );
  const pending = busy || view.stale;
  return (
    <section class="box verdicts" aria-labelledby="verdicts-title" aria-busy={pending || tally === "busy"}>
      <header>
        <h3 id="verdicts-title">{t.verdicts.title}</h3>
        <p class="counted">{tallyWords({ tally, spots, blocks, pending }, t.spans.over[span], t, formats.value)}</p>
        <Spans span={span} onSpan={onSpan} />
      </header>
      <Strip agentId={agentId} spots={spots} blocks={blocks} span={span} until={until} onBlock={onBlock} />
      {blocks.length > 0 && (
        <p class="older">{t.verdicts.older(formats.value.number(spots.length), t.verdicts.by[SPAN_BY[span]])}</p>
      )}
    </section>
  );
}

function Spans({ span, onSpan }: Pick<VerdictsProps, "span" | "onSpan">) {
  const t = councilorMessages.value.spans;
  return (
    <div class="spans" role="group" aria-label={t.label}>
      {SPANS.map((each) => (
        <button type="button" key={each} class="chip" aria-pressed={each === span} onClick={() => onSpan(each)}>
          {t[each]}
        </button>
      ))}
    </div>
  );
}

interface StripProps extends Pick<VerdictsProps, "agentId" | "span" | "onBlock"> {
  spots: readonly Spot[];
  blocks: readonly Block[];
  until: number;
}

/** Where the drawing begins and ends, and which moment is where. */
interface Scale {
  readonly left: number;
  readonly right: number;
  x(at: number): number;
}

function scaleOf(width: number, span: Span, until: number): Scale {
  const left = (width < NARROW ? NARROW_GUTTER : GUTTER) + EDGE;
  const right = Math.max(left + 1, width - EDGE);
  const since = until - SPAN_MS[span];
  return { left, right, x: (at) => left + ((Math.max(at, since) - since) / SPAN_MS[span]) * (right - left) };
}

function yOf(lane: Lane): number {
  return TOP + LANES.indexOf(lane) * LANE_HEIGHT + LANE_HEIGHT / 2;
}

function Strip({ agentId, spots, blocks, span, until, onBlock }: StripProps) {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const scale = useMemo(() => scaleOf(width, span, until), [width, span, until]);
  return (
    <div class="strip" ref={host} style={{ height: `${HEIGHT}px` }}>
      {width > 0 && (
        <>
          <Drawing spots={spots} blocks={blocks} scale={scale} span={span} until={until} width={width} speaks={language.value} />
          <Cursor host={host} agentId={agentId} spots={spots} blocks={blocks} scale={scale} width={width} onBlock={onBlock} />
        </>
      )}
    </div>
  );
}

function useWidth(host: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return width;
}

interface DrawingProps extends Pick<StripProps, "spots" | "blocks" | "span" | "until"> {
  scale: Scale;
  width: number;
  /** The language: another one has other words. */
  speaks: string;
}

const Drawing = memo(function Drawing({ spots, blocks, scale, span, until, width }: DrawingProps) {
  const dense = spots.length > DENSE;
  const size = dense ? 10 : spots.length > DENSE / 2 ? 12 : 15;
  return (
    <svg viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT} aria-hidden="true">
      <Lanes scale={scale} width={width} />
      <Axis scale={scale} span={span} until={until} width={width} />
      <Blocks blocks={blocks} scale={scale} />
      {spots.map((spot) => (
        <SpotMark key={spot.row.task_id} spot={spot} scale={scale} size={size} dense={dense} />
      ))}
    </svg>
  );
});

function Lanes({ scale, width }: { scale: Scale; width: number }) {
  const t = councilorMessages.value.verdicts.lane;
  return (
    <>
      {LANES.map((lane) => (
        <g key={lane} class="lane">
          <path class="rule" d={`M${scale.left - EDGE} ${yOf(lane)}H${width}`} />
          <g class={`mark-${LANE_MARK[lane]} mark still`} transform={`translate(4 ${yOf(lane) - 7}) scale(.875)`}>
            {MARK_SHAPES[LANE_MARK[lane]]()}
          </g>
          {width >= NARROW && (
            <text x="26" y={yOf(lane) + 4}>
              {t[lane]}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

function Axis({ scale, span, until, width }: Pick<DrawingProps, "scale" | "span" | "until" | "width">) {
  const words = axisWords(span, language.value);
  const ends = scale.right - 18;
  return (
    <g class="axis">
      {ticksOf(span, until, width).map(({ at, day }) => {
        const x = Math.round(scale.x(at)) + 0.5;
        return (
          <g key={at} class={day ? "is-day" : ""}>
            <path d={`M${x} ${TOP}V${FLOOR + 4}`} />
            {x <= ends && (
              <text x={x} y={FLOOR + 18} text-anchor="middle">
                {day ? words.day(at) : words.hour(at)}
              </text>
            )}
          </g>
        );
      })}
      <path class="present" d={`M${scale.right} ${TOP}V${FLOOR + 4}`} />
    </g>
  );
}

function axisWords(span: Span, speaks: string) {
  const made = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(speaks, { hourCycle: "h23", ...options });
    return (at: number) => format.format(at);
  };
  return {
    hour: made({ hour: "2-digit", minute: "2-digit" }),
    day: span === "month" ? made({ day: "numeric", month: "short" }) : made({ weekday: "short", day: "numeric" }),
  };
}

function Blocks({ blocks, scale }: { blocks: readonly Block[]; scale: Scale }) {
  const most = Math.max(1, ...blocks.flatMap(({ counts }) => Object.values(counts)));
  return (
    <>
      {blocks.map((block) =>
        LANES.filter((lane) => block.counts[lane] > 0).map((lane) => {
          const height = 4 + 14 * Math.sqrt(block.counts[lane] / most);
          const x = scale.x(block.from);
          const width = Math.max(1.5, scale.x(block.to) - x - 1);
          return (
            <rect key={`${block.from} ${lane}`} class={`block is-${lane}`} x={x} width={width} y={yOf(lane) - height / 2} height={height} rx="1.5" />
          );
        }),
      )}
    </>
  );
}

interface SpotMarkProps {
  spot: Spot;
  scale: Scale;
  size: number;
  dense: boolean;
}

const SpotMark = memo(function SpotMark({ spot, scale, size, dense }: SpotMarkProps) {
  const y = yOf(spot.lane);
  const [from, to] = [scale.x(spot.from), scale.x(spot.to)];
  if (spot.lane === "lost" && to - from > size) {
    return <rect class={`lost-span is-${spot.kind}`} x={from} width={to - from} y={y - 7} height={14} rx="3" />;
  }
  // So close together, checks would run into one another; the lane says what they are.
  if (dense && spot.kind === "success") {
    return <rect class="tick" x={from - 1} width={2} y={y - 6} height={12} rx="1" />;
  }
  return (
    <g class={`mark mark-${spot.kind}`} transform={`translate(${from - size / 2} ${y - size / 2}) scale(${size / 16})`}>
      {MARK_SHAPES[spot.kind]()}
    </g>
  );
});

type Stop = { readonly box: Box; readonly spot: Spot; readonly block?: never } | { readonly box: Box; readonly block: Block; readonly spot?: never };

interface CursorProps extends Pick<StripProps, "agentId" | "spots" | "blocks" | "onBlock"> {
  host: { readonly current: HTMLDivElement | null };
  scale: Scale;
  width: number;
}

/** A link that moves: to the mark nearest to the pointer, or with the arrow keys from mark to mark. */
function Cursor({ host, agentId, spots, blocks, scale, width, onBlock }: CursorProps) {
  const t = councilorMessages.value.verdicts;
  const stops = useMemo(() => stopsOf(spots, blocks, scale), [spots, blocks, scale]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [seen, setSeen] = useState<"pointer" | "focus" | null>(null);
  const found = stops.findIndex((stop) => keyOf(stop) === chosen);
  const at = found === -1 ? stops.length - 1 : found;
  const stop = stops[at];
  const choose = (index: number) => setChosen(stops[index] ? keyOf(stops[index]) : null);

  usePointer(host, (point) => {
    const index = point === null ? -1 : nearest(stops.map(({ box }) => box), point, REACH);
    if (index >= 0) choose(index);
    setSeen((was) => (index >= 0 ? "pointer" : was === "pointer" ? null : was));
  });

  if (!stop) return null;
  const open = (event: Event) => {
    if (!stop.block) return;
    event.preventDefault();
    onBlock(stop.block.from, stop.block.to);
  };
  const press = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: stops.length - 1, PageUp: at - 10, PageDown: at + 10 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(Math.min(Math.max(to, 0), stops.length - 1));
    setSeen("focus");
  };
  const { left, right, y } = stop.box;
  return (
    <>
      <a
        class={`cursor ${seen ? "is-seen" : ""} ${stop.block ? "is-block" : ""}`}
        href={stop.spot ? executionAddress(stop.spot.row.task_id) : councilorAddress(agentId)}
        aria-label={stop.spot ? t.spot(spotWords(stop.spot)) : t.block(blockTime(stop.block), countWords(stop.block.counts, councilorMessages.value, formats.value))}
        aria-describedby="verdict-keys"
        style={{ left: `${(left + right) / 2}px`, top: `${y ?? TOP}px`, width: `${Math.max(24, right - left + 8)}px`, height: y === null ? `${FLOOR - TOP}px` : "24px" }}
        onClick={open}
        onKeyDown={press}
        onFocus={() => setSeen((was) => was ?? "focus")}
        onBlur={() => setSeen(null)}
      />
      <span id="verdict-keys" class="unseen">
        {t.keys}
      </span>
      <p class="unseen" aria-live="polite">
        {seen === "focus" && (stop.spot ? spotWords(stop.spot) : blockTime(stop.block))}
      </p>
      {seen && <Tip stop={stop} width={width} />}
    </>
  );
}

function stopsOf(spots: readonly Spot[], blocks: readonly Block[], scale: Scale): Stop[] {
  const counted = blocks.map((block): Stop => ({ block, box: { left: scale.x(block.from), right: scale.x(block.to), y: null } }));
  const told = spots.map((spot): Stop => ({ spot, box: { left: scale.x(spot.from), right: scale.x(spot.to), y: yOf(spot.lane) } }));
  return [...counted, ...told];
}

function keyOf(stop: Stop): string {
  return stop.spot ? stop.spot.row.task_id : `block ${stop.block.from}`;
}

function usePointer(
  host: { readonly current: HTMLElement | null },
  act: (point: { x: number; y: number } | null) => void,
): void {
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const move = ({ clientX, clientY }: PointerEvent) => {
      const { left, top } = element.getBoundingClientRect();
      newest.current({ x: (clientX - left) / grown(), y: (clientY - top) / grown() });
    };
    const leave = () => newest.current(null);
    // The link lies under the pointer only when it is near; a click elsewhere goes to it all the same.
    const click = (event: MouseEvent) => {
      const link = element.querySelector<HTMLElement>("a.cursor.is-seen");
      if (link && event.target instanceof Element && !event.target.closest("a")) link.click();
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerdown", move);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("click", click);
    return () => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerdown", move);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("click", click);
    };
  }, []);
}

const TIP_WIDTH = 300;

function Tip({ stop, width }: { stop: Stop; width: number }) {
  const { left, right, y } = stop.box;
  const middle = (left + right) / 2;
  const start = Math.min(Math.max(middle - TIP_WIDTH / 2, 0), Math.max(0, width - TIP_WIDTH));
  // Below its mark, or above where there is more room.
  const below = y === null || y < FLOOR / 2;
  const place = below ? { top: `${(y ?? FLOOR) + 18}px` } : { bottom: `${HEIGHT - y + 18}px` };
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${start}px`, width: `${Math.min(TIP_WIDTH, width)}px`, ...place }}>
      {stop.spot ? <SpotTip spot={stop.spot} /> : <BlockTip block={stop.block} />}
    </div>
  );
}

function SpotTip({ spot }: { spot: Spot }) {
  const { row, kind } = spot;
  const f = formats.value;
  return (
    <>
      <p class="tip-head">
        <Mark kind={kind} /> <b class={`ink-${kind}`}>{stateWord(row, messages.value)}</b>
        <span>{f.moment(spot.from, now.peek())}</span>
        {row.duration !== null && <span>{f.duration(row.duration * 1000)}</span>}
      </p>
      <p class="tip-words">{rowWords(row, messages.value, f)}</p>
    </>
  );
}

function BlockTip({ block }: { block: Block }) {
  return (
    <>
      <p class="tip-head">
        <b>{blockTime(block)}</b>
      </p>
      <p class="tip-words">{countWords(block.counts, councilorMessages.value, formats.value)}</p>
    </>
  );
}

function spotWords({ row, from }: Spot): string {
  const f = formats.value;
  return `${stateWord(row, messages.value)}, ${f.moment(from, now.peek())}. ${rowWords(row, messages.value, f)}`;
}

function blockTime({ from, to }: Block): string {
  const f = formats.value;
  return councilorMessages.value.history.between(f.moment(from, now.peek()), f.moment(to, now.peek()));
}
