/** Which mark has its card open: the one under the pointer, or the one that has the focus by keyboard. */
import { signal, type Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";

const OPEN_MS = 90;
/** Time to go from the mark to its card. */
const CLOSE_MS = 220;

export interface Open {
  readonly lane: string;
  readonly mark: string;
  readonly element: HTMLElement;
}

export interface CardState {
  readonly open: Signal<Open | null>;
  readonly close: () => void;
  /** The pointer or the focus is on the card: it stays. */
  readonly keep: () => void;
  readonly leave: () => void;
  readonly listeners: {
    readonly onPointerOver: (event: PointerEvent) => void;
    readonly onPointerOut: (event: PointerEvent) => void;
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onClick: (event: MouseEvent) => void;
    readonly onFocusOut: (event: FocusEvent) => void;
  };
}

export function useCard(list: RefObject<HTMLElement | null>): CardState {
  const state = useMemo(() => makeCard(), []);
  useEffect(() => {
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || state.open.peek() === null) return;
      if (!document.activeElement?.closest("[role=dialog], dialog")) event.stopPropagation();
      const inside = (document.activeElement as HTMLElement | null)?.closest(".mark-card");
      if (inside) state.open.peek()?.element.focus();
      state.close();
    };
    const scrolled = () => {
      if (!state.open.peek()?.element.matches(":focus-visible")) state.close();
    };
    const focused = (event: FocusEvent) => {
      const mark = markAt(event.target);
      if (mark?.matches(":focus-visible") && list.current?.contains(mark)) state.show(mark);
    };
    // First of all: Escape closes the card, and not what stands behind it.
    document.addEventListener("keydown", escape, true);
    document.addEventListener("focusin", focused);
    window.addEventListener("scroll", scrolled, { passive: true });
    // What it leads to opens over it.
    window.addEventListener("hashchange", state.close);
    return () => {
      state.close();
      document.removeEventListener("keydown", escape, true);
      document.removeEventListener("focusin", focused);
      window.removeEventListener("scroll", scrolled);
      window.removeEventListener("hashchange", state.close);
    };
  }, []);
  return state;
}

function makeCard(): CardState & { readonly show: (mark: HTMLElement) => void } {
  const open = signal<Open | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let touched = false;
  const later = (act: () => void, ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };
  const close = () => {
    clearTimeout(timer);
    open.value = null;
  };
  const show = (mark: HTMLElement) => {
    clearTimeout(timer);
    const lane = mark.closest<HTMLElement>("[data-lane]")?.dataset.lane;
    const key = mark.dataset.mark;
    if (lane === undefined || key === undefined || key === "name") close();
    else if (open.peek()?.element !== mark) open.value = { lane, mark: key, element: mark };
  };
  return {
    open,
    close,
    show,
    keep: () => clearTimeout(timer),
    leave: () => later(close, CLOSE_MS),
    listeners: {
      onPointerOver: (event) => {
        const mark = markAt(event.target);
        if (mark && event.pointerType !== "touch") later(() => show(mark), open.peek() ? 0 : OPEN_MS);
      },
      onPointerOut: (event) => {
        if (event.pointerType !== "touch") later(close, CLOSE_MS);
      },
      onPointerDown: (event) => {
        touched = event.pointerType === "touch";
      },
      // A finger cannot hover: its first tap opens the card, the second one goes where it leads.
      onClick: (event) => {
        const mark = markAt(event.target);
        if (!mark || !touched || mark.dataset.mark === "name" || open.peek()?.element === mark) return;
        event.preventDefault();
        show(mark);
      },
      onFocusOut: (event) => {
        const next = event.relatedTarget;
        if (!(next instanceof Element) || !next.closest(".mark-card")) later(close, 0);
      },
    },
  };
}

function markAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-mark]") : null;
}
