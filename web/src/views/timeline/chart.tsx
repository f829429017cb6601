/** The chart: its head, the lanes that can be seen, and the card of the mark under pointer or focus. */
import { computed, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { now } from "../../clock";
import { language } from "../../i18n";
import { timelineMessages } from "../../i18n/timeline";
import { attention, seated } from "../../overview";
import { Mark } from "../../parts/mark";
import { density } from "../../preferences";
import { heardAt, lost } from "../../session";
import type { Lane, Timeline } from "../../timeline/lanes";
import { placeOf } from "../../timeline/span";
import { Axis, Backdrop } from "./axis";
import { Card } from "./card";
import { useCard } from "./use_card";
import { LaneView } from "./lane";
import { useLaneOrder } from "./order";
import { useRoving } from "./roving";
import { useRows } from "./rows";

/** What passes is taken away so often. */
const PASSES_MS = 5_000;
const passing = computed(() => Math.floor(now.value / PASSES_MS) * PASSES_MS);

export function Chart({ told }: { told: Timeline }) {
  const t = timelineMessages.value;
  const { span, lanes, maintenance } = told;
  const chart = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const scale = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const width = useWidth(scale);
  const ids = useLaneOrder(seated.value, held);
  const shown = ids.map((id) => lanes.get(id)).filter((lane) => lane !== undefined);
  const rows = useRows(shown.length, list);
  const roving = useRoving(list, shown, rows);
  const card = useCard(list);
  useNow(chart, told);
  // Without a signal the page knows nothing of what has passed since.
  const [isLost, present] = [lost.value, lost.value ? heardAt.value : passing.value];

  return (
    <>
      <div
        class={`chart is-${density.value}`}
        ref={chart}
        onPointerEnter={() => (held.current = true)}
        onPointerLeave={() => (held.current = false)}
      >
        <Axis told={told} width={width} track={scale}>
          <Present />
        </Axis>
        <div class="lanes">
          <Backdrop told={told} width={width} />
          <ol
            ref={list}
            aria-label={t.lanes}
            style={{ height: `${rows.height}px` }}
            onKeyDown={roving.keyDown}
            onFocusIn={roving.focusIn}
            onFocusOut={(event) => {
              roving.focusOut(event);
              card.listeners.onFocusOut(event);
            }}
            onPointerOver={card.listeners.onPointerOver}
            onPointerOut={card.listeners.onPointerOut}
            onPointerDown={card.listeners.onPointerDown}
            onClick={card.listeners.onClick}
          >
            {rows.visible.map((at) => {
              const lane = shown[at] as Lane;
              return (
                <li
                  key={lane.id}
                  class="lane"
                  data-lane={lane.id}
                  aria-posinset={at + 1}
                  aria-setsize={shown.length}
                  style={{ height: `${rows.each}px`, transform: `translateY(${at * rows.each}px)` }}
                >
                  <LaneView
                    lane={lane}
                    agent={told.agents.get(lane.id)}
                    span={span}
                    width={width}
                    bar={rows.bar}
                    after={lastPassed(lane, present)}
                    windows={maintenance}
                    lost={isLost}
                    heardAt={isLost ? heardAt.value : 0}
                    language={language.value}
                  />
                </li>
              );
            })}
          </ol>
        </div>
      </div>
      <Card card={card} told={told} width={width} after={present} />
    </>
  );
}

/** How many there are, and how many of them need the reader. */
function Present() {
  const t = timelineMessages.value;
  const [all, needing] = [seated.value.length, attention.value.length];
  return (
    <p>
      {lost.value && <Mark kind="missed" size={12} />} {lost.value ? t.werePresent(all, needing) : t.present(all, needing)}
    </p>
  );
}

/** The newest of a lane's slots that has passed: it stays the same until another one does. */
function lastPassed(lane: Lane, at: number): number {
  const ends = [...lane.next, ...lane.repeats.map(({ until }) => until)].filter((end) => end <= at);
  return Math.max(0, ...ends);
}

/** The width of the span, to eight pixels: a little more or less moves no mark into another group. */
function useWidth(scale: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(960);
  useLayoutEffect(() => {
    const element = scale.current;
    if (!element) return;
    const measure = () => setWidth(Math.max(80, Math.round(element.clientWidth / 8) * 8));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return width;
}

/** The present moment moves by a custom property: no lane is drawn anew for it. */
function useNow(chart: RefObject<HTMLElement | null>, told: Timeline): void {
  const set = () => {
    const [heard, present] = [placeOf(told.span, heardAt.value), placeOf(told.span, now.value)];
    const style = chart.current?.style;
    style?.setProperty("--now", place(lost.value ? heard : present));
    style?.setProperty("--unheard", place(lost.value ? Math.max(0, present - heard) : 0));
  };
  useSignalEffect(set);
  useLayoutEffect(set);
}

/** A hundredth of a percent is less than a pixel: until it has passed nothing is drawn. */
function place(part: number): string {
  return `${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%`;
}
