/** For what can wait until the council is there to be looked at. */
import { effect } from "@preact/signals";

import { loaded } from "../session";

/** A page that is never idle gets it after this. */
const AT_LATEST_MS = 2_000;

/** Resolves when the council is shown, and the browser has nothing to do for it any more. */
export function whenShown(): Promise<void> {
  return new Promise((resolve) => {
    const end = effect(() => {
      if (!loaded.value) return;
      queueMicrotask(() => end());
      if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: AT_LATEST_MS });
      else setTimeout(resolve, AT_LATEST_MS);
    });
  });
}
