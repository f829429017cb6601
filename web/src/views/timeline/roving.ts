/**
 * One stop of the Tab key for all lanes: the arrow keys go from mark to mark and from lane to lane, to
 * the mark that is nearest in time. Left of the first mark stands the councilor's name.
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import type { Lane } from "../../timeline/lanes";
import type { Rows } from "./rows";

const PAGE_LANES = 10;

/** A lane and the pixel that is gone to in it; -1 is its name. */
interface Wanted {
  readonly lane: number;
  readonly x: number;
}

export function useRoving(list: RefObject<HTMLElement | null>, lanes: readonly Lane[], rows: Rows) {
  /** What Tab comes to. */
  const stop = useRef<HTMLElement | null>(null);
  /** Where the focus is, in case that what has it goes. */
  const last = useRef<Wanted | null>(null);
  const wanted = useRef<Wanted | null>(null);

  const laneOf = (element: Element) => {
    const id = element.closest<HTMLElement>("[data-lane]")?.dataset.lane;
    return lanes.findIndex((lane) => lane.id === id);
  };

  const take = (element: HTMLElement) => {
    if (stop.current !== element) {
      stop.current?.setAttribute("tabindex", "-1");
      stop.current = element;
    }
    element.setAttribute("tabindex", "0");
  };

  const goTo = (aim: Wanted) => {
    wanted.current = aim;
    rows.hold(aim.lane);
    settle();
    if (wanted.current !== null) rows.show(aim.lane);
  };

  /** Reach what is wanted as soon as it is in the document. */
  const settle = () => {
    const aim = wanted.current;
    const id = aim && lanes[aim.lane]?.id;
    const lane = id && list.current?.querySelector(`[data-lane="${CSS.escape(id)}"]`);
    const target = aim && lane && nearest(marksIn(lane), aim.x);
    if (!target) return;
    wanted.current = null;
    take(target);
    target.focus({ preventScroll: true });
    target.closest("[data-lane]")?.scrollIntoView({ block: "nearest" });
  };

  useLayoutEffect(() => {
    settle();
    if (stop.current?.isConnected) {
      stop.current.setAttribute("tabindex", "0");
      return;
    }
    const gone = last.current;
    stop.current = null;
    if (gone) goTo(gone);
    const first = stop.current ?? list.current?.querySelector<HTMLElement>("[data-mark]");
    if (first) take(first);
  });

  const keyDown = (event: KeyboardEvent) => {
    const from = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-mark]") : null;
    if (!from || event.altKey || event.metaKey || event.shiftKey) return;
    const aim = aimOf(event, from, laneOf(from), lanes.length);
    if (!aim) return;
    event.preventDefault();
    goTo(aim);
  };

  const focusIn = (event: FocusEvent) => {
    const mark = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-mark]") : null;
    if (!mark) return;
    const lane = laneOf(mark);
    last.current = { lane, x: placeIn(mark) };
    rows.hold(lane);
    take(mark);
  };

  // One that is taken away loses the focus too, and knows it only later: then the focus goes on beside it.
  const focusOut = (event: FocusEvent) => {
    const element = event.target as Element;
    queueMicrotask(() => {
      if (element.isConnected && !element.contains(document.activeElement)) last.current = null;
    });
  };

  return { keyDown, focusIn, focusOut };
}

function aimOf(event: KeyboardEvent, from: HTMLElement, lane: number, count: number): Wanted | null {
  const across = (to: number) => (to >= 0 && to < count ? { lane: to, x: placeIn(from) } : null);
  const beside = (step: number) => {
    const marks = marksIn(from.closest("[data-lane]") as Element);
    const to = marks[marks.indexOf(from) + step];
    return to ? { lane, x: placeIn(to) } : null;
  };
  switch (event.key) {
    case "ArrowLeft":
      return beside(-1);
    case "ArrowRight":
      return beside(1);
    case "ArrowUp":
      return across(lane - 1);
    case "ArrowDown":
      return across(lane + 1);
    case "PageUp":
      return across(Math.max(0, lane - PAGE_LANES));
    case "PageDown":
      return across(Math.min(count - 1, lane + PAGE_LANES));
    case "Home":
      return event.ctrlKey ? { lane: 0, x: -1 } : { lane, x: -1 };
    case "End":
      return { lane: event.ctrlKey ? count - 1 : lane, x: Number.MAX_SAFE_INTEGER };
    default:
      return null;
  }
}

function marksIn(lane: Element): HTMLElement[] {
  return [...lane.querySelectorAll<HTMLElement>("[data-mark]")];
}

/** The pixel at which a mark stands; marks of a bar that is clicked anywhere stand in its middle. */
function placeIn(mark: HTMLElement): number {
  if (mark.dataset.mark === "name") return -1;
  const { left, width } = mark.getBoundingClientRect();
  return left + width / 2;
}

function nearest(marks: readonly HTMLElement[], x: number): HTMLElement | null {
  let found: HTMLElement | null = null;
  let distance = Infinity;
  for (const mark of marks) {
    const away = Math.abs(placeIn(mark) - x);
    if (away < distance) [found, distance] = [mark, away];
  }
  return found;
}
