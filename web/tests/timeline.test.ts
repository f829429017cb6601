/** The timeline's own reckoning: the span and its hours, lanes kept up to date, where marks stand. */
import { describe, expect, test } from "vitest";

import { TIMELINE_MESSAGES } from "../src/i18n/timeline";
import { barsOf, caughtUp, type Kind, type Lane, lanesOf, stepsOf, type Timeline } from "../src/timeline/lanes";
import { futureMarks, partsOf, pastMarks, repeatsOf } from "../src/timeline/layout";
import { cutTo, daysOf, nightsOf, placeOf, type Span, stepOf, ticksOf } from "../src/timeline/span";
import type { Agent, RecentMark, TimelineAnswer } from "../src/wire";
import { keys } from "./keys";
import { agent, at, mark, T0, task } from "./rows";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** 24 hours to either side of T0, in steps of an hour. */
const DAY: Span = { since: T0 - 24 * HOUR, until: T0 + 24 * HOUR, step: HOUR };

type LaneAnswer = TimelineAnswer["lanes"][number];

function lane(over: Partial<LaneAnswer> = {}): LaneAnswer {
  return {
    agent_id: "otavia",
    display_name: "Otávia",
    enabled: true,
    rows: [],
    bars: null,
    more_troubles: 0,
    counted_to: null,
    current: null,
    next: [],
    stretches: [],
    ...over,
  };
}

function row(id: string, hours: number, over: Partial<LaneAnswer["rows"][number]> = {}): LaneAnswer["rows"][number] {
  return {
    task_id: id,
    status: "completed",
    severity: "success",
    trigger: "schedule",
    started_at: at(hours * 3_600 - 30),
    completed_at: at(hours * 3_600),
    duration_ms: 30_000,
    ...over,
  };
}

function lost(id: string, from: number, to: number, count: number): LaneAnswer["rows"][number] {
  return row(id, to, {
    status: "missed",
    severity: null,
    skip_reason: "server_down",
    slot_from: at(from * 3_600),
    slot_to: at(to * 3_600),
    slot_count: count,
  });
}

function told(...lanes: LaneAnswer[]): Timeline {
  return lanesOf({
    since: new Date(DAY.since).toISOString(),
    until: new Date(DAY.until).toISOString(),
    step_seconds: 3_600,
    timezone: "UTC",
    lanes,
    maintenance: [],
    absences: [],
    last_event_id: "a-1",
    now: at(0),
  });
}

function council(...agents: Agent[]): ReadonlyMap<string, Agent> {
  return new Map(agents.map((each) => [each.agent_id, each]));
}

function the(timeline: Timeline, id = "otavia"): Lane {
  const found = timeline.lanes.get(id);
  if (!found) throw new Error(`no lane ${id}`);
  return found;
}

/** A mark that ended so many seconds after T0. */
function ended(id: string, seconds: number, over: Partial<RecentMark> = {}): RecentMark {
  return mark({ task_id: id, completed_at: at(seconds), due_at: null, ...over });
}

describe("the span", () => {
  test("is measured from its beginning to its end", () => {
    expect([placeOf(DAY, DAY.since), placeOf(DAY, T0), placeOf(DAY, DAY.until)]).toEqual([0, 0.5, 1]);
    expect([stepOf(DAY, DAY.since), stepOf(DAY, T0 - 1), stepOf(DAY, T0)]).toEqual([0, 23, 24]);
    expect(cutTo(DAY, { from: DAY.since - 1, until: T0 })).toEqual({ from: DAY.since, until: T0 });
    expect(cutTo(DAY, { from: DAY.until, until: DAY.until + 1 })).toBeNull();
  });

  test("has days that follow each other without a gap", () => {
    const days = daysOf(DAY, T0);
    expect(days[0]?.from).toBe(DAY.since);
    expect(days.at(-1)?.until).toBe(DAY.until);
    for (const [n, day] of days.entries()) if (n > 0) expect(day.from).toBe(days[n - 1]?.until);
    expect(days.filter((day) => day.offset === 0)).toHaveLength(1);
    expect(days.map((day) => day.begins)).toEqual([false, ...days.slice(1).map(() => true)]);
  });

  test("has its nights from six to six by the clock on the wall", () => {
    const nights = nightsOf(DAY);
    expect(nights.length).toBeGreaterThanOrEqual(2);
    for (const night of nights) {
      expect(night.until - night.from).toBeLessThanOrEqual(12 * HOUR);
      if (night.from > DAY.since) expect(new Date(night.from).getHours()).toBe(18);
      if (night.until < DAY.until) expect(new Date(night.until).getHours()).toBe(6);
    }
  });

  test.each([300, 640, 1120, 3_000])("has hours to label without one left out, %i pixels wide", (width) => {
    const ticks = ticksOf(DAY, width, 42);
    const gaps = new Set(ticks.slice(1).map((tick, n) => tick - (ticks[n] as number)));
    expect(gaps.size).toBe(1);
    const [gap = 0] = gaps;
    expect((gap / (DAY.until - DAY.since)) * width).toBeGreaterThanOrEqual(42);
    expect((ticks[0] as number) - DAY.since).toBeLessThan(gap);
    expect(DAY.until - (ticks.at(-1) as number)).toBeLessThanOrEqual(gap);
  });
});

describe("a lane with few rows", () => {
  test("shows each run where it ended, and lost slots from the first to the last", () => {
    const marks = pastMarks(the(told(lane({ rows: [row("a", -12), lost("b", -6, -2, 5)] }))), DAY, 1_000);
    expect(marks.map(({ type, key }) => [type, key])).toEqual([["run", "a"], ["lost", "b"]]);
    expect(marks.map(({ to }) => Math.round(to * 48))).toEqual([12, 22]);
    expect(marks[1]).toMatchObject({ from: 18 / 48, to: 22 / 48 });
    expect(repeatsOf(marks[1] as Parameters<typeof repeatsOf>[0], 1_000)).toBe(5);
    expect(repeatsOf(marks[1] as Parameters<typeof repeatsOf>[0], 200)).toBe(1);
  });

  test("draws the worst of those that lie upon each other", () => {
    const rows = [row("a", -12), row("b", -11.99, { severity: "warning" }), row("c", -11.98), row("d", -2)];
    const marks = pastMarks(the(told(lane({ rows }))), DAY, 1_000);
    expect(marks.map((each) => each.key)).toEqual(["b", "d"]);
    expect(marks[0]).toMatchObject({ type: "run", rows: [{ id: "b" }, { id: "c" }, { id: "a" }] });
  });

  test("becomes bars where its marks would hide each other", () => {
    const rows = Array.from({ length: 24 }, (_, n) => row(`r${n}`, n - 24.5 + (n % 2) / 4));
    const narrow = pastMarks(the(told(lane({ rows }))), DAY, 300);
    expect(new Set(narrow.map((each) => each.type))).toEqual(new Set(["bar"]));
    expect(pastMarks(the(told(lane({ rows }))), DAY, 1_200).every((each) => each.type === "run")).toBe(true);
  });

  test("takes in what ended since, and each of it once", () => {
    const before = told(lane({ rows: [row("a", -1)] }));
    const agents = council(agent({ recent: [ended("a", -3_600), ended("b", 10), ended("b", 10)] }));
    const after = caughtUp(before, agents);
    expect(the(after).rows.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(caughtUp(after, agents)).toBe(after);
    expect(the(caughtUp(after, new Map(agents)))).toBe(the(after));
    expect(the(before).rows).toHaveLength(1);
  });

  test("lets its row of lost slots grow", () => {
    const slots = { status: "missed", severity: null, slot_from: at(-7_200), slot_to: at(0), slot_count: 3 } as const;
    const after = caughtUp(told(lane({ rows: [lost("b", -2, -1, 2)] })), council(agent({ recent: [ended("b", 0, slots)] })));
    expect(the(after).rows).toHaveLength(1);
    expect(the(after).rows[0]).toMatchObject({ from: T0 - 2 * HOUR, to: T0, mark: { slot_count: 3 } });
  });

  test("knows what runs now, and when it began once it has ended", () => {
    const working = task({ task_id: "c", status: "processing", started_at: at(-600) });
    const during = caughtUp(told(lane()), council(agent({ current: working })));
    expect(the(during).current).toEqual({ id: "c", works: true, since: T0 - 600_000 });
    const over = ended("c", 30, { duration_ms: null });
    const after = caughtUp(during, council(agent({ recent: [over] })));
    expect(the(after).current).toBeNull();
    expect(the(after).rows[0]).toMatchObject({ id: "c", from: T0 - 600_000, to: T0 + 30_000 });
  });
});

describe("a lane with many rows", () => {
  const dense = () =>
    told(
      lane({
        bars: [{ step: 22, success: 119, warning: 1 }, { step: 23, success: 60 }],
        rows: [row("w", -1.5, { severity: "warning" })],
        counted_to: at(-60),
      }),
    );

  test("shows how many there were, and what is known of the trouble", () => {
    const [first, second] = pastMarks(the(dense()), DAY, 1_000);
    expect(first).toMatchObject({ type: "bar", step: 22, total: 120, worst: "warning", share: 1, rows: [{ id: "w" }] });
    expect(second).toMatchObject({ type: "bar", step: 23, total: 60, worst: null, share: 0.5, rows: [] });
  });

  test("counts what ended since it was told, once, and nothing that it counted", () => {
    const marks = [ended("old", -120), ended("last", -60), ended("new", 30), ended("bad", 60, { severity: "error" })];
    const once = caughtUp(dense(), council(agent({ recent: marks })));
    expect(the(once).bars?.get(24)).toEqual({ success: 1, error: 1 });
    expect(the(once).bars?.get(23)).toEqual({ success: 60 });
    expect(the(once).rows.map(({ id }) => id)).toEqual(["w", "bad"]);
    const twice = caughtUp(once, council(agent({ recent: [...marks, ended("next", 90)] })));
    expect(the(twice).bars?.get(24)).toEqual({ success: 2, error: 1 });
  });

  test("counts the slots by which a lost row grew", () => {
    const before = told(
      lane({ bars: [{ step: 23, missed: 2 }], rows: [lost("m", -0.75, -0.25, 2)], counted_to: at(-900) }),
    );
    const slots = { status: "missed", severity: null, slot_from: at(-2_700), slot_to: at(2_700), slot_count: 4 } as const;
    const after = caughtUp(before, council(agent({ recent: [ended("m", 2_700, slots)] })));
    expect([23, 24].map((step) => the(after).bars?.get(step))).toEqual([{ missed: 2 }, { missed: 2 }]);
  });

  test("is outdated when more ended than the newest marks tell", () => {
    const recent = Array.from({ length: 30 }, (_, n) => ended(`r${n}`, 600 + n));
    expect(caughtUp(dense(), council(agent({ recent }))).outdated).toBe(true);
    const joined = [ended("last", -60), ...recent.slice(1)];
    expect(caughtUp(dense(), council(agent({ recent: joined }))).outdated).toBe(false);
  });
});

test("a councilor whose newest marks all lie before the span leaves nothing out", () => {
  const before = Array.from({ length: 30 }, (_, n) => ended(`r${n}`, -30 * 3_600 + n));
  expect(caughtUp(told(lane()), council(agent({ recent: before }))).outdated).toBe(false);
  const old = lane({ bars: [], counted_to: null });
  expect(caughtUp(told(old), council(agent({ recent: before }))).outdated).toBe(false);
  const within = before.map((each, n) => ended(each.task_id, 600 + n));
  expect(caughtUp(told(lane()), council(agent({ recent: within }))).outdated).toBe(true);
});

test("a seat that is new makes the timeline outdated, one that is gone takes its lane along", () => {
  const other = agent({ agent_id: "nova" });
  const after = caughtUp(told(lane()), council(agent(), other));
  expect([after.outdated, [...after.lanes.keys()]]).toEqual([true, ["otavia"]]);
  expect([...caughtUp(told(lane(), lane({ agent_id: "gone" })), council(agent())).lanes.keys()]).toEqual(["otavia"]);
});

test("lost slots count in the steps in which they would have run", () => {
  const lostRow = the(told(lane({ rows: [lost("b", -30, 3, 34)] }))).rows[0]!;
  const counted = stepsOf(lostRow, DAY);
  expect(counted[0]).toEqual([0, 1]);
  expect(counted.at(-1)).toEqual([27, 1]);
  expect(barsOf([lostRow], DAY).size).toBe(28);
});

test("each part of a bar can be seen, and together they are its height", () => {
  const counts: Partial<Record<Kind, number>> = { success: 117, error: 1, warning: 2 };
  const parts = partsOf({ counts, total: 120, share: 1 }, 20);
  expect(parts.map(({ kind }) => kind)).toEqual(["success", "warning", "error"]);
  expect(Math.min(...parts.map(({ height }) => height))).toBeGreaterThanOrEqual(3);
  expect(parts.reduce((sum, { height }) => sum + height, 0)).toBeCloseTo(20);
  expect(partsOf({ counts: { success: 1 }, total: 1, share: 0.01 }, 20)[0]?.height).toBe(5);
});

test("what is to come is what has not passed", () => {
  const future = the(
    told(lane({ next: [at(600), at(4_200)], stretches: [{ from: at(60), until: at(3_600), every_seconds: 30 }] })),
  );
  expect(futureMarks(future, DAY, T0).map(({ key }) => key)).toEqual([
    `slot-${T0 + 600_000}`,
    `slot-${T0 + 4_200_000}`,
    `stretch-${T0 + HOUR}`,
  ]);
  const later = futureMarks(future, DAY, T0 + 30 * MINUTE);
  expect(later.map(({ type }) => type)).toEqual(["slot", "stretch"]);
  expect(later[1]).toMatchObject({ from: 24.5 / 48, to: 25 / 48 });
});

test("both languages say the same things", () => {
  expect(keys(TIMELINE_MESSAGES.en)).toEqual(keys(TIMELINE_MESSAGES["pt-BR"]));
});
