/**
 * The page's clocks: `now` moves once a second and follows the server's clock, so that ages and
 * countdowns are right on a machine whose clock is not; `steadyNow` is for waiting.
 */
import { signal } from "@preact/signals";

const TICK_MS = 1_000;
/** A beat may be this late on its way: only what is further off is the clock's fault. */
const TOLERATED_MS = 2_000;
/** Timers of hidden pages are a minute late, those of a page that is seen are not. */
const LEAP_MS = 5_000;
const HIDDEN_LEAP_MS = 90_000;

let ahead = 0;
export const now = signal(Date.now());

/** Take over the server's time (epoch ms) from something that it just said. */
export function follow(serverNow: number): void {
  const difference = serverNow - Date.now();
  if (!Number.isFinite(difference)) return;
  ahead = difference;
  now.value = serverTime();
}

/** As `follow`, for what may have waited on its way. */
export function followRoughly(serverNow: number): void {
  if (Math.abs(serverNow - serverTime()) > TOLERATED_MS) follow(serverNow);
}

export function serverTime(): number {
  return Date.now() + ahead;
}

let back = 0;
let latest = 0;

/** Milliseconds that never go back, whoever sets the clock; a sleep of the machine counts. */
export function steadyNow(): number {
  back = Math.max(back, latest - Date.now()); // only ever more, so that it never leaps
  latest = Math.max(latest, Date.now() + back);
  return latest;
}

/** `leapt` is told when the machine slept, the page was frozen, or the clock was set. */
export function startClock(leapt: () => void): void {
  let date = Date.now();
  let hidden = document.hidden;
  setInterval(() => {
    const passed = Date.now() - date;
    date = Date.now();
    if (passed < 0 || passed > (hidden ? HIDDEN_LEAP_MS : LEAP_MS)) leapt();
    hidden = document.hidden;
    if (!hidden) now.value = serverTime();
  }, TICK_MS);
  document.addEventListener("visibilitychange", () => {
    now.value = serverTime();
  });
}
