import { describe, expect, it } from "vitest";

import { agent as agentShape, EVENTS, faultOf, fitting, kpis, taskRow } from "../src/shapes";
import { agent, at, done, execution, mark, task } from "./rows";

describe("what the server is said to send", () => {
  it("is accepted, in every state", () => {
    const running = task({ status: "processing", started_at: at(1) });
    for (const row of [task(), running, done(), task({ status: "missed", slot_count: 3 })]) {
      expect(faultOf(row, taskRow)).toBeNull();
      const event = execution(row);
      expect(faultOf(event, EVENTS[event.type])).toBeNull();
    }
    const seated = agent({ current: running, recent: [mark()], next_execution: at(60) });
    expect(faultOf(seated, agentShape)).toBeNull();
    expect(faultOf(agent({ councilor_config: null, customization: null }), agentShape)).toBeNull();
  });
});

describe("anything else", () => {
  it("is named by the field that is not as it should be", () => {
    expect(faultOf({ ...agent(), recent: null }, agentShape)).toBe("recent");
    expect(faultOf({ ...agent(), recent: [mark(), { ...mark(), status: 3 }] }, agentShape)).toBe("recent[1].status");
    expect(faultOf({ ...agent(), stats: { total_executions: "12" } }, agentShape)).toBe("stats.total_executions");
    expect(faultOf({ ...done(), verdict: { ...done().verdict, findings: {} } }, taskRow)).toBe("verdict.findings");
    expect(faultOf({ ...agent(), tags: [null] }, agentShape)).toBe("tags[0]");
    expect(faultOf({ ...agent(), next_execution: "soon" }, agentShape)).toBe("next_execution");
  });

  it.each([null, undefined, 7, "text", [], {}, true])("is no agent, no execution, and no figures: %o", (value) => {
    for (const shape of [agentShape, taskRow, kpis]) expect(faultOf(value, shape)).not.toBeNull();
  });

  it("leaves a list without the rest of it", () => {
    const bad = { ...agent(), councilor_config: "none" } as unknown as ReturnType<typeof agent>;
    expect(fitting([agent(), bad, agent({ agent_id: "nilo" })], agentShape).map((one) => one.agent_id)).toEqual(["otavia", "nilo"]);
  });

  it("may have more fields than the page knows, and lack those that it can do without", () => {
    const { source: _s, version: _v, ...less } = agent();
    expect(faultOf({ ...less, mood_ring: "blue" }, agentShape)).toBeNull();
  });
});
