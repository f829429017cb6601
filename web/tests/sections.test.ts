import { beforeEach, describe, expect, it, vi } from "vitest";

import { hemicycle } from "../src/council/seats";
import { NEEDING, OTHERS, sectionsOf, wedgesOf, WORKING } from "../src/council/sections";
import type { Agent } from "../src/wire";
import { agent, task } from "./rows";

const crowd = (count: number, tagOf: (n: number) => string[]) =>
  Array.from({ length: count }, (_, n) => agent({ agent_id: `a${n}`, tags: tagOf(n) }));
const ids = (agents: readonly Agent[]) => agents.map(({ agent_id }) => agent_id);
const shape = (agents: readonly Agent[], ...needing: string[]) =>
  sectionsOf(agents, new Set(needing)).map((section) => [section.key, section.agents.length]);

describe("a council of many", () => {
  const two = crowd(300, (n) => [n % 3 === 0 ? "security" : "quality", "all"]);

  it("stands under the first of its tags, by name, in the order that it came in", () => {
    expect(shape(two)).toEqual([["quality", 200], ["security", 100]]);
    expect(ids(sectionsOf(two, new Set())[1]!.agents).slice(0, 3)).toEqual(["a0", "a3", "a6"]);
  });

  it("has those on top who need the reader, then those at work, each of them once", () => {
    const agents = two.map((each) => (["a1", "a2"].includes(each.agent_id) ? { ...each, current: task() } : each));
    expect(shape(agents, "a2", "a7")).toEqual([[NEEDING, 2], [WORKING, 1], ["quality", 197], ["security", 100]]);
    expect(ids(sectionsOf(agents, new Set(["a2"]))[1]!.agents)).toEqual(["a1"]);
  });

  it("has one part for those without a tag, and for tags of a single councilor", () => {
    const agents = crowd(300, (n) => (n < 5 ? [`own-${n}`] : n < 10 ? [] : [n % 2 ? "odd" : "even"]));
    expect(shape(agents)).toEqual([["even", 145], ["odd", 145], [OTHERS, 10]]);
  });

  it.each([
    ["a window holds them", crowd(100, (n) => [String(n % 2)])],
    ["all are of one tag", crowd(300, () => ["all"])],
    ["none has a tag", crowd(300, () => [])],
    ["each has a tag of its own", crowd(300, (n) => [`own-${n}`])],
  ])("stands in one part when %s", (_, agents) => {
    expect(shape(agents, "a1")).toEqual([["", agents.length]]);
  });
});

describe("the seats of a crowd", () => {
  const angle = ({ x, y }: { x: number; y: number }) => Math.atan2(148 - y, x - 158);

  it("are parted by an aisle where the tag changes", () => {
    const plan = hemicycle(400, [100, 250, 50]);
    expect(plan.seats).toHaveLength(400);
    const angles = plan.seats.map(angle);
    const steps = angles.slice(1).map((next, at) => angles[at]! - next);
    const within = Math.max(...steps.filter((_, at) => at !== 99 && at !== 349));
    expect(Math.min(steps[99]!, steps[349]!)).toBeGreaterThan(2 * within);
    // Nobody sits on anybody else's lap for it.
    const apart = plan.seats.slice(1).map((seat, at) => Math.hypot(seat.x - plan.seats[at]!.x, seat.y - plan.seats[at]!.y));
    expect(Math.min(...apart)).toBeGreaterThan(plan.seat);
  });

  it("have no aisles where a tag has hardly any of them, or tags are many", () => {
    const whole = hemicycle(400).seats;
    expect(hemicycle(400, [395, 5]).seats).toEqual(whole);
    expect(hemicycle(400, Array.from({ length: 20 }, () => 20)).seats).toEqual(whole);
    expect(hemicycle(200, [100, 100]).seats).toEqual(hemicycle(200).seats);
  });

  it("belong together as long as the tag is the same", () => {
    expect(wedgesOf(crowd(6, (n) => (n < 1 ? [] : n < 4 ? ["a", "z"] : ["b"])))).toEqual([1, 3, 2]);
    expect(wedgesOf([])).toEqual([]);
  });
});

describe("folding", () => {
  const store = new Map<string, string>();

  beforeEach(() => {
    store.clear();
    vi.resetModules();
    vi.stubGlobal("localStorage", { getItem: (key: string) => store.get(key) ?? null, setItem: (key: string, value: string) => store.set(key, value) });
  });

  it("begins with everything open up to 200, and is what the reader chose from then on", async () => {
    const { fold, isFolded } = await import("../src/council/folds");
    expect([isFolded("a", 200), isFolded("a", 201)]).toEqual([false, true]);
    fold(["a", "b"], false);
    fold(["b"], true);
    expect([isFolded("a", 500), isFolded("b", 150), isFolded("c", 500)]).toEqual([false, true, true]);
    vi.resetModules();
    const later = await import("../src/council/folds");
    expect([later.isFolded("a", 500), later.isFolded("b", 150)]).toEqual([false, true]);
  });

  it.each(["x", "7", '{"a":1}', '[["a","yes"],7]'])("begins anew with %s in its place", async (stored) => {
    store.set("conselho.folds", stored);
    const { isFolded } = await import("../src/council/folds");
    expect(isFolded("a", 500)).toBe(true);
  });
});
