import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { COUNCILOR_MESSAGES } from "../src/i18n/councilor";
import type { Bucket, TaskPage } from "../src/report/endpoints";
import { costFigures, durationFigures, momentsFor } from "../src/report/figures";
import { type Filter, type Listed, NO_FILTER, queryOf, RunHistory } from "../src/report/history";
import { paced } from "../src/report/paced";
import { spanOf } from "../src/report/spans";
import { countsOf, divided, nearest, spotOf, spotsOf } from "../src/report/spots";
import { ON_ITS_WAY, type Part, tallyOf, tallyWords } from "../src/report/tally";
import { ticksOf } from "../src/report/ticks";
import { formatsFor } from "../src/text/format";
import type { TaskRow } from "../src/wire";
import { keys } from "./keys";
import { at, mark, T0, task } from "./rows";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("the words of the report", () => {
  it("have one key set in both languages", () => {
    expect(keys(COUNCILOR_MESSAGES.en)).toEqual(keys(COUNCILOR_MESSAGES["pt-BR"]));
  });
});

/** Run `n`, made `n` seconds after the beginning. */
function run(n: number, over: Partial<TaskRow> = {}): TaskRow {
  const task_id = `run-${String(n).padStart(5, "0")}`;
  return task({ task_id, created_at: at(n), started_at: at(n), status: "completed", severity: "success", ...over });
}

/** A server with these runs, newest first, whose pages go on by cursor. */
class Server {
  runs: TaskRow[];
  asked: string[] = [];
  broken = false;

  constructor(count: number) {
    this.runs = Array.from({ length: count }, (_, n) => run(count - n));
  }

  add(count: number): void {
    const newest = Number(this.runs[0]?.task_id.slice(4) ?? 0);
    this.runs.unshift(...Array.from({ length: count }, (_, n) => run(newest + count - n)));
  }

  ask = (query: URLSearchParams): Promise<TaskPage> => {
    this.asked.push(query.toString());
    if (this.broken) return Promise.reject(new Error("no answer"));
    const cursor = query.get("cursor");
    const rest = cursor === null ? this.runs : this.runs.filter((row) => row.task_id < cursor);
    const tasks = rest.slice(0, Number(query.get("limit")));
    const next_cursor = rest.length > tasks.length ? (tasks.at(-1)?.task_id ?? null) : null;
    return Promise.resolve({ tasks, total: this.runs.length, next_cursor });
  };
}

function opened(server: Server, { atTop = true, filter = NO_FILTER, pageSize = 10 } = {}) {
  let listed: Listed | undefined;
  const reader = { atTop };
  const history = new RunHistory("otavia", filter, pageSize, {
    ask: server.ask,
    tell: (now) => {
      listed = now;
    },
    atTop: () => reader.atTop,
  });
  return { history, reader, shown: () => listed!, ids: () => listed!.rows.map((row) => Number(row.task_id.slice(4))) };
}

const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, n) => from - n);

describe("the history of a councilor", () => {
  it("is read page by page to its end", async () => {
    const { history, shown, ids } = opened(new Server(25));
    await history.refresh();
    expect(ids()).toEqual(range(25, 16));
    expect(shown()).toMatchObject({ total: 25, atEnd: false, busy: false });
    await history.more();
    await history.more();
    expect(ids()).toEqual(range(25, 1));
    expect(shown().atEnd).toBe(true);
    await history.more();
    expect(ids()).toHaveLength(25);
  });

  it("takes new ones in while the reader is at the top, and holds them elsewhere", async () => {
    const server = new Server(12);
    const { history, reader, shown, ids } = opened(server);
    await history.refresh();
    server.add(2);
    await history.refresh();
    expect(ids()).toEqual(range(14, 3));
    reader.atTop = false;
    server.add(3);
    await history.refresh();
    expect(ids()).toEqual(range(14, 3));
    expect(shown().held.map((row) => row.task_id)).toEqual(range(17, 15).map((n) => run(n).task_id));
    expect(shown().total).toBe(17);
    history.release();
    expect(ids()).toEqual(range(17, 3));
    expect(shown().held).toEqual([]);
  });

  it("changes a run in place when it ends, shown or held", async () => {
    const server = new Server(3);
    const { history, reader, shown } = opened(server);
    server.runs[0] = run(3, { status: "processing", severity: null });
    await history.refresh();
    expect(shown().rows[0]?.status).toBe("processing");
    reader.atTop = false;
    server.add(1);
    server.runs[0] = run(4, { status: "pending", severity: null });
    await history.refresh();
    server.runs[0] = run(4, { severity: "error" });
    server.runs[1] = run(3, { severity: "warning" });
    await history.refresh();
    expect(shown().rows.map((row) => row.severity)).toEqual(["warning", "success", "success"]);
    expect(shown().held.map((row) => row.severity)).toEqual(["error"]);
  });

  it("goes on where it was when rows came between two pages", async () => {
    const server = new Server(25);
    const { history, reader, ids } = opened(server);
    await history.refresh();
    reader.atTop = false;
    server.add(5);
    await history.refresh();
    await history.more();
    expect(ids()).toEqual(range(25, 6));
  });

  it("begins anew when more came than it can join", async () => {
    const server = new Server(20);
    const { history, reader, shown, ids } = opened(server);
    await history.refresh();
    reader.atTop = false;
    server.add(900);
    await history.refresh();
    expect(ids()).toEqual(range(20, 11));
    expect(shown().more).toBe(true);
    history.release();
    await vi.waitFor(() => expect(ids()).toEqual(range(920, 911)));
    expect(shown()).toMatchObject({ more: false, held: [] });
  });

  it("follows unfinished runs that stand below the newest ones, and reads no farther than those", async () => {
    const server = new Server(180);
    for (const n of [0, 60, 120]) server.runs[n] = run(180 - n, { status: "pending", severity: null });
    const { history, shown } = opened(server, { pageSize: 180 });
    await history.refresh();
    const pending = () => shown().rows.filter((row) => row.status === "pending").length;
    expect(pending()).toBe(3);
    server.runs[120] = run(60);
    await history.refresh();
    expect(pending()).toBe(2);
    server.runs[0] = run(180);
    server.runs[60] = run(120);
    server.asked = [];
    await history.refresh();
    expect([pending(), server.asked.length]).toEqual([0, 2]);
    await history.refresh();
    expect(server.asked).toHaveLength(3);
    expect(shown().rows).toHaveLength(180);
  });

  it.each([true, false])("begins anew for an unfinished run too far below, at the top: %s", async (atTop) => {
    const server = new Server(300);
    server.runs[280] = run(20, { status: "processing", severity: null });
    const { history, reader, shown } = opened(server, { pageSize: 290 });
    await history.refresh();
    reader.atTop = atTop;
    server.runs[0] = run(300, { severity: "error" });
    server.runs[280] = run(20);
    await history.refresh();
    await vi.waitFor(() => expect(shown().rows[0]?.severity).toBe("error"));
    if (!atTop) {
      expect(shown().rows).toHaveLength(290);
      history.release();
    }
    await vi.waitFor(() => expect(shown().rows.every((row) => row.status === "completed")).toBe(true));
    expect(shown()).toMatchObject({ more: false, busy: false });
  });

  it("does not grow for ever while new ones join", async () => {
    const server = new Server(20);
    const { history, shown } = opened(server);
    await history.refresh();
    for (let n = 0; n < 60; n += 1) {
      server.add(40);
      await history.refresh();
    }
    expect(shown().rows.length).toBeLessThan(1_100);
    expect(shown().rows[0]?.task_id).toBe(server.runs[0]?.task_id);
  });

  it("keeps what it shows when the server does not answer, and says so", async () => {
    const server = new Server(25);
    const { history, shown, ids } = opened(server);
    await history.refresh();
    server.broken = true;
    await history.more();
    expect(ids()).toEqual(range(25, 16));
    expect(shown().error).toBeInstanceOf(Error);
    server.broken = false;
    await history.more();
    expect(shown().error).toBeNull();
    expect(ids()).toEqual(range(25, 6));
  });

  it("reads on through pages in which a text was not found", async () => {
    const server = new Server(0);
    const answers: TaskPage[] = [
      { tasks: [], total: 0, next_cursor: "a" },
      { tasks: [], total: 0, next_cursor: "b" },
      { tasks: [run(1)], total: 1, next_cursor: null },
    ];
    server.ask = () => Promise.resolve(answers.shift()!);
    const { history, shown } = opened(server, { filter: { ...NO_FILTER, text: "key" } });
    await history.refresh();
    expect(shown()).toMatchObject({ atEnd: true, busy: false, total: null });
    expect(shown().rows).toHaveLength(1);
  });

  it("asks again after a page that was on its way when something changed", async () => {
    const server = new Server(25);
    const { history, ids } = opened(server);
    await history.refresh();
    const page = history.more();
    server.add(1);
    await history.refresh();
    await page;
    await vi.waitFor(() => expect(ids()).toEqual(range(26, 6)));
  });

  it("tells nothing once it is stopped", async () => {
    const server = new Server(5);
    const { history, shown } = opened(server);
    history.stop();
    await history.refresh();
    expect(shown()).toBeUndefined();
  });

  it("keeps its rows light", async () => {
    const server = new Server(0);
    const findings = [1, 2, 3].map((n) => ({ title: "x", severity: "info" as const, file: null, line: null, detail: null, fingerprint: `${n}` }));
    const verdict = { severity: "info" as const, summary: "s", source: "contract" as const, reason: null, findings };
    server.runs = [run(1, { result: "long", verdict })];
    const { history, shown } = opened(server);
    await history.refresh();
    expect(shown().rows[0]?.result).toBeNull();
    expect(shown().rows[0]?.verdict?.findings).toHaveLength(1);
  });
});

describe("a filter as the server is asked", () => {
  const asked = (over: Partial<Filter>) => queryOf("ana", { ...NO_FILTER, ...over }).toString();

  it.each([
    [{}, "agent_id=ana"],
    [{ kind: "error" }, "agent_id=ana&severity=error"],
    [{ kind: "lost" }, "agent_id=ana&status=missed&status=skipped"],
    [{ kind: "cancelled", trigger: "manual" }, "agent_id=ana&status=cancelled&trigger=manual"],
    [{ since: T0, text: " out of memory " }, "agent_id=ana&since=2026-11-22T12%3A00%3A00.000Z&q=out+of+memory"],
  ] as [Partial<Filter>, string][])("%o is %s", (over, query) => {
    expect(asked(over)).toBe(query);
  });
});

describe("what is done at a pace", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is done at once, and then once more for all calls of a while", () => {
    const act = vi.fn();
    const pace = paced(act, 1_000);
    pace.call();
    expect(act).toHaveBeenCalledTimes(1);
    for (let n = 0; n < 5; n += 1) pace.call();
    vi.advanceTimersByTime(999);
    expect(act).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(5_000);
    expect(act).toHaveBeenCalledTimes(2);
    pace.call();
    expect(act).toHaveBeenCalledTimes(3);
  });

  it("is not done after its end", () => {
    const act = vi.fn();
    const pace = paced(act, 1_000);
    pace.call();
    pace.call();
    pace.stop();
    vi.advanceTimersByTime(5_000);
    expect(act).toHaveBeenCalledTimes(1);
  });
});

describe("the verdicts over time", () => {
  it("have a lane each, and lost slots a span", () => {
    const lost = run(0, { status: "missed", severity: null, started_at: null, slot_from: at(0), slot_to: at(7200), slot_count: 3 });
    expect(spotOf(lost)).toMatchObject({ lane: "lost", kind: "missed", from: T0, to: T0 + 2 * HOUR });
    expect(spotOf(run(1, { status: "error", severity: "error" }))).toMatchObject({ lane: "error", from: T0 + 1000 });
    expect(spotOf(run(1, { status: "processing", severity: null })).lane).toBe("open");
    expect(spotOf(run(1, { status: "cancelled", severity: null })).lane).toBe("open");
  });

  it("leave out what is older, and what clients had the agent do beside", () => {
    const rows = [run(90), run(60, { is_councilor_execution: false }), run(30), run(10)];
    expect(spotsOf(rows, T0 + 20_000).map((spot) => spot.from)).toEqual([T0 + 30_000, T0 + 90_000]);
  });

  it("count each run once where there are too many to be told one by one", () => {
    const bucket = (n: number, success: number, error = 0): Bucket => ({
      start: new Date(T0 + n * HOUR).toISOString(),
      end: new Date(T0 + (n + 1) * HOUR).toISOString(),
      success,
      error,
    });
    const severity = [bucket(-1, 99), bucket(0, 4), bucket(1, 0), bucket(2, 5, 1), bucket(3, 2)];
    const lost: Bucket[] = severity.map((one) => ({ ...one, missed: one.start === severity[1]!.start ? 2 : 0, skipped: 1 }));
    // The newest three of the third hour, and two of the fourth.
    const spots = [2.2, 2.5, 2.9, 3.1, 3.4].map((hours) => spotOf(run(hours * 3600)));
    const { spots: told, blocks } = divided(spots, severity, lost, T0 - HOUR / 2);
    expect(told.map(({ from }) => (from - T0) / HOUR)).toEqual([3.1, 3.4]);
    expect(blocks.map(({ from, counts }) => [(from - T0) / HOUR, counts.success, counts.error, counts.lost])).toEqual([
      [0, 4, 0, 3],
      [1, 0, 0, 1],
      [2, 5, 1, 1],
    ]);
    expect(countsOf(told, blocks)).toMatchObject({ success: 11, error: 1, lost: 5 });
    expect(divided(spots, [], [], 0)).toEqual({ spots, blocks: [] });
  });

  it("are met by the pointer where they are drawn", () => {
    const boxes = [
      { left: 10, right: 10, y: 20 },
      { left: 50, right: 90, y: 60 },
      { left: 200, right: 300, y: null },
    ];
    expect(nearest(boxes, { x: 14, y: 22 }, 48)).toBe(0);
    expect(nearest(boxes, { x: 70, y: 62 }, 48)).toBe(1);
    expect(nearest(boxes, { x: 250, y: 0 }, 48)).toBe(2);
    expect(nearest(boxes, { x: 130, y: 130 }, 48)).toBe(-1);
  });

  it("begin with the span in which the recent ones fit", () => {
    const ended = (ago: number) => mark({ completed_at: new Date(T0 - ago).toISOString() });
    expect(spanOf([ended(2 * HOUR), ended(HOUR)], T0)).toBe("day");
    expect(spanOf([ended(5 * DAY)], T0)).toBe("week");
    expect(spanOf([ended(25 * DAY)], T0)).toBe("month");
    expect(spanOf([], T0)).toBe("day");
  });

  it("have an axis of whole hours or days, fewer where it is narrow", () => {
    const hours = ticksOf("day", T0, 1_000).map((tick) => new Date(tick.at).getHours());
    expect(hours).toHaveLength(8);
    expect(hours.every((hour) => hour % 3 === 0)).toBe(true);
    expect(ticksOf("day", T0, 300)).toHaveLength(4);
    expect(ticksOf("week", T0, 1_000)).toHaveLength(7);
    expect(ticksOf("month", T0, 1_000).every(({ at: moment, day }) => day && new Date(moment).getHours() === 0)).toBe(true);
    expect(ticksOf("month", T0, 300).length).toBeLessThan(6);
  });
});

describe("the figures of a span", () => {
  const f = formatsFor("en");
  const { charts: t, spans, verdicts } = COUNCILOR_MESSAGES.en;
  const words = { t, over: spans.over.day, by: verdicts.by.hour };
  const bucket = (n: number, over: Partial<Bucket>): Bucket => ({ start: at(n * 3600), end: at((n + 1) * 3600), ...over });

  it("say how long runs took, and draw the slow ones behind", () => {
    const buckets = [bucket(0, { p50_ms: 2000, p95_ms: 9000 }), bucket(1, { p50_ms: null, p95_ms: null }), bucket(2, { p50_ms: 14_000, p95_ms: 14_000 })];
    const figures = durationFigures(buckets, momentsFor("hour", "en"), words, f);
    if (figures.kind !== "chart") throw new Error(figures.words);
    expect(figures.summary).toBe("Median 2 s to 14 s; p95 up to 14 s.");
    expect(figures.data.bars.map(({ label, values }) => [label, values])).toEqual([
      ["p95", [9000, null, 14_000]],
      ["median", [2000, null, 14_000]],
    ]);
    expect(figures.data.starts).toEqual([T0, T0 + HOUR, T0 + 2 * HOUR]);
  });

  it("say in words that there is nothing to draw", () => {
    const empty = [bucket(0, { p50_ms: null, p95_ms: null, cost_usd: 0 })];
    expect(durationFigures(empty, momentsFor("hour", "en"), words, f)).toEqual({ kind: "nothing", words: "No run ended in the last 24 hours." });
    expect(costFigures(empty, momentsFor("hour", "en"), words, f)).toEqual({ kind: "nothing", words: "No cost was told in the last 24 hours." });
  });

  it("add costs up and leave hours without any empty", () => {
    const figures = costFigures([bucket(0, { cost_usd: 0.5 }), bucket(1, { cost_usd: 0 }), bucket(2, { cost_usd: 1.25 })], momentsFor("hour", "en"), words, f);
    if (figures.kind !== "chart") throw new Error(figures.words);
    expect(figures.summary).toBe("$1.75 in the last 24 hours; up to $1.25 per hour.");
    expect(figures.data.bars[0]?.values).toEqual([0.5, null, 1.25]);
  });
});

describe("how many there were of each", () => {
  const there: Part = { buckets: [], failed: false };
  const failed: Part = { buckets: null, failed: true };
  const spots = spotsOf([run(1), run(2, { severity: "error" })], T0);
  const said = (error: unknown, parts: readonly Part[], shown = spots) =>
    tallyWords(
      { tally: tallyOf(error, parts), spots: shown, blocks: [], pending: false },
      "today",
      COUNCILOR_MESSAGES.en,
      formatsFor("en"),
    );

  it("is said once all are known", () => {
    expect(said(null, [])).toBe("2 runs: 1 error, 1 in order");
    expect(said(null, [there, there])).toBe("2 runs: 1 error, 1 in order");
    expect(said(null, [], [])).toBe("No run today.");
  });

  it("is not said while those before are on their way, or could not be had", () => {
    expect(said(null, [there, ON_ITS_WAY])).toBe("Fetching");
    expect(said(null, [ON_ITS_WAY, there])).toBe("Fetching");
    expect(said(null, [failed, there])).toBe("The runs could not be fetched.");
    expect(said(null, [ON_ITS_WAY, { ...there, failed: true }])).toBe("The runs could not be fetched.");
  });

  it("is not said of what could not be fetched again, though marks are shown", () => {
    expect(said(new Error("no answer"), [])).toBe("The runs could not be fetched.");
  });
});
