/** The whole of what the page holds, before a server that answers as the test says. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const MIDNIGHT = new Date(2026, 10, 27).getTime();

const TALLY = { runs: 0, missed: 0, success_rate: null, cost_usd: null };
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/api/session": { name: null, role: null, login_required: false },
  "/api/tasks": { tasks: [], total: 0 },
  "/api/kpis": { councilors: { total: 0, active: 0, paused: 0 }, running: 0, pending: 0, today: TALLY, days_7: TALLY },
  "/api/usage": { days: [{ councilors: {} }], budgets: { council: {}, councilors: {} } },
  "/api/journal": { entries: [] },
  "/api/maintenance": { windows: [] },
};

const asked: string[] = [];
const failing = new Set<string>();
const times = (path: string) => asked.filter((each) => each === path).length;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What fails takes so long. */
const SLOW_MS = 50;

async function answer(address: string): Promise<Response> {
  const path = address.split("?", 1)[0] ?? "";
  asked.push(path);
  if (path.includes("stream")) return streamed();
  if (failing.has(path)) {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    return Response.json({ detail: "The disk is full." }, { status: 500 });
  }
  if (path === "/api/councilors") {
    return Response.json({ agents: [], last_event_id: "a-1", now: new Date().toISOString() });
  }
  return Response.json(ANSWERS[path]);
}

function streamed(): Response {
  const beat = new TextEncoder().encode("event: heartbeat\ndata: {}\n\n");
  const body = new ReadableStream<Uint8Array>({ start: (bytes) => bytes.enqueue(beat) });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

async function opened() {
  const session = await import("../src/session");
  session.startSession();
  await vi.waitFor(() => expect(session.connection.value.kind).toBe("live"));
  return session;
}

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  vi.setSystemTime(MIDNIGHT - 8_000);
  asked.length = 0;
  failing.clear();
  const page = { hidden: false, addEventListener: () => undefined };
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", page);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("fetch", answer);
});

afterEach(() => {
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
