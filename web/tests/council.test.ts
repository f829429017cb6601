import { describe, expect, it } from "vitest";

import { needsAttention } from "../src/council/attention";
import { newestChanges } from "../src/council/changes";
import { inSeatOrder } from "../src/council/names";
import { nextSlot, slotIsUnknown } from "../src/council/next";
import { ordered } from "../src/council/order";
import { hemicycle } from "../src/council/seats";
import { moodOf, standingOf } from "../src/council/standing";
import { ownColour, traitsOf } from "../src/council/traits";
import { parseRoute } from "../src/route";
import type { Agent, RecentMark, Schedule } from "../src/wire";
import { agent, at, mark, T0, task } from "./rows";

const good = mark({ task_id: "g" });
const bad = mark({ task_id: "b", status: "error", severity: "error" });
const warned = mark({ task_id: "w", severity: "warning" });
const missed = mark({ task_id: "m", status: "missed", severity: null, slot_count: 5 });
const skipped = mark({ task_id: "s", status: "skipped", severity: null });

function scheduled(over: Partial<Schedule>, rest: Partial<Agent> = {}): Agent {
  const base = agent(rest);
  const config = base.councilor_config!;
  return { ...base, councilor_config: { ...config, schedule: { ...config.schedule, ...over } } };
}

const after = (...recent: RecentMark[]) => agent({ recent });

describe("where a councilor stands", () => {
  it.each([
    ["new before the first verdict", after(), "new", "new"],
    ["success by the last verdict", after(bad, good, good), "success", "proud"],
    ["error by the last verdict", after(good, bad), "error", "distressed"],
    ["warning by the last verdict", after(warned), "warning", "worried"],
    ["missed when the newest slot is", after(good, missed), "missed", "absent"],
    ["in order again after a missed slot was followed by a run", after(missed, good), "success", "serene"],
    ["skipped when all is well otherwise", after(good, skipped), "skipped", "attentive"],
    ["still in error when a slot is skipped after it", after(bad, skipped), "error", "distressed"],
    ["running whatever came before", agent({ recent: [bad], current: task() }), "running", "working"],
    ["paused whatever came before", scheduled({ enabled: false }, { recent: [missed] }), "paused", "on_leave"],
  ] as const)("is %s", (_, councilor, standing, mood) => {
    expect(standingOf(councilor)).toBe(standing);
    expect(moodOf(councilor, T0 + 10_000)).toBe(mood);
  });

  it("is no longer proud of a recovery after a day", () => {
    expect(moodOf(after(bad, good), T0 + 2 * 86_400_000)).toBe("serene");
  });

  it("is proud of thirty in order out of thirty", () => {
    const recent = Array.from({ length: 30 }, (_, n) => mark({ task_id: `${n}` }));
    expect(moodOf(agent({ recent }), T0)).toBe("proud");
  });
});

describe("who needs the reader", () => {
  const named = (agent_id: string, ...recent: RecentMark[]) => agent({ agent_id, recent });

  it("is the worst first, then the newest", () => {
    const late = mark({ task_id: "b2", status: "error", severity: "error", completed_at: at(99) });
    const found = needsAttention([named("w", warned), named("m", missed), named("b", bad), named("b2", late), named("g", good)], new Set());
    expect(found.map((item) => item.agent.agent_id)).toEqual(["b2", "b", "m", "w"]);
  });

  it("stays while the councilor tries again", () => {
    expect(needsAttention([agent({ recent: [bad], current: task() })], new Set())).toHaveLength(1);
  });

  it("is nobody on leave, and nobody the reader knows about until the next verdict", () => {
    expect(needsAttention([scheduled({ enabled: false }, { recent: [bad] })], new Set())).toEqual([]);
    expect(needsAttention([after(bad)], new Set(["b"]))).toEqual([]);
    expect(needsAttention([after(bad, mark({ task_id: "b3", status: "error", severity: "error" }))], new Set(["b"]))).toHaveLength(1);
  });

  it("comes with how often in a row it went wrong", () => {
    const [item] = needsAttention([after(bad, good, bad, skipped, { ...bad, task_id: "b9" })], new Set());
    expect(item?.streak).toBe(2);
  });
});

describe("what changed last", () => {
  it("is a turn, not a verdict that repeats the one before", () => {
    const kinds = (...recent: RecentMark[]) => newestChanges([after(...recent)], 3).map((change) => change.kind);
    expect(kinds(good, good)).toEqual([]);
    expect(kinds(good, bad)).toEqual(["error"]);
    expect(kinds(bad, good, good)).toEqual(["recovered"]);
    expect(kinds(good, missed, { ...missed, task_id: "m2" })).toEqual(["missed"]);
    expect(kinds(good, missed, good)).toEqual(["recovered"]);
    expect(kinds(good, missed, skipped, { ...missed, task_id: "m2" })).toEqual(["missed"]);
    expect(kinds(bad, missed, { ...bad, task_id: "b2" })).toEqual(["error"]);
    expect(kinds(bad)).toEqual([]);
  });
});

describe("the next slot", () => {
  it("is the one the server named while it lies ahead", () => {
    expect(nextSlot(agent({ next_execution: at(60) }), T0)).toBe(T0 + 60_000);
  });

  it("of an interval follows from it once it has passed, in step with it", () => {
    const councilor = agent({ next_execution: at(60) });
    expect(nextSlot(councilor, T0 + 61_000)).toBe(T0 + 660_000);
    expect(nextSlot(councilor, T0 + 6_000_000)).toBe(T0 + 6_060_000);
  });

  it("of a cron schedule has to be asked for once it has passed", () => {
    const councilor = scheduled({ type: "cron", value: "0 9 * * *" }, { next_execution: at(60) });
    expect(slotIsUnknown(councilor, T0)).toBe(false);
    expect(slotIsUnknown(councilor, T0 + 70_000)).toBe(true);
  });

  it("of a councilor on leave is none, and nobody asks for it", () => {
    const councilor = scheduled({ enabled: false });
    expect(nextSlot(councilor, T0)).toBeNull();
    expect(slotIsUnknown(councilor, T0)).toBe(false);
  });
});

describe("the seats", () => {
  it.each([1, 2, 7, 8, 14, 15, 24, 25, 60, 61, 200, 500])("hold %i councilors without two on one", (count) => {
    const plan = hemicycle(count);
    expect(plan.seats).toHaveLength(count);
    const distances = plan.seats.flatMap((one, at) =>
      plan.seats.slice(at + 1).map((other) => Math.hypot(one.x - other.x, one.y - other.y)),
    );
    const closest = distances.reduce((least, each) => Math.min(least, each), Infinity);
    expect(closest).toBeGreaterThan(plan.seat);
    for (const { x, y } of plan.seats) {
      expect(x - plan.seat).toBeGreaterThan(14);
      expect(x + plan.seat).toBeLessThan(302);
      expect(y - plan.seat).toBeGreaterThan(0);
    }
  });

  it("are given by tag and seniority, whatever the order of the answer", () => {
    const a = agent({ agent_id: "a", tags: ["b"], created_at: at(0) });
    const b = agent({ agent_id: "b", tags: ["a"], created_at: at(9) });
    const c = agent({ agent_id: "c", tags: ["a"], created_at: at(5) });
    expect(inSeatOrder([a, b, c]).map((each) => each.agent_id)).toEqual(["c", "b", "a"]);
    expect(inSeatOrder([c, a, b]).map((each) => each.agent_id)).toEqual(["c", "b", "a"]);
  });
});

describe("the order of the cards", () => {
  it("puts trouble first and moves nobody else", () => {
    const list = [agent({ agent_id: "x" }), agent({ agent_id: "r", current: task() }), agent({ agent_id: "e", recent: [bad] })];
    expect(ordered(list, "needs", false).map((each) => each.agent_id)).toEqual(["e", "x", "r"]);
    expect(ordered(list, "needs", true).map((each) => each.agent_id)).toEqual(["e", "r", "x"]);
  });
});

describe("the looks", () => {
  it("are the same for the same id, every time", () => {
    expect(traitsOf("otavia")).toEqual(traitsOf("otavia"));
  });

  it("use every tone, skin and head for some councilor", () => {
    const all = Array.from({ length: 400 }, (_, n) => traitsOf(`councilor-${n}`));
    expect(new Set(all.map((each) => each.tone)).size).toBe(10);
    expect(new Set(all.map((each) => each.skin)).size).toBe(6);
    expect(new Set(all.map((each) => each.hairstyle)).size).toBe(8);
  });

  it("take a councilor's own colour only when it is a plain one", () => {
    expect(ownColour("#aa3300")).toBe("#aa3300");
    expect(ownColour("#93B89A")).toBe("mata");
    expect(ownColour("red")).toBeNull();
    expect(ownColour("url(https://example.org/x)")).toBeNull();
  });
});

describe("the address", () => {
  it("names the open panel", () => {
    expect(parseRoute("#/execution/a%2Fb")).toEqual({ kind: "execution", id: "a/b" });
    expect(parseRoute("#/councilor/otavia")).toEqual({ kind: "councilor", id: "otavia" });
    expect(parseRoute("#/journal")).toEqual({ kind: "journal" });
  });

  it.each(["", "#", "#/", "#/execution/", "#/execution/%E0%A4%A", "#/other/x"])("%s opens none", (hash) => {
    expect(parseRoute(hash)).toEqual({ kind: "plenary" });
  });
});
