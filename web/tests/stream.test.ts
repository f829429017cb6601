import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Line, LineListener } from "../src/line";
import { type Beat, type Connection, LiveStream, POLL_MS, retryDelay, SILENCE_MS } from "../src/stream";
import type { CouncilEvent } from "../src/wire";
import { done, execution, task } from "./rows";

/** Stands in for the HTTP answer that does not end. */
class Told implements Line {
  closed = false;

  constructor(
    readonly from: string,
    readonly listener: LineListener,
  ) {}

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.listener.opened();
  }

  say(type: string, data = "{}", id = ""): void {
    this.listener.frame({ type, data, id });
  }

  end(status = 0, retryAfterMs: number | null = null): void {
    this.listener.ended({ status, retryAfterMs });
  }
}

const lines: Told[] = [];
const events: CouncilEvent[] = [];
const told: Connection[] = [];
const garbage: string[] = [];
const refused: number[] = [];
const beats: Beat[] = [];
let answers: boolean;
let loads: number;
let restOfLoad: number | null;
let mayOpen: boolean;
/** Fulfils the load that is on its way, when loads are held. */
let finish: (() => void) | null;
let held: boolean;
let stream: LiveStream;

const line = () => lines.at(-1) as Told;
const state = () => told.at(-1)?.kind;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const EXECUTION = JSON.stringify(execution(done()));

beforeEach(() => {
  vi.useFakeTimers();
  for (const list of [lines, events, told, garbage, refused, beats]) list.length = 0;
  restOfLoad = finish = null;
  answers = mayOpen = true;
  held = false;
  loads = 0;
  stream = new LiveStream({
    open: (from, listener) => {
      lines.push(new Told(from, listener));
      return line();
    },
    mayOpen: () => mayOpen,
    load: async () => {
      loads += 1;
      const id = `snapshot-${loads}`;
      if (held) await new Promise<void>((resolve) => (finish = resolve));
      if (!answers) throw Object.assign(new Error("no answer"), { retryAfterMs: restOfLoad });
      return id;
    },
    onEvent: (event) => events.push(event),
    onGarbage: (type) => garbage.push(type),
    onConnection: (connection) => told.push(connection),
    onRefused: (status) => refused.push(status),
    onSignal: (beat) => beat && beats.push(beat),
    now: () => Date.now(),
    random: () => 0.5,
  });
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

async function live(): Promise<void> {
  stream.start();
  await pass(0);
  line().open();
}

/** The line ends as soon as it is tried, for so long. */
async function refuseFor(ms: number, status = 0): Promise<void> {
  for (let passed = 0; passed < ms; passed += 250) {
    if (!line().closed) line().end(status);
    await pass(250);
  }
}

describe("a server that asks for a rest", () => {
  it("gets it: no stream is asked for before, and snapshots stand in", async () => {
    await live();
    line().end();
    expect(refused).toEqual([]); // it was open
    await pass(500);
    line().end(429, 60_000);
    expect(refused).toEqual([429]);
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

  it("is left alone by a reader who comes back", async () => {
    await live();
    line().end(429, 60_000);
    await pass(1_000);
    const before = lines.length;
    stream.wake();
    stream.revive();
    await pass(50_000);
    expect(lines.length).toBe(before);
    await pass(11_000);
    expect(lines.length).toBe(before + 1);
  });
});

describe("a page that waits for a login", () => {
  it("asks nothing, and begins anew afterwards", async () => {
    await live();
    stream.pause();
    expect(line().closed).toBe(true);
    await pass(120_000);
    stream.wake();
    stream.revive();
    expect([lines.length, loads]).toEqual([1, 1]);
    stream.restart({ anew: true });
    await pass(0);
    line().open();
    expect(line().from).toBe("snapshot-2");
    expect(state()).toBe("live");
  });
});

describe("a page that was frozen or put away", () => {
  it("goes on from the last event that it heard", async () => {
    await live();
    line().say("councilor_execution", EXECUTION, "e4");
    stream.pause();
    await pass(3_600_000);
    stream.restart({ anew: false });
    await pass(0);
    expect([line().from, loads]).toEqual(["e4", 1]);
  });
});

describe("a page that may not hold a line", () => {
  it("polls, and takes the line again when somebody looks", async () => {
    await live();
    mayOpen = false;
    stream.giveUp();
    expect([line().closed, state()]).toEqual([true, "polling"]);
    await pass(2 * POLL_MS + 1_000);
    expect([lines.length, loads, state()]).toEqual([1, 3, "polling"]);
    mayOpen = true;
    stream.wake();
    await pass(0);
    line().open();
    expect([lines.length, state()]).toEqual([2, "live"]);
  });

  it("loads the council all the same when it was opened so", async () => {
    mayOpen = false;
    stream.start();
    await pass(1_000);
    expect([loads, lines.length, state()]).toEqual([1, 0, "polling"]);
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
    line().say("councilor_execution", EXECUTION, "e4");
    expect(events).toEqual([{ ...JSON.parse(EXECUTION), type: "councilor_execution" }]);
  });

  it.each([
    ["no JSON", "<html>"],
    ["cut JSON", EXECUTION.slice(0, 200)],
    ["no object", '"councilor"'],
    ["no execution", '{"seq":4}'],
    ["an execution without its status", JSON.stringify({ ...JSON.parse(EXECUTION), execution: { ...task(), status: 7 } })],
  ])("drops what is %s, tells of it, and goes on", async (_, data) => {
    await live();
    line().say("councilor_execution", data, "e4");
    expect([events.length, garbage]).toEqual([0, ["councilor_execution"]]);
    line().say("councilor_execution", EXECUTION, "e5");
    expect(events).toHaveLength(1);
    expect(state()).toBe("live");
  });

  it("tells of an event of a type that it does not know, but not of what is told twice", async () => {
    await live();
    line().say("councilor_promoted_to_king", "{}", "e4");
    line().say("councilor_started", "{}", "e5");
    expect([garbage, events.length]).toEqual([["councilor_promoted_to_king"], 0]);
    line().end();
    await pass(1_000);
    expect(line().from).toBe("e5");
  });

  it("resumes after the last event without loading the snapshots again", async () => {
    await live();
    line().say("councilor_execution", EXECUTION, "e4");
    line().end(200);
    expect([state(), refused]).toEqual(["reconnecting", []]);
    await pass(retryDelay(1, 0.5));
    expect(line().from).toBe("e4");
    line().open();
    expect([state(), loads]).toEqual(["live", 1]);
  });

  it("does not take a heartbeat's empty id for a resume point, but its time for the server's", async () => {
    await live();
    line().say("councilor_execution", EXECUTION, "e4");
    line().say("heartbeat", '{"ts":1764540000.5}');
    line().say("heartbeat", "beat");
    line().say("heartbeat", '{"ts":1764540015,"late":"bus"}');
    line().say("heartbeat", '{"ts":1764540016,"late":"tomorrow"}');
    expect(beats).toEqual([
      { serverNow: 1_764_540_000_500, late: null },
      { serverNow: null, late: null },
      { serverNow: 1_764_540_015_000, late: "bus" },
      { serverNow: 1_764_540_016_000, late: null },
    ]);
    line().end();
    await pass(1_000);
    expect(line().from).toBe("e4");
  });

  it("notices a line that is open but silent", async () => {
    await live();
    await pass(SILENCE_MS - 2_500);
    expect(state()).toBe("live");
    const first = line();
    await pass(5_500);
    expect(first.closed).toBe(true);
    expect(lines).toHaveLength(2);
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

  it("is not live while its first bytes are held back, and polls then", async () => {
    stream.start();
    await pass(16_000);
    expect(told.map(({ kind }) => kind)).not.toContain("live");
    expect(state()).toBe("polling");
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((each) => !each.closed).length).toBeLessThanOrEqual(1);
  });

  it("gives a slow server its time now and then", async () => {
    await live();
    line().end();
    await pass(14_000); // three tries of three seconds
    expect([lines.length, state()]).toEqual([5, "polling"]);
    await pass(10_000);
    expect(lines).toHaveLength(5);
    line().open();
    expect(state()).toBe("live");
  });

  it("does not wait long for a network that swallows everything", async () => {
    await live();
    answers = false;
    line().end();
    await pass(60_000);
    expect(lines.length).toBeGreaterThan(14);
    expect(state()).toBe("reconnecting");
  });

  it("loads the snapshots again after a reset and stays on the line", async () => {
    await live();
    line().say("reset", '{"reason":"pruned"}');
    await pass(0);
    expect(loads).toBe(2);
    expect(lines).toHaveLength(1);
    line().end();
    await pass(1_000);
    expect(line().from).toBe("snapshot-2");
  });

  it("loads once more when a reset comes while it loads: what is on its way may be older", async () => {
    await live();
    held = true;
    line().say("reset");
    line().say("reset");
    line().say("reset");
    await pass(0);
    expect(loads).toBe(2);
    finish?.();
    await pass(0);
    expect(loads).toBe(3);
    finish?.();
    await pass(0);
    expect([loads, state()]).toEqual([3, "live"]);
  });

  it("fills the gap that a reset told of, although the snapshots fail at first", async () => {
    await live();
    answers = false;
    line().say("reset", '{"reason":"pruned"}', "e9");
    await pass(0);
    expect(state()).toBe("reconnecting");
    answers = true;
    await pass(2_000);
    expect([line().from, loads]).toEqual(["snapshot-3", 3]);
  });

  it.each([
    ["the poll", 1],
    ["the load after it", 2],
  ])("fills the gap of a reset that comes during a poll, when %s fails", async (_, failing) => {
    await live();
    mayOpen = false;
    stream.giveUp();
    held = true;
    await pass(POLL_MS);
    mayOpen = true;
    stream.wake();
    line().open();
    line().say("reset", '{"reason":"pruned"}', "e9");
    expect([loads, state()]).toEqual([2, "live"]);
    if (failing === 2) finish?.();
    await pass(0);
    answers = false;
    finish?.();
    await pass(0);
    expect([loads, state()]).toEqual([failing + 1, "reconnecting"]);
    held = false;
    answers = true;
    await pass(2_000);
    expect(line().from).toBe(`snapshot-${failing + 2}`);
  });

  it("comes back although it was lost while the snapshots were loaded", async () => {
    await live();
    held = true;
    line().say("reset");
    stream.revive();
    finish?.();
    await pass(2_000);
    line().open();
    expect([lines.length, state()]).toEqual([2, "live"]);
  });

  it("ignores what a closed line still delivers", async () => {
    await live();
    const old = line();
    old.end();
    await pass(1_000);
    old.say("councilor_execution", EXECUTION, "e9");
    old.open();
    old.end();
    expect(events).toHaveLength(0);
    expect(lines).toHaveLength(2);
  });

  it("polls when the server answers but gives no stream, and goes back to the stream by itself", async () => {
    await live();
    await refuseFor(6_000, 502);
    expect(state()).toBe("polling");
    expect(refused.every((status) => status === 502)).toBe(true);
    const polled = loads;
    await refuseFor(POLL_MS, 502);
    expect(loads).toBe(polled + 1);
    await pass(2_000);
    line().open();
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
    line().open();
    expect(state()).toBe("live");
  });

  it("tries within two seconds of the server's return, however long it was away", async () => {
    await live();
    answers = false;
    await refuseFor(600_000);
    answers = true;
    const before = lines.length;
    await pass(1_600);
    expect(lines.length).toBeGreaterThan(before);
  });

  it("tries at once when the reader comes back", async () => {
    await live();
    line().end();
    stream.wake();
    await pass(0);
    expect(lines).toHaveLength(2);
  });

  it("does not trust a line that should have beaten when the reader comes back", async () => {
    await live();
    await pass(10_000);
    stream.wake();
    expect(lines).toHaveLength(1);
    await pass(8_000);
    stream.wake();
    await pass(0);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.closed).toBe(true);
  });

  it("opens the line anew after a sleep, whatever the old one seems to be", async () => {
    await live();
    stream.revive();
    await pass(0);
    expect([lines.length, lines[0]?.closed, state()]).toEqual([2, true, "reconnecting"]);
    line().open();
    expect([state(), loads]).toEqual(["live", 1]);
  });

  it("waits a moment, and not all pages the same", () => {
    expect(retryDelay(1, 0.5)).toBeLessThan(retryDelay(2, 0.5));
    expect(retryDelay(1_000, 1)).toBeLessThan(2_000);
    expect(retryDelay(2, 0)).toBeLessThan(retryDelay(2, 1));
  });
});
