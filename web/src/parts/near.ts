/**
 * Whether something is near enough to the window to be worth drawing. Only for what the styles give
 * `content-visibility: auto`: the browser, which has to know anyway, tells.
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

const TOLD = "contentvisibilityautostatechange";
const CAN_TELL = "ContentVisibilityAutoStateChangeEvent" in globalThis;

/** `first`: what is drawn before the browser has said anything. */
export function useNear<Drawn extends HTMLElement>(first: boolean): { ref: RefObject<Drawn | null>; near: boolean } {
  const ref = useRef<Drawn>(null);
  const [near, setNear] = useState(first || !CAN_TELL);
  useEffect(() => {
    const drawn = ref.current;
    const told = (event: Event) => {
      if (event.target === drawn && "skipped" in event) setNear(!event.skipped);
    };
    drawn?.addEventListener(TOLD, told);
    return () => drawn?.removeEventListener(TOLD, told);
  }, []);
  return { ref, near };
}
