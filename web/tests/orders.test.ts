import { describe, expect, it } from "vitest";

import { activeWindows, clockEntries, isMaintained, lengthIn, windowState, withEntry, withNewest, withOlder, withWindow } from "../src/council/journal";
import { startLanguage } from "../src/i18n";
import { changedBy, meantBy, pausedSingly, selectionOf, tagsOf } from "../src/orders/selection";
import { languageChoice } from "../src/preferences";
import { parseRoute } from "../src/route";
import { whomWords } from "../src/views/maintenance";
import type { Agent, JournalEntry, JournalKind, MaintenanceWindow } from "../src/wire";
import { agent, at, T0, task } from "./rows";

function onLeave(agent_id: string, together: boolean, ...tags: string[]): Agent {
  const base = agent({ agent_id, tags, paused_in_bulk: together });
  const config = base.councilor_config!;
  return { ...base, councilor_config: { ...config, schedule: { ...config.schedule, enabled: false } } };
}

const COUNCIL = [
  agent({ agent_id: "calm", tags: ["quality"] }),
  agent({ agent_id: "busy", tags: ["quality", "security"], current: task() }),
  onLeave("alone", false, "security"),
  onLeave("together", true, "security"),
];
const ids = (agents: readonly Agent[]) => agents.map((each) => each.agent_id);

describe("an order to many", () => {
  it("is for everybody or for those that bear a tag", () => {
    expect(selectionOf("")).toEqual({ all: true });
    expect(selectionOf("security")).toEqual({ tag: "security" });
    expect(ids(meantBy("quality", COUNCIL))).toEqual(["calm", "busy"]);
    expect(meantBy("", COUNCIL)).toHaveLength(4);
    expect(tagsOf(COUNCIL)).toEqual([["security", 3], ["quality", 2]]);
  });

  it("says whom it would change", () => {
    expect(ids(changedBy("run", COUNCIL))).toEqual(["calm", "alone", "together"]);
    expect(ids(changedBy("pause", COUNCIL))).toEqual(["calm", "busy"]);
    expect(ids(changedBy("resume", COUNCIL))).toEqual(["alone", "together"]);
    expect(ids(pausedSingly(COUNCIL))).toEqual(["alone"]);
  });

  it("has its own address", () => {
    expect(parseRoute("#/orders")).toEqual({ kind: "orders" });
    expect(parseRoute("#/agenda/calm")).toEqual({ kind: "agenda", id: "calm" });
  });
});

function window(window_id: string, from: number, to: number | null): MaintenanceWindow {
  return { window_id, starts_at: at(from), ends_at: to === null ? null : at(to), reason: "", tags: [], agent_ids: [], state: "planned" };
}

describe("a maintenance window", () => {
  it("begins with its first moment and is over at its end", () => {
    const hour = window("w", 0, 3_600);
    expect(windowState(hour, T0 - 1)).toBe("planned");
    expect(windowState(hour, T0)).toBe("active");
    expect(windowState(hour, T0 + 3_600_000 - 1)).toBe("active");
    expect(windowState(hour, T0 + 3_600_000)).toBe("over");
    expect(windowState(window("w", 0, null), T0 + 1e12)).toBe("active");
    expect(windowState(window("called off", 60, 60), T0)).toBe("over");
  });

  it("is told first when it lasts longest", () => {
    const all = [window("short", -9, 60), window("open", -5, null), window("long", -9, 600), window("later", 60, 900)];
    expect(activeWindows(all, T0).map((each) => each.window_id)).toEqual(["open", "long", "short"]);
  });

  it("skips the slots that fall into it, of those it is for", () => {
    const calm = agent({ agent_id: "calm", tags: ["quality"] });
    const named = { ...window("w", 0, 60), agent_ids: ["calm"] };
    expect(isMaintained([window("w", 0, 60)], calm, T0)).toBe(true);
    expect(isMaintained([window("w", 0, 60)], calm, T0 + 60_000)).toBe(false);
    expect(isMaintained([named], calm, T0)).toBe(true);
    expect(isMaintained([{ ...named, agent_ids: ["busy"] }], calm, T0)).toBe(false);
    expect(isMaintained([{ ...named, agent_ids: [], tags: ["quality"] }], calm, T0)).toBe(true);
  });

  it("says whom it is for, briefly however many and long they are", async () => {
    const whom = (tags: string[], agent_ids: string[]) => whomWords({ tags, agent_ids });
    languageChoice.value = "en";
    await startLanguage();
    expect(whom([], [])).toBe("the whole council");
    expect(whom(["quality"], ["ana", "nilo", "bento"])).toBe("those of quality, ana, nilo and bento");
    expect(whom(["quality"], ["ana", "nilo", "bento", "rosa"])).toBe("those of quality, ana, nilo and 2 more");
    expect(whom([], ["a".repeat(40), "b".repeat(41)])).toBe(`${"a".repeat(40)} and ${"b".repeat(39)}…`);
  });

  it("is what was said of it last", () => {
    const ended = withWindow([window("a", 0, null), window("b", 9, null)], window("a", 0, 1));
    expect(ended.map((each) => [each.window_id, each.ends_at])).toEqual([["a", at(1)], ["b", null]]);
  });
});

function entry(seq: number, kind: JournalKind = "paused", seconds = seq): JournalEntry {
  return { seq, at: at(seconds), kind, agent_id: null, display_name: null, detail: "" };
}

describe("the journal", () => {
  it("keeps each fact once, newest first, also one that was told before it had a number", () => {
    const told = [entry(1), entry(3), entry(2)].reduce(withEntry, [] as JournalEntry[]);
    expect(told.map((each) => each.seq)).toEqual([3, 2, 1]);
    const live = withEntry(told, { ...entry(4), seq: 0 });
    expect(live.map((each) => each.seq)).toEqual([0, 3, 2, 1]);
    expect(withEntry(live, entry(4)).map((each) => each.seq)).toEqual([4, 3, 2, 1]);
    expect(withEntry(withEntry(live, entry(4)), { ...entry(4), seq: 0 }).map((each) => each.seq)).toEqual([4, 3, 2, 1]);
  });

  it("of a seat joins its pages, whatever of them is asked for twice", () => {
    const page = (next_before: number | null, ...seqs: number[]) => ({ entries: seqs.map((seq) => entry(seq)), count: seqs.length, next_before });
    const seqs = ({ entries }: { entries: readonly JournalEntry[] }) => entries.map((each) => each.seq);
    const first = withNewest(null, page(8, 9, 8));
    const both = withOlder(first, page(6, 7, 6));
    expect([seqs(both), both.before]).toEqual([[9, 8, 7, 6], 6]);
    expect(withOlder(both, page(6, 7, 6))).toEqual(both);
    const again = withNewest(both, page(9, 10, 9));
    expect([seqs(again), again.before]).toEqual([[10, 9, 8, 7, 6], 6]);
    const all = withOlder(again, page(null, 5));
    expect([seqs(all), all.before]).toEqual([[10, 9, 8, 7, 6, 5], null]);
    expect(withNewest(all, page(20, 21, 20))).toEqual({ entries: page(20, 21, 20).entries, before: 20 });
  });

  it("goes by the order of the facts, not by a clock that was set back", () => {
    const told = [entry(1, "clock_back", 9_000), entry(2, "paused", 10)].reduce(withEntry, [] as JournalEntry[]);
    expect(told.map((each) => each.seq)).toEqual([2, 1]);
  });

  it("shows the clock's troubles for an hour", () => {
    const all = [entry(3, "paused"), entry(2, "suspended"), entry(1, "clock_back")];
    expect(clockEntries(all, T0).map((each) => each.kind)).toEqual(["suspended", "clock_back"]);
    expect(clockEntries(all, T0 + 2_000 + 3_600_000 - 1).map((each) => each.kind)).toEqual(["suspended"]);
    expect(clockEntries(all, T0 + 2_000 + 3_600_000)).toEqual([]);
  });

  it.each([
    ["The clock was set back by 2 h, from 2026-11-22T12:00:05Z to 2026-11-22T10:00:05Z", 7_200_000],
    ["The machine slept for 1 h 30 min between 2026-11-22T12:00:00Z and later", 5_400_000],
    ["The server did not answer for 45 s: its event loop was blocked", 45_000],
    ["The clock was set.", null],
  ])("reads a length out of %j", (detail, length) => {
    expect(lengthIn(detail)).toBe(length);
  });
});
