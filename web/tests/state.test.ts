import { describe, expect, it } from "vitest";

import { apply, type Council, EXECUTIONS_KEPT, fromSnapshots, hasEnded, RECENT_KEPT } from "../src/state";
import type { Agent, CouncilEvent, TaskRow } from "../src/wire";
import { agent, at, done, execution, mark, T0, task } from "./rows";

function council(agents: readonly Agent[] = [agent()], tasks: TaskRow[] = []): Council {
  return fromSnapshots({ agents }, { tasks });
}

function play(start: Council, ...events: CouncilEvent[]): Council {
  return events.reduce(apply, start);
}

const pending = task();
const running = task({ status: "processing", started_at: at(1) });
const finished = done();
const nilos = (n: number) =>
  done({ task_id: `n${n}`, agent_id: "nilo", created_at: at(100 + n), completed_at: at(102 + n) });

describe("an execution", () => {
  it("appears once, where its last change puts it", () => {
    const other = task({ task_id: "t2", agent_id: "nilo", created_at: at(1) });
    const after = play(council(), execution(pending), execution(other), execution(running), execution(finished));
    expect(after.executions.map((row) => [row.task_id, row.status])).toEqual([
      ["t1", "completed"],
      ["t2", "pending"],
    ]);
  });

  it("is what its councilor does now, until it ends", () => {
    const working = play(council(), execution(pending), execution(running));
    expect(working.agents.get("otavia")?.current?.status).toBe("processing");
    const ended = apply(working, execution(finished)).agents.get("otavia");
    expect(ended?.current).toBeNull();
    expect(ended?.recent.map((each) => each.task_id)).toEqual(["t1"]);
    expect(ended?.recent[0]?.duration_ms).toBe(2000);
  });

  it("that waits its turn does not stand before the one at work, nor before the first in line", () => {
    const next = task({ task_id: "t2", created_at: at(2), waits_for: "turn" });
    const last = task({ task_id: "t3", created_at: at(3), waits_for: "turn" });
    const working = play(council(), execution(running), execution(next));
    expect(working.agents.get("otavia")?.current?.task_id).toBe("t1");
    const line = play(council(), execution(next), execution(last));
    expect(line.agents.get("otavia")?.current?.task_id).toBe("t2");
    const turn = apply(line, execution({ ...last, status: "processing", started_at: at(4) }));
    expect(turn.agents.get("otavia")?.current?.task_id).toBe("t3");
  });

  it("of a backfill is no news until its turn has come", () => {
    const waiting = task({ trigger: "backfill", attempt: 0 });
    expect(play(council([agent()], [waiting]), execution(waiting)).executions).toEqual([]);
    const begun: TaskRow = { ...waiting, status: "processing", attempt: 1 };
    expect(play(council(), execution(waiting), execution(begun)).executions).toHaveLength(1);
    const again: TaskRow = { ...waiting, attempt: 1 };
    expect(play(council(), execution(again)).executions).toHaveLength(1);
  });

  it("counts once in the statistics however often its end is told", () => {
    const end = execution(finished);
    const stats = play(council(), end, end, execution(finished)).agents.get("otavia")?.stats;
    expect(stats?.total_executions).toBe(4);
    expect(stats?.success_rate).toBe(100);
  });

  it("that failed lowers the success rate", () => {
    const failed = done({ status: "error", severity: "error" });
    expect(apply(council(), execution(failed)).agents.get("otavia")?.stats?.success_rate).toBe(75);
  });

  it("with a note is no success", () => {
    const noted = done({ severity: "info" });
    expect(apply(council(), execution(noted)).agents.get("otavia")?.stats?.success_rate).toBe(75);
  });

  it("never leaves a final state", () => {
    const ended = apply(council(), execution(finished));
    expect(apply(ended, execution(running))).toBe(ended);
    expect(apply(ended, execution(task({ status: "cancelled" })))).toBe(ended);
  });

  it("ignores an event older than the last one applied", () => {
    const now = play(council(), execution(running, { seq: 20 }));
    expect(apply(now, execution(pending, { seq: 19 }))).toBe(now);
  });

  it("may wait again for another attempt", () => {
    const again = task({ attempt: 1, max_attempts: 2, not_before: at(30), started_at: at(1) });
    const after = play(council(), execution(running), execution(again));
    expect(after.executions[0]?.status).toBe("pending");
  });

  it("that the snapshot already counts is not counted again when the stream repeats it", () => {
    const seen = agent({ recent: [mark({ task_id: "t1" })] });
    const before = council([seen], []);
    const after = play(before, execution(pending), execution(running), execution(finished));
    expect(after.agents.get("otavia")).toBe(seen);
  });

  it("whose end only the list knows is still counted for its councilor", () => {
    const before = council([agent()], [finished]);
    const after = play(before, execution(pending), execution(running), execution(finished));
    expect(after.executions).toEqual([finished]);
    expect(after.agents.get("otavia")?.current).toBeNull();
    expect(after.agents.get("otavia")?.recent.map((each) => each.task_id)).toEqual(["t1"]);
  });

  it("that has left the recent ones is not counted again by a late event", () => {
    const later = Array.from({ length: RECENT_KEPT }, (_, n) =>
      mark({ task_id: `n${n}`, completed_at: at(1_000 + n) }),
    );
    const before = council([agent({ recent: later })], [finished]);
    expect(apply(before, execution(finished))).toBe(before);
  });

  it("of somebody who is no councilor is still news", () => {
    const after = apply(council(), execution(done({ agent_id: "stranger" })));
    expect(after.executions).toHaveLength(1);
    expect(after.agents.size).toBe(1);
  });

  it("made before the fifty in the list, and ended after them, is in the list", () => {
    const full = Array.from({ length: EXECUTIONS_KEPT }, (_, n) => nilos(n));
    const before = council([agent({ current: running })], [running, ...full]);
    expect(before.executions).not.toContain(running);
    const ended = done({ completed_at: at(5_000) });
    expect(apply(before, execution(ended)).executions[0]).toBe(ended);
  });

  it("has ended when the list says so, or its councilor counts it", () => {
    expect(hasEnded(council(), undefined)).toBe(false);
    expect(hasEnded(council(), running)).toBe(false);
    expect(hasEnded(council(), finished)).toBe(true);
    expect(hasEnded(council([agent({ recent: [mark({ task_id: "t1" })] })]), running)).toBe(true);
  });

  it("that ended before the fifty in the list does not enter it, and still counts", () => {
    const full = Array.from({ length: EXECUTIONS_KEPT }, (_, n) => nilos(n));
    const after = apply(council([agent()], full), execution(finished));
    expect(after.executions).toHaveLength(EXECUTIONS_KEPT);
    expect(after.executions.some((row) => row.task_id === "t1")).toBe(false);
    expect(after.agents.get("otavia")?.recent).toHaveLength(1);
  });
});

describe("missed and skipped slots", () => {
  it("stand among the recent marks and count by slot", () => {
    const missed = task({ status: "missed", slot_count: 5, completed_at: at(9) });
    const after = apply(council(), execution(missed)).agents.get("otavia");
    expect(after?.recent.at(-1)?.status).toBe("missed");
    expect(after?.stats).toMatchObject({ missed: 5, total_executions: 3 });
  });

  it("grow in place when further slots are lost for the same reason", () => {
    const missed = (slot_count: number) => execution(task({ status: "missed", slot_count }));
    const after = play(council(), missed(2), missed(5), missed(5));
    expect(after.executions.map((row) => row.slot_count)).toEqual([5]);
    expect(after.agents.get("otavia")?.recent.map((mark) => mark.slot_count)).toEqual([5]);
    expect(after.agents.get("otavia")?.stats?.missed).toBe(5);
  });

  it("never shrink by a late event", () => {
    const skipped = (slot_count: number, seq: number) =>
      execution(task({ status: "skipped", slot_count }), { seq });
    const grown = play(council(), skipped(3, 30));
    expect(apply(grown, skipped(2, 29))).toBe(grown);
  });
});

describe("the lists", () => {
  it("stay bounded over ten thousand executions", () => {
    let now = council();
    for (let n = 0; n < 10_000; n += 1) {
      now = apply(now, execution(done({ task_id: `x${n}`, created_at: at(n) })));
    }
    expect(now.executions).toHaveLength(EXECUTIONS_KEPT);
    expect(now.applied.size).toBe(EXECUTIONS_KEPT);
    expect(now.agents.get("otavia")?.recent).toHaveLength(RECENT_KEPT);
    expect(now.executions[0]?.task_id).toBe("x9999");
  });

  it("of the snapshot hold councilors only", () => {
    const both = council([agent(), agent({ agent_id: "plain", is_councilor: false })]);
    expect([...both.agents.keys()]).toEqual(["otavia"]);
  });
});

describe("a councilor", () => {
  const base = { event_id: "9", seq: 9, ts: T0 / 1000, display_name: "Otávia", type: "councilor_updated" } as const;
  const { next_execution: _n, current: _c, recent: _r, stats: _s, ...bare } = agent();

  it("that is demoted or deleted leaves its seat", () => {
    for (const change of ["demoted", "deleted"] as const) {
      const after = apply(council(), { ...base, councilor_id: "otavia", change, agent: null });
      expect(after.agents.size).toBe(0);
    }
  });

  it("that is promoted takes a seat, and its next slot has to be asked for", () => {
    const event = { ...base, councilor_id: "nilo", change: "promoted", agent: { ...bare, agent_id: "nilo" } } as const;
    const after = apply(council(), event);
    expect(after.agents.get("nilo")).toMatchObject({ next_execution: null, current: null, recent: [], stats: { total_executions: 0 } });
    expect(after.outdated).toBe(true);
  });

  it("that goes on leave has no next slot to ask for", () => {
    const config = bare.councilor_config!;
    const paused = { ...bare, councilor_config: { ...config, schedule: { ...config.schedule, enabled: false } } };
    const after = apply(council(), { ...base, councilor_id: "otavia", change: "paused", agent: paused });
    expect(after.agents.get("otavia")?.next_execution).toBeNull();
    expect(after.outdated).toBe(false);
  });

  it("that is edited keeps its history and what it is doing", () => {
    const had = agent({ current: running, recent: [mark()] });
    const edited = { ...bare, name: "Otávia Prado" };
    const after = apply(council([had]), { ...base, councilor_id: "otavia", change: "edited", agent: edited });
    expect(after.agents.get("otavia")).toMatchObject({ name: "Otávia Prado", current: running, recent: [mark()] });
  });

  it("that is edited says its new schedule, or none rather than the one before", () => {
    const said = (text: string) => ({ en: text, "pt-BR": text });
    const had = council([agent({ schedule_sentence: said("every hour") })]);
    const event = { ...base, councilor_id: "otavia", change: "edited" } as const;
    const told = apply(had, { ...event, agent: { ...bare, schedule_sentence: said("every day") } });
    expect(told.agents.get("otavia")?.schedule_sentence?.en).toBe("every day");
    expect(apply(had, { ...event, agent: bare }).agents.get("otavia")?.schedule_sentence).toBeNull();
  });
});
