/**
 * A list of which only what can be seen is in the document, however long it is. All its rows are of
 * one height. It scrolls by itself, or together with what stands before it in `scroller`.
 *
 * With the focus in a row, the arrow keys take it to the neighbours, Home and End to the ends; the
 * row that has the focus stays in the document wherever the reader scrolls.
 */
import "../styles/virtual_list.css";

import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

import { writtenRect } from "./grown";

/** Rows kept ready on either side of what can be seen. */
const SPARE = 8;
/** So many rows before the last one, more are asked for. */
const NEAR_END = 60;

interface VirtualListProps<Item> {
  items: readonly Item[];
  /** In pixels; another one, as on another width, takes effect at once. */
  rowHeight: number;
  keyOf: (item: Item) => string;
  render: (item: Item, index: number) => ComponentChildren;
  label: string;
  class?: string;
  /** What scrolls around the list; without it the list scrolls by itself. */
  scroller?: RefObject<HTMLElement | null>;
  /** How many rows there are in all, when not all of them are here yet. */
  total?: number;
  /** The last rows that are here come near. */
  onEndNear?: () => void;
}

export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { items, rowHeight, keyOf, render, label, class: look = "", scroller, total, onEndNear } = props;
  const list = useRef<HTMLDivElement>(null);
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const around = () => (scroller ? scroller.current : list.current);
  const margin = useMargin(list, scroller);
  const focus = useRowFocus(list, items, keyOf);

  const options = {
    count: items.length,
    getScrollElement: around,
    // Without keys of its own: it would measure all rows anew whenever it is given another function.
    estimateSize: () => rowHeight,
    rangeExtractor: (range: Range) => withRow(defaultRangeExtractor(range), focus.held()),
    overscan: SPARE,
    scrollMargin: margin,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => draw(0),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [rowHeight]);
  useLayoutEffect(focus.settle);

  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const near = last >= items.length - NEAR_END;
  useEffect(() => {
    if (near) onEndNear?.();
  }, [near, items.length]);

  return (
    <div
      ref={list}
      class={`virtual-list ${scroller ? "" : "is-own"} ${look}`}
      role="list"
      aria-label={label}
      tabIndex={scroller ? -1 : 0}
      onKeyDown={(event) => focus.move(event, (index) => virtualizer.scrollToIndex(index))}
      onFocusIn={focus.entered}
      onFocusOut={focus.left}
    >
      <div class="rows" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {rows.map(({ index, start }) => (
          <div
            key={items[index] === undefined ? index : keyOf(items[index])}
            class="row"
            role="listitem"
            aria-posinset={index + 1}
            aria-setsize={Math.max(total ?? 0, items.length)}
            data-row={index}
            style={{ height: `${rowHeight}px`, transform: `translateY(${start - margin}px)` }}
          >
            {items[index] !== undefined && render(items[index], index)}
          </div>
        ))}
      </div>
    </div>
  );
}

function withRow(rows: number[], held: number): number[] {
  if (held < 0 || rows.includes(held)) return rows;
  return [...rows, held].sort((a, b) => a - b);
}

/** How far below the top of what scrolls the list begins; what stands before it may grow. */
function useMargin(list: RefObject<HTMLElement | null>, scroller: RefObject<HTMLElement | null> | undefined): number {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const around = scroller?.current;
    if (!around) return;
    const measure = () => {
      if (!list.current) return;
      const top = writtenRect(list.current).top - writtenRect(around).top;
      setMargin(Math.round(top - around.clientTop + around.scrollTop));
    };
    measure();
    const watch = new ResizeObserver(measure);
    for (const part of around.children) watch.observe(part);
    return () => watch.disconnect();
  }, []);
  return margin;
}

/** Where the focus is among the rows, and how keys move it. */
function useRowFocus<Item>(
  list: RefObject<HTMLElement | null>,
  items: readonly Item[],
  keyOf: (item: Item) => string,
) {
  const key = useRef<string | null>(null);
  /** A row that gets the focus as soon as it is in the document. */
  const wanted = useRef<number | null>(null);
  const held = () => (key.current === null ? -1 : items.findIndex((item) => keyOf(item) === key.current));

  const settle = () => {
    if (wanted.current === null) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"]`);
    const target = row?.querySelector<HTMLElement>("a[href], button, [tabindex='0']");
    if (!target) return;
    wanted.current = null;
    target.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  };

  const move = (event: KeyboardEvent, scrollTo: (index: number) => void) => {
    const from = rowOf(event.target);
    if (from === null || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined || to < 0 || to >= items.length) return;
    event.preventDefault();
    wanted.current = to;
    settle();
    if (wanted.current !== null) scrollTo(to);
  };

  return {
    held,
    settle,
    move,
    entered: (event: FocusEvent) => {
      const item = items[rowOf(event.target) ?? -1];
      key.current = item === undefined ? null : keyOf(item);
    },
    left: () => {
      key.current = null;
    },
  };
}

function rowOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  return row ? Number(row.dataset.row) : null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, select, textarea");
}
