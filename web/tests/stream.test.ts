import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type Connection, LiveStream, POLL_MS, retryDelay, SILENCE_MS, type Source } from "../src/stream";
import type { CouncilEvent } from "../src/wire";

/** Stands in for the browser's EventSource, which does not exist outside a browser. */
class Line implements Source {
  closed = false;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly from: string) {}

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.closed = true;
  }

  say(type: string, data = "{}", lastEventId = ""): void {
    this.#listeners.get(type)?.({ data, lastEventId } as MessageEvent<string>);
  }
}

const lines: Line[] = [];
const events: CouncilEvent[] = [];
const told: Connection[] = [];
let answers: boolean;
let loads: number;
/** What the server answers when asked why it gives no stream. */
let rest: number | null;
let restOfLoad: number | null;
const asked: string[] = [];
let stream: LiveStream;

const line = () => lines.at(-1) as Line;
const state = () => told.at(-1)?.kind;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  lines.length = events.length = told.length = asked.length = 0;
  rest = restOfLoad = null;
  answers = true;
  loads = 0;
  stream = new LiveStream({
    open: (from) => {
      lines.push(new Line(from));
      return line();
    },
    load: async () => {
      loads += 1;
      if (!answers) throw Object.assign(new Error("no answer"), { retryAfterMs: restOfLoad });
      return `snapshot-${loads}`;
    },
    refusal: async (from) => {
      asked.push(from);
      return rest;
    },
    onEvent: (event) => events.push(event),
    onConnection: (connection) => told.push(connection),
    onSignal: () => undefined,
    now: () => Date.now(),
  });
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

async function live(): Promise<void> {
  stream.start();
  await pass(0);
  line().say("open");
}

describe("a server that asks for a rest", () => {
  it("gets it: no stream is asked for before, and snapshots stand in", async () => {
    await live();
    line().say("error"); // it was open: nothing was refused
    expect(asked).toEqual([]);
    rest = 60_000;
    await pass(500);
    line().say("error");
    await pass(0);
    expect(asked).toEqual(["snapshot-1"]);
    const before = lines.length;
    await pass(59_000);
    expect(lines.length).toBe(before);
    expect(state()).toBe("polling");
    expect(loads).toBeLessThanOrEqual(4);
    await pass(5_000);
    expect(lines.length).toBe(before + 1);
  });

  it("is left alone by the first load too", async () => {
    answers = false;
    restOfLoad = 30_000;
    stream.start();
    await pass(29_000);
    expect(loads).toBe(1);
    await pass(2_000);
    expect(loads).toBe(2);
  });
});

describe("a page that waits for a login", () => {
  it("asks nothing, and begins anew afterwards", async () => {
    await live();
    stream.pause();
    expect(line().closed).toBe(true);
    await pass(120_000);
    stream.wake();
    expect([lines.length, loads]).toEqual([1, 1]);
    stream.restart();
    await pass(0);
    line().say("open");
    expect(line().from).toBe("snapshot-2");
    expect(state()).toBe("live");
  });
});

describe("the stream", () => {
  it("starts from the snapshot's event id", async () => {
    await live();
    expect(line().from).toBe("snapshot-1");
    expect(state()).toBe("live");
  });

  it("hands on the events with their type", async () => {
    await live();
    line().say("councilor_execution", '{"seq":4,"execution":{"task_id":"t1"}}', "e4");
    expect(events).toEqual([{ type: "councilor_execution", seq: 4, execution: { task_id: "t1" } }]);
  });

  it("drops a frame that is not JSON and goes on", async () => {
    await live();
    line().say("councilor_execution", "<html>", "e4");
    line().say("councilor_updated", '{"seq":5}', "e5");
    expect(events).toHaveLength(1);
    expect(state()).toBe("live");
  });

  it("resumes after the last event without loading the snapshots again", async () => {
    await live();
    line().say("councilor_execution", '{"seq":4}', "e4");
    line().say("error");
    expect(state()).toBe("reconnecting");
    await pass(retryDelay(1));
    expect(line().from).toBe("e4");
    line().say("open");
    expect(state()).toBe("live");
    expect(loads).toBe(1);
  });

  it("does not take a heartbeat's empty id for a resume point", async () => {
    await live();
    line().say("councilor_execution", '{"seq":4}', "e4");
    line().say("heartbeat", "{}", "");
    line().say("error");
    await pass(retryDelay(1));
    expect(line().from).toBe("e4");
  });

  it("notices a line that is open but silent", async () => {
    await live();
    await pass(SILENCE_MS - 5_000);
    expect(state()).toBe("live");
    const first = line();
    await pass(10_500);
    expect(first.closed).toBe(true);
    expect(state()).toBe("reconnecting");
  });

  it("is kept by heartbeats alone", async () => {
    await live();
    for (let beat = 0; beat < 20; beat += 1) {
      await pass(15_000);
      line().say("heartbeat");
    }
    expect(lines).toHaveLength(1);
    expect(state()).toBe("live");
  });

  it("loads the snapshots again after a reset and stays on the line", async () => {
    await live();
    line().say("reset", '{"reason":"pruned"}');
    await pass(0);
    expect(loads).toBe(2);
    expect(lines).toHaveLength(1);
    line().say("error");
    await pass(retryDelay(1));
    expect(line().from).toBe("snapshot-2");
  });

  it("ignores what a closed line still delivers", async () => {
    await live();
    const old = line();
    old.say("error");
    await pass(retryDelay(1));
    old.say("councilor_execution", '{"seq":9}', "e9");
    expect(events).toHaveLength(0);
    expect(lines).toHaveLength(2);
  });

  it("polls when the server answers but gives no stream, and goes back to the stream by itself", async () => {
    await live();
    line().say("error");
    for (let failure = 0; failure < 4; failure += 1) {
      await pass(2_000);
      line().say("error");
    }
    expect(state()).toBe("polling");
    const polled = loads;
    for (let failure = 0; failure < POLL_MS / 2_000 + 1; failure += 1) {
      await pass(2_000);
      line().say("error");
    }
    expect(loads).toBe(polled + 1);
    await pass(2_000);
    line().say("open");
    expect(state()).toBe("live");
  });

  it("keeps calling a server that was not there when the page opened", async () => {
    answers = false;
    stream.start();
    await pass(10_000);
    expect(state()).toBe("reconnecting");
    expect(lines).toHaveLength(0);
    answers = true;
    await pass(2_000);
    line().say("open");
    expect(state()).toBe("live");
  });

  it("tries at once when woken", async () => {
    await live();
    line().say("error");
    stream.wake();
    await pass(0);
    expect(lines).toHaveLength(2);
    await pass(10_000);
    expect(lines).toHaveLength(2);
  });

  it("waits longer between tries when the server stays away", () => {
    expect(retryDelay(1)).toBeLessThan(retryDelay(3));
    expect(retryDelay(10)).toBe(retryDelay(3));
    expect(retryDelay(1_000)).toBeGreaterThan(retryDelay(10));
  });
});
