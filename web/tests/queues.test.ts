import { beforeAll, describe, expect, it } from "vitest";

import { messages, startLanguage } from "../src/i18n";
import { en } from "../src/i18n/en";
import { ptBR } from "../src/i18n/pt-BR";
import { stuckOf, waitsLong } from "../src/queues";
import { faultOf, workers } from "../src/shapes";
import type { Queue } from "../src/wire";
import { agent, at, T0, task } from "./rows";

function queue(over: Partial<Queue> = {}): Queue {
  return { queue: "gpu", workers: 0, capacity: 0, agents: 1, waiting: 2, oldest: at(0), unserved_since: at(0), remedy: null, ...over };
}

const waiting = (over = {}) => [agent({ current: task({ not_before: at(0), ...over }) })];

beforeAll(() => startLanguage());

describe("whether the workers are asked for", () => {
  it("is not, while nothing waits for long", () => {
    expect(waitsLong([], T0)).toBe(false);
    expect(waitsLong([agent()], T0 + 60_000)).toBe(false);
    expect(waitsLong(waiting(), T0 + 10_000)).toBe(false);
    expect(waitsLong(waiting({ status: "processing" }), T0 + 60_000)).toBe(false);
  });

  it("is, when a run that is due is taken by nobody", () => {
    expect(waitsLong(waiting(), T0 + 10_001)).toBe(true);
    expect(waitsLong(waiting({ not_before: null }), T0 + 10_001)).toBe(true);
  });

  it("is not for one that is not due, or waits for its turn", () => {
    expect(waitsLong(waiting({ not_before: at(60) }), T0 + 30_000)).toBe(false);
    expect(waitsLong(waiting({ waits_for: "turn" }), T0 + 60_000)).toBe(false);
  });
});

describe("a queue that nobody serves", () => {
  it("is told only while runs wait in it", () => {
    const stuck = queue();
    expect(stuckOf([stuck, queue({ workers: 1 }), queue({ waiting: 0 })])).toEqual([stuck]);
  });

  it("is named, with how many wait, in both languages", () => {
    expect(messages.value.queueNote.stuck("gpu", 3)).toContain("a fila gpu, e 3 execuções esperam");
    expect(messages.value.queueNote.stuck(null, 1)).toContain("nenhum trabalhador, e 1 execução espera");
    expect(en.queueNote.stuck("gpu", 1)).toBe("No worker serves the queue gpu, and 1 run waits.");
    expect(en.queueNote.stuck(null, 2)).toBe("No worker is there, and 2 runs wait.");
  });

  it("is told with what helps, as the server says it", () => {
    expect(en.queueNote.remedy.start_worker).toBe("Start one:");
    expect(en.queueNote.remedy.restart_server).toBe("Start the server again, with its other options and these:");
    expect(ptBR.queueNote.remedy.restart_server).toBe("Inicie o servidor de novo, com as outras opções dele e estas:");
  });

  it("must come with a remedy that can be read", () => {
    const answer = (remedy: unknown) => ({ queues: [{ ...queue(), remedy }] });
    expect(faultOf(answer({ kind: "start_worker", command: "conselho worker" }), workers)).toBeNull();
    expect(faultOf(answer(null), workers)).toBeNull();
    expect(faultOf(answer({ kind: "start_worker" }), workers)).toBe("queues[0].remedy.command");
  });
});
