import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Ending, Frame, Line, LineListener } from "../src/line";
import { openShared } from "../src/tabs";

// Stand-ins for what only a browser has: a channel between tabs, and a lock that one of them holds.

const channels = new Set<Channel>();

class Channel {
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor() {
    channels.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of channels) {
      if (other !== this) queueMicrotask(() => channels.has(other) && other.onmessage?.({ data: structuredClone(data) }));
    }
  }

  close(): void {
    channels.delete(this);
  }
}

interface Request {
  readonly hold: () => Promise<void>;
  readonly fulfil: () => void;
  readonly reject: (error: Error) => void;
}

const stolen = new Error("stolen");
let holder: Request | null = null;
let queue: Request[] = [];

function grant(request: Request): void {
  holder = request;
  void request.hold().then(() => {
    if (holder !== request) return;
    holder = null;
    request.fulfil();
    const next = queue.shift();
    if (next) grant(next);
  });
}

const locks = {
  request(_: string, options: { steal?: boolean; signal?: AbortSignal }, hold: () => Promise<void>): Promise<void> {
    return new Promise((fulfil, reject) => {
      const request = { hold, fulfil, reject };
      options.signal?.addEventListener("abort", () => {
        queue = queue.filter((each) => each !== request);
        reject(new Error("aborted"));
      });
      if (options.steal) holder?.reject(stolen);
      if (holder === null || options.steal) queueMicrotask(() => grant(request));
      else queue.push(request);
    });
  },
};

interface Upstream extends Line {
  readonly from: string;
  readonly listener: LineListener;
  closed: boolean;
}

const upstreams: Upstream[] = [];

class Tab {
  readonly heard: string[] = [];
  readonly line: Line;

  constructor(after: string) {
    this.line = openShared(
      after,
      {
        opened: () => this.heard.push("opened"),
        frame: ({ type, id }: Frame) => this.heard.push(id || type),
        ended: ({ status }: Ending) => this.heard.push(`ended ${status}`),
      },
      (from, listener) => {
        const upstream = { from, listener, closed: false, close: () => void (upstream.closed = true) };
        upstreams.push(upstream);
        return upstream;
      },
    );
  }
}

const upstream = () => upstreams.at(-1) as Upstream;
const say = (id: string) => upstream().listener.frame({ type: "councilor_execution", data: "{}", id });
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("navigator", { locks });
  upstreams.length = 0;
  channels.clear();
  holder = null;
  queue = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function leaderAndFollower(): Promise<[Tab, Tab]> {
  const leader = new Tab("e1");
  await pass();
  upstream().listener.opened();
  const follower = new Tab("e1");
  await pass();
  return [leader, follower];
}

describe("tabs", () => {
  it("open one line, and all hear what it says", async () => {
    const [leader, follower] = await leaderAndFollower();
    say("e2");
    await pass();
    expect([leader.heard, follower.heard]).toEqual([["opened", "e2"], ["opened", "e2"]]);
    expect(upstreams.map(({ from }) => from)).toEqual(["e1"]);
  });

  it("that come before the line is open hear when it is", async () => {
    new Tab("e1");
    await pass();
    const follower = new Tab("e1");
    await pass(10_000);
    expect(follower.heard).toEqual([]);
    upstream().listener.opened();
    await pass();
    expect([follower.heard, upstreams.length]).toEqual([["opened"], 1]);
  });

  it("that know another last event than the line load the snapshots again", async () => {
    await leaderAndFollower();
    say("e2");
    await pass();
    const late = new Tab("e1");
    const early = new Tab("e3");
    await pass();
    expect([late.heard, early.heard]).toEqual([["opened", "reset"], ["opened", "reset"]]);
    say("e3");
    await pass();
    expect(late.heard).toEqual(["opened", "reset", "e3"]);
  });

  it("do not take a beat for a lost event", async () => {
    const [, follower] = await leaderAndFollower();
    upstream().listener.frame({ type: "heartbeat", data: "{}", id: "" });
    say("e2");
    await pass();
    expect(follower.heard).toEqual(["opened", "heartbeat", "e2"]);
  });

  it("take the line over when its holder is closed, from the last event they heard", async () => {
    const [leader, follower] = await leaderAndFollower();
    const third = new Tab("e1");
    await pass();
    say("e2");
    await pass();
    leader.line.close();
    await pass();
    expect([upstreams.length, upstreams[0]?.closed, upstream().from]).toEqual([2, true, "e2"]);
    upstream().listener.opened();
    say("e3");
    await pass();
    expect(follower.heard).toEqual(["opened", "e2", "opened", "e3"]);
    expect(third.heard).toEqual(["opened", "e2", "opened", "e3"]);
  });

  it("say that the line is lost when the new holder cannot have it", async () => {
    const [leader, follower] = await leaderAndFollower();
    leader.line.close();
    await pass(2_900);
    expect(follower.heard).toEqual(["opened"]);
    await pass(200);
    expect(follower.heard).toEqual(["opened", "ended 0"]);
  });

  it("all hear of the end of the line, and why it ended", async () => {
    const [leader, follower] = await leaderAndFollower();
    upstream().listener.ended({ status: 429, retryAfterMs: 7_000 });
    await pass();
    expect([leader.heard, follower.heard]).toEqual([["opened", "ended 429"], ["opened", "ended 429"]]);
    expect(channels.size).toBe(0);
  });

  it("take the lead away from a tab that hangs, and leave the others with the new one", async () => {
    const leader = new Tab("e1");
    await pass();
    upstream().listener.opened();
    const [hanging] = channels;
    const follower = new Tab("e1");
    await pass();
    if (hanging) hanging.onmessage = null; // it hears nothing any more
    const next = new Tab("e1");
    await pass(2_100);
    expect(upstreams.length).toBe(2);
    upstream().listener.opened();
    say("e2");
    await pass();
    expect(next.heard).toEqual(["opened", "e2"]);
    expect(follower.heard).toEqual(["opened", "opened", "e2"]);
    expect(leader.heard).toEqual(["opened", "ended 0"]);
    expect(upstreams[0]?.closed).toBe(true);
  });

  it("that are closed hear and hold nothing", async () => {
    const [leader, follower] = await leaderAndFollower();
    follower.line.close();
    say("e2");
    leader.line.close();
    await pass(10_000);
    expect([follower.heard, upstreams.length, holder, queue.length, channels.size]).toEqual([["opened"], 1, null, 0, 0]);
  });
});
