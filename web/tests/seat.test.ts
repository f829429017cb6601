import { describe, expect, it } from "vitest";

import { SCHEDULE_FIELDS } from "../src/agenda/draft";
import { ApiError } from "../src/api";
import { EMPTY_MESSAGES } from "../src/i18n/empty";
import { SEAT_MESSAGES } from "../src/i18n/seat";
import { AGENDA_MESSAGES } from "../src/i18n/agenda";
import { freeId, isAgentId, proposedId } from "../src/seat/agent_id";
import type { Entry, SeatAgent } from "../src/seat/documents";
import { agentForm, agentSections, argumentsOf, blankDraft, draftOfAgent, draftOfEntry, newSeatForm, numberOf, promoteForm, SEAT_FIELDS, seatSections, type SeatDraft } from "../src/seat/draft";
import { draftFor, hasDraft, keepDraft } from "../src/seat/drafts";
import { meet } from "../src/seat/merge";
import { inWords, judge, lengthOf, missing } from "../src/seat/mistakes";
import { originId, originOf } from "../src/seat/origin";
import { changes, countChanges } from "../src/seat/patch";
import { abandon, giveSeat, IdTaken, type Progress, seatNewAgent, type Server } from "../src/seat/steps";
import { differences } from "../src/seat/values";
import { keys } from "./keys";

const ZONE = "America/Sao_Paulo";
const pt = SEAT_MESSAGES["pt-BR"];
const schedulePt = AGENDA_MESSAGES["pt-BR"].form.wrong;

const CHECK = {
  kind: "template",
  key: "CHECK_FILES",
  agent_id: "check-files",
  lang: "pt-BR",
  name: "Arquivos",
  title: "Fiscal",
  emoji: "🏗️",
  description: "Acha arquivos longos.",
  schedule: { type: "interval", value: "7d" },
  prompt: "Procure arquivos longos.",
  output_format: "checklist",
  check: ["large-files", "--max-lines", "500"],
} as const satisfies Entry;

const TRADE = {
  kind: "investigator",
  key: "auditor",
  agent_id: "auditor",
  lang: "pt-BR",
  name: "Auditoria",
  title: "Olhar",
  emoji: "🔐",
  description: "Audita.",
  schedule: { type: "interval", value: "1d" },
  instructions: "Você audita.",
  task: { name: "Falhas", prompt: "Audite.", output_format: "detailed", context_files: [] },
} as const satisfies Entry;

const SEATED = {
  agent_id: "ana",
  name: "Ana",
  emoji: "🦉",
  description: null,
  instructions: "Seja breve.",
  provider: "claude",
  model: null,
  command: [],
  shell: false,
  cwd: "/srv/app",
  tags: ["a", "b"],
  is_councilor: true,
  version: 4,
  customization: { enabled: true, display_name: null, avatar_url: null, color: "#E58B6B" },
  councilor_config: {
    title: "Guardiã",
    schedule: { type: "interval", value: "30m", enabled: true, timezone: ZONE },
    task: { name: "Testes", prompt: "Rode.", context_files: ["a.md", "b.md"], output_format: "summary" },
    notifications: { on_success: true, on_warning: true, on_error: true, channels: ["toast", "panel"], ping_url: null },
    policies: { timeout_seconds: 900, max_cost_usd: 1.5, retry_jitter: 0.125, permissions: "write" },
  },
} as unknown as SeatAgent;

describe("the words of the forms", () => {
  it.each([SEAT_MESSAGES, EMPTY_MESSAGES])("have one key set in both languages, and no empty text", (messages) => {
    expect(keys(messages.en)).toEqual(keys(messages["pt-BR"]));
    expect(JSON.stringify(messages)).not.toContain('""');
  });

  it("have a label for every field that a person may have changed", () => {
    const ofSchedule = new Set(Object.values(SCHEDULE_FIELDS));
    const own = Object.values(SEAT_FIELDS).filter((field) => !ofSchedule.has(field));
    for (const field of own) expect(pt.field[field], field).toBeTruthy();
  });
});

describe("an id that is proposed from a name", () => {
  it.each([
    ["Guardiã dos Testes", "guardia-dos-testes"],
    ["  Ótimo!! ", "otimo"],
    ["C3-PO", "c3-po"],
    ["小明", ""],
    ["<script>alert(1)</script>", "script-alert-1-script"],
    ["مرحبا 7", "7"],
    ["a".repeat(200), "a".repeat(48)],
  ])("of %s is %s", (name, id) => {
    expect(proposedId(name)).toBe(id);
    if (id) expect(isAgentId(id)).toBe(true);
  });

  it("is nobody else's", () => {
    expect(freeId("ana", new Set(["ana", "ana-2"]))).toBe("ana-3");
    expect(freeId("eva", new Set(["ana"]))).toBe("eva");
  });

  it.each([["ana"], ["A.b_c-1"], ["0"]])("%s may be written by hand", (id) => expect(isAgentId(id)).toBe(true));
  it.each([["-ana"], ["a b"], ["ç"], [""], ["a/b"], ["a".repeat(129)]])("%s may not", (id) => expect(isAgentId(id)).toBe(false));
});

describe("where a seat begins", () => {
  it.each([["new:blank"], ["new:CHECK_FILES"], ["ana"], ["blank"]])("is told by its address %s, back and forth", (id) => {
    expect(originId(originOf(id))).toBe(id);
  });

  it("is an agent when no word says that it is new", () => {
    expect(originOf("blank")).toEqual({ kind: "agent", id: "blank" });
    expect(originOf("new:blank")).toEqual({ kind: "blank" });
  });
});

describe("an agent in the fields of a form", () => {
  const agent = { ...SEATED, name: "Otávia", command: ["make", "test"], queue: "mac" };

  it("is changed in what was changed, and nothing else", () => {
    const draft = draftOfAgent(agent, ZONE);
    const other = { ...draft, provider: "command", command: "make\ntest all", queue: " ", description: "Looks." };
    expect(changes(agentSections(draft), agentSections(draft))).toBeNull();
    expect(changes(agentSections({ ...draft, provider: "command" }), agentSections(other))).toEqual({
      command: ["make", "test all"],
      queue: null,
      description: "Looks.",
    });
  });

  it.each([[["make", "test all"]], [["python", "-c", "print(1)\nprint(2)"]], [["echo", ""]], [["[", "a", "]"]], [[]]])(
    "keeps the arguments of %j",
    (command) => {
      expect(argumentsOf(draftOfAgent({ ...agent, provider: "command", command }, ZONE))).toEqual(command);
    },
  );
});

describe("a seat in the fields of a form", () => {
  it("is the seat again when nothing was changed", () => {
    const draft = draftOfAgent(SEATED, "UTC");
    expect(seatSections(draft)).toMatchObject({
      title: "Guardiã",
      schedule: { type: "interval", value: "30m", timezone: ZONE },
      task: { name: "Testes", prompt: "Rode.", context_files: ["a.md", "b.md"], output_format: "summary" },
      notifications: { on_success: true, channels: ["toast", "panel"], ping_url: null },
      policies: { timeout_seconds: 900, max_cost_usd: 1.5, retry_jitter: 0.125, permissions: "write", silence_timeout_seconds: null },
      customization: { enabled: true, color: "#e58b6b", display_name: null },
    });
    expect(changes(seatSections(draft), seatSections(draft))).toBeNull();
  });

  it("is sent as far as it was changed, and counted as a person would", () => {
    const before = draftOfAgent(SEATED, "UTC");
    const after: SeatDraft = { ...before, kind: "cron", cron: "0 9 * * *", maxCost: "", title: "Zeladora", prompt: "Rode tudo." };
    const patch = changes(seatSections(before), seatSections(after));
    expect(patch).toEqual({
      title: "Zeladora",
      schedule: { type: "cron", value: "0 9 * * *" },
      task: { prompt: "Rode tudo." },
      policies: { max_cost_usd: null },
    });
    expect(countChanges(patch)).toBe(4);
    const hourly: SeatDraft = { ...before, every: { amount: "1", unit: "h" } };
    const moved = changes(seatSections(before), seatSections(hourly));
    expect(moved, "a value goes with its type").toEqual({ schedule: { type: "interval", value: "1h" } });
    expect(countChanges(moved)).toBe(1);
  });

  it("asks nothing of a plain program that only a model understands", () => {
    const program = { ...blankDraft("command", ZONE), instructions: "x", model: "y", command: "make\ntest all\n\n", contextFiles: "a", permissions: "full" } as const;
    expect(agentForm(program)).toMatchObject({ provider: "command", command: ["make", "test all"] });
    expect(agentForm(program)).not.toHaveProperty("instructions");
    const { councilor_config: config } = promoteForm(program) as { councilor_config: { task: object; policies: object } };
    expect(config.task).not.toHaveProperty("context_files");
    expect(config.policies).not.toHaveProperty("permissions");
  });

  it("says nothing of looks that nobody chose", () => {
    expect(newSeatForm(blankDraft("command", ZONE))).not.toHaveProperty("customization");
    expect(newSeatForm({ ...blankDraft("command", ZONE), color: "#a9c1e6" })).toMatchObject({ customization: { color: "#a9c1e6" } });
  });

  it("gives a shell one text", () => {
    expect(agentForm({ ...blankDraft("command", ZONE), shell: true, command: " make &&\nmake test " })).toMatchObject({
      shell: true,
      command: ["make &&\nmake test"],
    });
  });

  it.each([
    ["1,5", 1.5],
    [" 2 ", 2],
    ["", null],
    ["much", "much"],
  ])("reads the amount %s as %s", (text, value) => expect(numberOf(text)).toBe(value));
});

describe("an entry of the catalogue in the form", () => {
  it("is its built-in check for a program, and its request for an agent", () => {
    expect(draftOfEntry(CHECK, "command", ZONE)).toMatchObject({
      agentId: "check-files",
      command: "python\n-m\nconselho.checks\nlarge-files\n--max-lines\n500",
      prompt: "Acha arquivos longos.",
      every: { amount: "7", unit: "d" },
      timeout: { amount: "10", unit: "m" },
    });
    expect(draftOfEntry(CHECK, "claude", ZONE)).toMatchObject({ command: "", prompt: "Procure arquivos longos.", timeout: { amount: "30", unit: "m" } });
  });

  it("tells a program its trade within the request", () => {
    expect(draftOfEntry(TRADE, "claude", ZONE)).toMatchObject({ instructions: "Você audita.", prompt: "Audite.", taskName: "Falhas" });
    expect(draftOfEntry(TRADE, "command", ZONE)).toMatchObject({ instructions: "", prompt: "Você audita.\n\nAudite." });
  });

  it("follows the provider only where nobody has written", () => {
    const start = draftOfEntry(CHECK, "command", ZONE);
    const written: SeatDraft = { ...start, name: "Meu", prompt: "O meu pedido." };
    const { mine } = meet(start, written, draftOfEntry(CHECK, "claude", ZONE), SEAT_FIELDS);
    expect(mine).toMatchObject({ name: "Meu", prompt: "O meu pedido.", command: "", timeout: { amount: "30", unit: "m" }, provider: "claude" });
  });
});

describe("what two people write into one seat", () => {
  const base = draftOfAgent(SEATED, "UTC");
  const mine: SeatDraft = { ...base, title: "Minha", prompt: "O meu." };

  it("goes together where they touch different fields", () => {
    const met = meet(base, mine, { ...base, taskName: "Outra" }, SEAT_FIELDS);
    expect(met).toMatchObject({ taken: ["task_name"], conflicts: [], mine: { title: "Minha", prompt: "O meu.", taskName: "Outra" } });
  });

  it("is no conflict when both write the same", () => {
    expect(meet(base, mine, { ...base, title: "Minha" }, SEAT_FIELDS)).toMatchObject({ taken: [], conflicts: [], mine });
  });

  it("waits for a decision where they touch the same", () => {
    const theirs: SeatDraft = { ...base, title: "Deles", every: { amount: "1", unit: "h" } };
    const met = meet(base, mine, theirs, SEAT_FIELDS);
    expect(met).toMatchObject({ conflicts: ["title"], taken: ["value"], mine: { title: "Minha" }, theirs: { title: "Deles", prompt: "O meu." } });
    expect(differences(seatSections(mine), seatSections(theirs), met.conflicts)).toEqual([{ field: "title", mine: "Minha", theirs: "Deles" }]);
  });

  it("takes kind and value of a schedule for one thing", () => {
    const cron: SeatDraft = { ...base, kind: "cron", cron: "0 9 * * *" };
    expect(meet(base, cron, { ...base, every: { amount: "5", unit: "m" } }, SEAT_FIELDS).conflicts).toEqual(["value"]);
  });
});

describe("a draft that is kept", () => {
  it("comes back with keys that it lacks, and is gone when it is let go", () => {
    keepDraft("edit/x", { base: { a: 1 }, draft: { a: 2 }, version: 3, progress: { created: "y" } });
    expect(draftFor("edit/x", { a: 0, b: 5 })).toEqual({ base: { a: 1, b: 5 }, draft: { a: 2, b: 5 }, version: 3, progress: { created: "y" } });
    expect(hasDraft("edit/x")).toBe(true);
    keepDraft("edit/x", null);
    expect(hasDraft("edit/x")).toBe(false);
  });
});

describe("what is wrong with a field of a seat", () => {
  const taken = new Map([
    ["ana", true],
    ["eva", false],
  ]);
  const known = { isThere: false, taken };
  const draft: SeatDraft = { ...blankDraft("command", ZONE), agentId: "ok" };
  const wrong = (part: Partial<SeatDraft>) => judge({ ...draft, ...part }, known, pt.wrong, schedulePt);

  it.each([
    [{ agentId: "ana" }, "agent_id", pt.wrong.idSeated],
    [{ agentId: "eva" }, "agent_id", pt.wrong.idTaken],
    [{ agentId: "não" }, "agent_id", pt.wrong.idShape],
    [{ prompt: "🦉".repeat(10_001) }, "prompt", pt.wrong.tooLong("10000")],
    [{ command: "pytest -q" }, "command", pt.wrong.commandLine("pytest", "-q")],
    [{ command: "./run.sh --fast\nall" }, "command", pt.wrong.commandLine("./run.sh", "--fast")],
    [{ channels: [] }, "channels", pt.wrong.channels],
    [{ maxCost: "muito" }, "max_cost_usd", pt.wrong.number],
    [{ attempts: "11" }, "max_attempts", schedulePt.between("1", "10")],
  ] as const)("%j is told at once", (part, field, words) => {
    expect(wrong(part)).toEqual({ [field]: { own: words, said: "" } });
  });

  it("is nothing of what may stay as it is, and an empty field no mistake yet", () => {
    expect(wrong({ prompt: "🦉".repeat(10_000) })).toEqual({});
    for (const command of ["pytest\n-q", "/opt/My Tools/run\n--fast", '["pytest", "-k", "a b"]', " make "]) expect(wrong({ command })).toEqual({});
    expect(wrong({ command: "make && make test", shell: true })).toEqual({});
    expect(wrong({ command: "pytest -q", provider: "claude" })).toEqual({});
    expect(lengthOf("  🦉 ")).toBe(1);
    expect(lengthOf("a⟨U+200B⟩b")).toBe(3);
    expect(Object.keys(missing(draft, known, pt.wrong))).toEqual(["name", "title", "task_name", "prompt", "command"]);
    expect(Object.keys(missing(draft, { ...known, isThere: true }, pt.wrong))).toEqual(["name", "title", "task_name", "prompt", "command"]);
  });

  it.each([
    ["'/etc' lies outside the workspaces of this server (/srv:/work)", "/etc fica fora das pastas que este servidor aceita: /srv:/work."],
    ["must be one line without control characters, not '\\u202e'", pt.wrong.oneLine],
    ["must have at most 200 characters", "No máximo 200 caracteres."],
    ["must be at least max_cost_usd, which is 5", "Não pode ser menos que “Teto de uma execução”, que é 5."],
    ["the interval 10s is below the minimum for agents with a model behind them, 60 s: let it come less often", pt.wrong.tooOften("60")],
    ["'0 0 31 2 *' never fires: there is no day 31", pt.wrong.never],
    ["must be a whole number", schedulePt.whole],
  ])("%s is told in the reader's words", (said, words) => expect(inWords(said, pt, schedulePt)).toBe(words));
});

/** A server that does what it is told to; requests are written down. */
class Scripted implements Server<string> {
  readonly asked: string[] = [];
  readonly agents = new Map<string, { version: number; provider: string; is_councilor: boolean }>();
  #keys = 0;
  #faults: (Error | "lost" | null)[];

  constructor(...faults: (Error | "lost" | null)[]) {
    this.#faults = faults;
  }

  newKey = () => `k${++this.#keys}`;

  create = (form: Readonly<Record<string, unknown>>, key: string) =>
    this.#do(`create ${String(form.agent_id)} ${key}`, () => {
      if (this.agents.has(String(form.agent_id))) throw new ApiError(409, "taken");
      this.agents.set(String(form.agent_id), { version: 1, provider: String(form.provider), is_councilor: false });
    });

  promote = (agentId: string, _: unknown, key: string) =>
    this.#do(`promote ${agentId} ${key}`, () => {
      const agent = this.agents.get(agentId);
      if (!agent) throw new ApiError(404, "gone");
      if (agent.is_councilor) throw new ApiError(409, "seated");
      agent.is_councilor = true;
      return agentId;
    });

  remove = (agentId: string) => this.#do(`remove ${agentId}`, () => this.agents.delete(agentId));

  agent = async (agentId: string) => (this.agents.get(agentId) as unknown as SeatAgent) ?? null;

  /** `lost`: it is done, and the answer does not arrive. */
  async #do<Answer>(what: string, act: () => Answer): Promise<Answer> {
    this.asked.push(what);
    const fault = this.#faults.shift() ?? null;
    if (fault instanceof Error) throw fault;
    const answer = act();
    if (fault === "lost") throw new ApiError(0, "");
    return answer;
  }
}

describe("the two steps to a seat", () => {
  const AGENT = { agent_id: "ana", provider: "command", name: "Ana" };
  const SEAT = { councilor_config: { title: "Guardiã" } };

  /** Tries again and again, each time with what the last try had kept. */
  async function tries(server: Scripted, ...agents: (typeof AGENT)[]): Promise<(string | Error)[]> {
    let progress: Progress = {};
    const outcomes: (string | Error)[] = [];
    for (const agent of agents) {
      const keep = (next: Progress) => {
        progress = JSON.parse(JSON.stringify(next)) as Progress;
      };
      outcomes.push(await seatNewAgent(agent, SEAT, progress, server, keep).catch((error: unknown) => error as Error));
    }
    return outcomes;
  }

  it("are taken one after the other", async () => {
    const server = new Scripted();
    expect(await tries(server, AGENT)).toEqual(["ana"]);
    expect(server.asked).toEqual(["create ana k1", "promote ana k2"]);
  });

  it("go on after a seat that was refused, without a second agent", async () => {
    const server = new Scripted(null, new ApiError(422, "no"));
    const [first, second] = await tries(server, AGENT, AGENT);
    expect(first).toBeInstanceOf(ApiError);
    expect(second).toBe("ana");
    expect(server.asked).toEqual(["create ana k1", "promote ana k2", "promote ana k3"]);
  });

  it("repeat a request whose answer was lost with its key", async () => {
    const server = new Scripted(new ApiError(0, ""), null, new ApiError(503, "later"));
    expect((await tries(server, AGENT, AGENT, AGENT)).at(-1)).toBe("ana");
    expect(server.asked).toEqual(["create ana k1", "create ana k1", "promote ana k2", "promote ana k2"]);
  });

  it("know their own agent when the server made it and could not say so", async () => {
    const server = new Scripted("lost");
    expect((await tries(server, AGENT, AGENT)).at(-1)).toBe("ana");
    expect(server.asked).toEqual(["create ana k1", "create ana k1", "promote ana k2"]);
  });

  it("take back the agent that was made when it is to be another one", async () => {
    const server = new Scripted(null, new ApiError(422, "no"));
    expect((await tries(server, AGENT, { ...AGENT, agent_id: "eva" })).at(-1)).toBe("eva");
    expect([...server.agents.keys()]).toEqual(["eva"]);
  });

  it("touch nobody else's agent", async () => {
    const server = new Scripted();
    server.agents.set("ana", { version: 7, provider: "command", is_councilor: true });
    const [refused] = await tries(server, AGENT);
    expect(refused).toBeInstanceOf(IdTaken);
    expect(refused).toMatchObject({ agentId: "ana", isCouncilor: true });
    server.agents.set("ana", { version: 7, provider: "command", is_councilor: false });
    await abandon({ created: JSON.stringify(AGENT) }, server);
    expect(server.agents.get("ana")?.version).toBe(7);
  });

  it("make the agent anew when somebody has deleted it in between", async () => {
    const server = new Scripted();
    expect(await seatNewAgent(AGENT, SEAT, { created: JSON.stringify(AGENT) }, server, () => undefined)).toBe("ana");
    expect(server.asked).toEqual(["promote ana k1", "create ana k2", "promote ana k3"]);
  });

  it("leave nothing behind when they are given up", async () => {
    const server = new Scripted(null, new ApiError(422, "no"));
    await tries(server, AGENT);
    await abandon({ created: JSON.stringify(AGENT) }, server);
    expect(server.agents.size).toBe(0);
  });

  it("say that an agent has its seat already", async () => {
    const server = new Scripted();
    server.agents.set("ana", { version: 2, provider: "command", is_councilor: true });
    await expect(giveSeat("ana", SEAT, {}, server, () => undefined)).rejects.toBeInstanceOf(IdTaken);
  });
});
