/**
 * The page's clock: `now` moves once a second and follows the server's clock, so that ages and
 * countdowns are right on a machine whose clock is not.
 */
import { signal } from "@preact/signals";

const TICK_MS = 1_000;

let ahead = 0;
export const now = signal(Date.now());

/** Take over the server's time from an answer that just arrived. */
export function follow(serverNow: string): void {
  const difference = Date.parse(serverNow) - Date.now();
  if (Number.isFinite(difference)) ahead = difference;
  now.value = serverTime();
}

export function serverTime(): number {
  return Date.now() + ahead;
}

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) now.value = serverTime();
  }, TICK_MS);
  document.addEventListener("visibilitychange", () => {
    now.value = serverTime();
  });
}
