import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { messages, startLanguage } from "../src/i18n";
import { tabIcon } from "../src/overview";
import { council, loaded, unreadable } from "../src/session";
import { fromSnapshots } from "../src/state";
import { headline, more } from "../src/views/band";
import type { Agent } from "../src/wire";
import { agent, at, config, mark, schedule } from "./rows";

const good = agent({ recent: [mark()] });
const onLeave = agent({ agent_id: "nilo", councilor_config: config({ schedule: schedule({ enabled: false }) }) });
const failing = agent({ agent_id: "bento", recent: [mark({ severity: "error", completed_at: at(9) })] });

function seat(...agents: Agent[]): void {
  council.value = fromSnapshots({ agents }, { tasks: [] });
}

function says(): readonly [string, string] {
  return [headline(messages.value), more(messages.value)];
}

beforeAll(() => startLanguage());

beforeEach(() => {
  loaded.value = true;
  unreadable.value = 0;
});

describe("a council of whom some could not be read", () => {
  it("is not in order, whatever the others say", () => {
    const words = messages.value.headline;
    seat(good);
    expect([says()[0], tabIcon.value]).toEqual([words.allInOrder, "calm"]);
    unreadable.value = 1;
    expect([says()[0], tabIcon.value]).toEqual([words.unproven(1), "warning"]);
    seat(good, agent({ agent_id: "caetano" }));
    expect(says()[0]).toBe(words.unproven(2));
  });

  it("is neither empty, nor on leave, nor is its rest in order", () => {
    const words = messages.value.headline;
    for (const [agents, alone] of [[[], words.empty], [[onLeave], words.onLeave]] as const) {
      seat(...agents);
      unreadable.value = 0;
      expect(says()[0]).toBe(alone);
      unreadable.value = 3;
      expect(says()[0]).toBe(words.unproven(3));
      expect(says()[1]).not.toContain(words.emptyMore);
    }
    seat(good, failing);
    expect(says()[1]).not.toContain(words.restInOrder);
    expect(tabIcon.value).toBe("error");
    unreadable.value = 0;
    expect(says()[1]).toContain(words.restInOrder);
  });
});
