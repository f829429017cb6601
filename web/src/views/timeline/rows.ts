/** Which lanes are in the document: all of them, or of very many those that can be seen. */
import {
  defaultRangeExtractor,
  observeWindowOffset,
  observeWindowRect,
  type Range,
  type Rect,
  Virtualizer,
  windowScroll,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

import { grown, writtenRect } from "../../parts/grown";
import { type Density, density } from "../../preferences";

const ALL_UP_TO = 60;
const LANE_PX: Readonly<Record<Density, number>> = { auto: 40, comfortable: 46, dense: 32 };
/** On a narrow window the name stands above the lane. */
const NARROW_LANE_PX = 66;
const NARROW_TRACK_PX = 40;
/** What a lane needs beside its bars: the mark above them, and some air. */
const BESIDE_BAR_PX = 20;
const NARROW = "(max-width: 719px)";
const SPARE = 6;

export interface Rows {
  readonly visible: readonly number[];
  /** Of one lane, and of all, in pixels. */
  readonly each: number;
  readonly height: number;
  /** Of the highest bar of a lane. */
  readonly bar: number;
  /** Brings a lane into the window, and with the next drawing into the document. */
  readonly show: (at: number) => void;
  /** This one stays in the document wherever the reader scrolls. */
  readonly hold: (at: number) => void;
}

export function useRows(count: number, list: RefObject<HTMLElement | null>): Rows {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const narrow = useNarrow();
  const each = narrow ? NARROW_LANE_PX : LANE_PX[density.value];
  const held = useRef(-1);
  const margin = useTop(list);
  const options = {
    count,
    estimateSize: () => each,
    getScrollElement: () => window,
    scrollMargin: margin,
    overscan: SPARE,
    rangeExtractor: (range: Range) => withHeld(defaultRangeExtractor(range), held.current, count),
    ...WINDOW,
    initialOffset: () => window.scrollY / grown(),
    initialRect: written({ width: window.innerWidth, height: window.innerHeight }),
    onChange: () => draw(0),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, Element>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [each]);
  const visible =
    count <= ALL_UP_TO
      ? Array.from({ length: count }, (_, at) => at)
      : virtualizer.getVirtualItems().map((item) => item.index);
  return {
    visible,
    each,
    height: count * each,
    bar: (narrow ? NARROW_TRACK_PX : each) - BESIDE_BAR_PX,
    show: (at) => virtualizer.scrollToIndex(at, { align: "auto" }),
    hold: (at) => {
      held.current = at;
    },
  };
}

type OfWindow = Virtualizer<Window, Element>;

/** The window, in the pixels that the lanes are written in. */
const WINDOW = {
  observeElementRect: (lanes: OfWindow, told: (rect: Rect) => void) => observeWindowRect(lanes, (rect) => told(written(rect))),
  observeElementOffset: (lanes: OfWindow, told: (offset: number, moving: boolean) => void) =>
    observeWindowOffset(lanes, (offset, moving) => told(offset / grown(), moving)),
  scrollToFn: (offset: number, options: Parameters<typeof windowScroll>[1], lanes: OfWindow) =>
    windowScroll(offset * grown(), options, lanes),
};

function written({ width, height }: Rect): Rect {
  return { width: width / grown(), height: height / grown() };
}

function withHeld(rows: number[], held: number, count: number): number[] {
  if (held < 0 || held >= count || rows.includes(held)) return rows;
  return [...rows, held].sort((a, b) => a - b);
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => window.matchMedia(NARROW).matches);
  useLayoutEffect(() => {
    const query = window.matchMedia(NARROW);
    const measure = () => setNarrow(query.matches);
    query.addEventListener("change", measure);
    return () => query.removeEventListener("change", measure);
  }, []);
  return narrow;
}

/** How far below the top of the page the lanes begin; what stands before them may grow. */
function useTop(list: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (list.current) setTop(Math.round(writtenRect(list.current).top + window.scrollY / grown()));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, []);
  return top;
}
