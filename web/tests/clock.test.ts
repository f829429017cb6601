import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { follow, followRoughly, serverTime, startClock, steadyNow } from "../src/clock";

const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { hidden: false, addEventListener: () => undefined });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the server's time", () => {
  it("is kept on a machine whose clock is wrong", () => {
    follow(Date.now() - 7 * HOUR);
    vi.advanceTimersByTime(5_000);
    expect(serverTime()).toBe(Date.now() - 7 * HOUR);
    follow(Number.NaN);
    expect(serverTime()).toBe(Date.now() - 7 * HOUR);
  });

  it("is taken from a beat only when it is further off than a beat may be late", () => {
    const server = Date.now();
    follow(server);
    followRoughly(server - 1_500);
    expect(serverTime()).toBe(server);
    vi.setSystemTime(server + HOUR); // somebody sets the clock
    followRoughly(server);
    expect(serverTime()).toBe(server);
  });
});

describe("the time for waiting", () => {
  it("never goes back, and passes again when the clock was set back", () => {
    const before = steadyNow();
    vi.setSystemTime(Date.now() - HOUR);
    expect(steadyNow()).toBe(before);
    vi.advanceTimersByTime(2_000);
    expect(steadyNow()).toBe(before + 2_000);
    vi.setSystemTime(Date.now() + 3 * HOUR); // the machine slept
    expect(steadyNow()).toBeGreaterThanOrEqual(before + HOUR);
  });
});

describe("a leap of the clock", () => {
  it("is told: a sleep, and a clock that was set back, but not the passing of time", () => {
    let leaps = 0;
    startClock(() => (leaps += 1));
    vi.advanceTimersByTime(60_000);
    expect(leaps).toBe(0);
    vi.setSystemTime(Date.now() + 30_000);
    vi.advanceTimersByTime(1_000);
    expect(leaps).toBe(1);
    vi.setSystemTime(Date.now() - HOUR);
    vi.advanceTimersByTime(1_000);
    expect(leaps).toBe(2);
  });
});
