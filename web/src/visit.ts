/** When somebody last looked at the page in this browser, to say what changed since. */
import { signal } from "@preact/signals";

import { serverTime } from "./clock";
import { read, write } from "./preferences";

const KEY = "conselho.looked-at";
const NOTE_EVERY_MS = 60_000;
/** Who was away for less has missed nothing worth a word. */
const AWAY_MS = 5 * 60_000;
/** So long after coming back, what was missed is no news any more. */
const BACK_MS = 15 * 60_000;

/** Server time of the last look before this one; null when the reader has been here since. */
export const lastVisit = signal<number | null>(null);

export function startVisits(): void {
  let backAt = 0;
  const look = () => {
    if (document.hidden) return;
    const now = serverTime();
    const before = Number(read(KEY));
    if (before > 0 && now - before > AWAY_MS) {
      lastVisit.value = before;
      backAt = now;
    } else if (now - backAt > BACK_MS) {
      lastVisit.value = null;
    }
    write(KEY, String(now));
  };
  look();
  setInterval(look, NOTE_EVERY_MS);
  document.addEventListener("visibilitychange", look);
}
