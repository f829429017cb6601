/** How every panel behaves: it takes the focus, gives it back when it closes, and Escape closes it. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { closePanel } from "../route";

export function usePanel(): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) closePanel();
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return panel;
}
