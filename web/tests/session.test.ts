/** The whole of what the page holds, before a server that answers as the test says. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Agent } from "../src/wire";
import { agent, task } from "./rows";

const MIDNIGHT = new Date(2026, 10, 27).getTime();

const TALLY = { runs: 0, missed: 0, success_rate: null, cost_usd: null };
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/api/session": { name: null, role: null, login_required: false },
  "/api/tasks": { tasks: [], total: 0 },
  "/api/kpis": { councilors: { total: 0, active: 0, paused: 0 }, running: 0, pending: 0, today: TALLY, days_7: TALLY },
  "/api/usage": { days: [{ councilors: {} }], budgets: { council: {}, councilors: {} } },
  "/api/journal": { entries: [] },
  "/api/maintenance": { windows: [] },
  get "/api/workers"() {
    return { workers: [], queues: [STUCK], no_worker_seconds: 3_600, now: new Date().toISOString() };
  },
};

const STUCK = { queue: "gpu", workers: 0, capacity: 0, agents: 1, waiting: 2, oldest: null, unserved_since: null, remedy: null };

const asked: string[] = [];
const agents: Agent[] = [];
/** Each breaks off one stream. */
const cuts: (() => void)[] = [];
/** What the answer about the workers waits for. */
let held: Promise<void> | null = null;
const failing = new Set<string>();
const STREAM = "the stream";
const times = (path: string) => asked.filter((each) => each === path).length;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What fails takes so long. */
const SLOW_MS = 50;

async function answer(address: string): Promise<Response> {
  const path = address.split("?", 1)[0] ?? "";
  asked.push(path);
  if (path.includes("stream") && !failing.has(STREAM)) return streamed();
  if (path.includes("stream")) throw new TypeError("Failed to fetch");
  if (failing.has(path)) {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    return Response.json({ detail: "The disk is full." }, { status: 500 });
  }
  if (path === "/api/councilors") {
    return Response.json({ agents, last_event_id: "a-1", now: new Date().toISOString() });
  }
  if (path === "/api/workers") await held;
  return Response.json(ANSWERS[path]);
}

function streamed(): Response {
  const beat = new TextEncoder().encode("event: heartbeat\ndata: {}\n\n");
  let beats: ReturnType<typeof setInterval>;
  const body = new ReadableStream<Uint8Array>({
    start: (bytes) => {
      bytes.enqueue(beat);
      beats = setInterval(() => bytes.enqueue(beat), 15_000);
      cuts.push(() => {
        clearInterval(beats);
        bytes.error(new TypeError("network error"));
      });
    },
    cancel: () => clearInterval(beats),
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

async function opened() {
  const session = await import("../src/session");
  session.startSession();
  await vi.waitFor(() => expect(session.connection.value.kind).toBe("live"));
  return session;
}

const page = { hidden: false, addEventListener: () => undefined };

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.setSystemTime(MIDNIGHT - 8_000);
  asked.length = 0;
  failing.clear();
  agents.length = 0;
  cuts.length = 0;
  held = null;
  page.hidden = false;
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", page);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("fetch", answer);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("tells of each part of a snapshot that could not be had", async () => {
  const session = await opened();
  failing.add("/api/kpis").add("/api/tasks");
  const again = session.tryAgain();
  await pass(2 * SLOW_MS);
  await again;
  expect([...session.partErrors.value.keys()].sort()).toEqual(["executions", "kpis"]);
  failing.delete("/api/tasks");
  const once = session.tryAgain();
  await pass(2 * SLOW_MS);
  await once;
  expect([...session.partErrors.value.keys()]).toEqual(["kpis"]);
});

it("asks for the figures of today when the reader's day has begun", async () => {
  await opened();
  await pass(3_000);
  const before = [times("/api/kpis"), times("/api/usage")];
  expect(before).toEqual([1, 1]);
  await pass(12_000);
  expect([times("/api/kpis"), times("/api/usage")]).toEqual([2, 2]);
});

it("asks again for what was spent when it could not be had", async () => {
  failing.add("/api/usage");
  vi.setSystemTime(MIDNIGHT + 3_600_000);
  const session = await opened();
  await pass(12_000);
  expect(session.usageToday.value).toBeNull();
  failing.clear();
  await pass(11_000);
  expect(session.usageToday.value).toEqual(ANSWERS["/api/usage"]);
  expect(times("/api/usage")).toBeLessThanOrEqual(4);
});

describe("queues in which runs wait in vain", () => {
  const lose = () => {
    failing.add(STREAM);
    cuts.forEach((cut) => cut());
  };

  const waiting = () => agent({ current: task({ not_before: new Date(MIDNIGHT - 60_000).toISOString() }) });

  /** A page that has been told of one. */
  async function told() {
    agents.push(waiting());
    const session = await opened();
    const { stuckQueues } = await import("../src/queues");
    const names = () => stuckQueues.value.map(({ queue }) => queue);
    await pass(10_000);
    expect(names()).toEqual(["gpu"]);
    return { session, names };
  }

  it.each([
    ["one page", 0, [1, 16, 31]],
    ["another one", 0.5, [4, 22, 40]],
  ])("are asked for by %s at moments of its own", async (_, chance, seconds) => {
    vi.spyOn(Math, "random").mockReturnValue(chance);
    agents.push(waiting());
    await opened();
    const found: number[] = [];
    for (let second = 0; second <= 40; second += 1) {
      if (times("/api/workers") > found.length) found.push(second);
      await pass(1_000);
    }
    expect(found).toEqual(seconds);
  });

  it("are not asked for by a page that nobody sees", async () => {
    const { session, names } = await told();
    page.hidden = true;
    const before = times("/api/workers");
    await pass(60_000);
    await session.tryAgain(); // what is heard moves the clock of a hidden page, too
    expect(times("/api/workers")).toBe(before);
    page.hidden = false;
    await pass(2_000);
    expect(times("/api/workers")).toBe(before + 1);
    expect(names()).toEqual(["gpu"]);
  });

  it("are no longer told when the server does not say so any more", async () => {
    const { names } = await told();
    failing.add("/api/workers");
    await pass(25_000);
    expect(names()).toEqual([]);
    failing.clear();
    await pass(25_000);
    expect(names()).toEqual(["gpu"]);
  });

  it("are not told while the page does not hear the server", async () => {
    const { session, names } = await told();
    lose();
    await pass(2_000);
    expect(session.connection.value.kind).toBe("reconnecting");
    expect(names()).toEqual([]);
  });

  it("are not told by an answer that comes after the line was lost", async () => {
    const { session, names } = await told();
    let release = () => undefined as void;
    held = new Promise((resolve) => (release = resolve));
    const before = times("/api/workers");
    await pass(25_000);
    expect(times("/api/workers")).toBeGreaterThan(before);
    lose();
    await pass(2_000);
    release();
    await pass(0);
    expect(session.connection.value.kind).toBe("reconnecting");
    expect(names()).toEqual([]);
  });
});
