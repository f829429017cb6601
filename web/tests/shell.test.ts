import { describe, expect, it } from "vitest";

import { NEEDS, parseFilter, queryOf } from "../src/council/filter";
import { shapeOf } from "../src/council/shape";
import { APPEARANCE_MESSAGES } from "../src/i18n/appearance";
import { NOTIFICATION_MESSAGES } from "../src/i18n/notifications";
import { PALETTE_MESSAGES } from "../src/i18n/palette";
import { PROVIDERS_MESSAGES } from "../src/i18n/providers";
import { meaning, SHORTCUTS, strokeOf } from "../src/keys";
import { aged, type Board, CARDS, EMPTY_BOARD, type Notice, size, withNotices, without, worstOf } from "../src/notifications/board";
import { AGAIN_AFTER_MS, noticeFor, tells } from "../src/notifications/rules";
import { summaryOf } from "../src/notifications/words";
import { prepared, ranked } from "../src/palette/rank";
import { ownAvatar } from "../src/parts/avatar";
import { Present } from "../src/present";
import { inParts, saidIn, withoutLabel } from "../src/providers/sentences";
import type { Agent, CouncilEvent, TaskRow } from "../src/wire";
import { keys } from "./keys";
import { agent, done, execution, task, T0 } from "./rows";

describe("the words that are fetched later", () => {
  it.each([
    ["appearance", APPEARANCE_MESSAGES],
    ["notifications", NOTIFICATION_MESSAGES],
    ["palette", PALETTE_MESSAGES],
    ["providers", PROVIDERS_MESSAGES],
  ])("of %s have one key set in both languages", (_, messages) => {
    expect(keys(messages.en)).toEqual(keys(messages["pt-BR"]));
  });

  it("name every shortcut", () => {
    for (const messages of Object.values(PALETTE_MESSAGES)) expect(Object.keys(messages.help)).toEqual(expect.arrayContaining(Object.keys(SHORTCUTS)));
  });
});

describe("a shortcut", () => {
  const press = (key: string, over = {}) => strokeOf({ key, ctrlKey: false, metaKey: false, altKey: false, altGraph: false, ...over });

  it("is one stroke, or the second after the first", () => {
    expect(meaning("r")).toBe("footer");
    expect(meaning("g")).toBe("more");
    expect(meaning("g t")).toBe("timeline");
    expect(meaning("g x")).toBeNull();
    expect(meaning("x")).toBeNull();
  });

  it("is the same with capitals, with Command, and where AltGr makes the character", () => {
    expect(press("R")).toBe("r");
    expect(press("k", { metaKey: true })).toBe(SHORTCUTS.palette);
    expect(press("K", { ctrlKey: true })).toBe(SHORTCUTS.palette);
    expect(press("?", { ctrlKey: true, altKey: true, altGraph: true })).toBe("?");
  });

  it("leaves the browser what is the browser's", () => {
    expect(press("r", { altKey: true })).toBeNull();
    expect(meaning(press("r", { ctrlKey: true })!)).toBeNull();
  });

  it("is pressed by nobody else's beginning", () => {
    const all = Object.values(SHORTCUTS);
    expect(new Set(all).size).toBe(all.length);
    for (const one of all) expect(all.some((other) => other !== one && other.startsWith(`${one} `))).toBe(false);
  });
});

describe("the palette", () => {
  const find = (query: string, labels: readonly string[], limit = 9) =>
    ranked(prepared(labels.map((label) => ({ label }))), query, limit).map(({ label }) => label);
  const COUNCIL = ["Otávia Prado", "Executar Otávia Prado agora", "Agenda de Otávia Prado", "Tavares", "Bento Rocha"];

  it("finds without accents and case, the shortest first", () => {
    expect(find("OTAVIA", COUNCIL)).toEqual(["Otávia Prado", "Agenda de Otávia Prado", "Executar Otávia Prado agora"]);
  });

  it("finds words in any order, each of which must be there", () => {
    expect(find("prado exec", COUNCIL)).toEqual(["Executar Otávia Prado agora"]);
    expect(find("prado bento", COUNCIL)).toEqual([]);
  });

  it("puts the beginning of a word before the middle of one", () => {
    expect(find("tav", COUNCIL)[0]).toBe("Tavares");
  });

  it("finds letters that stand at the beginnings of words", () => {
    expect(find("exotpra", COUNCIL)).toEqual(["Executar Otávia Prado agora"]);
    expect(find("bero", COUNCIL)).toEqual(["Bento Rocha"]);
    expect(find("bxro", COUNCIL)).toEqual([]);
  });

  it("finds what is known beside the label, after what the label says", () => {
    const entries = [{ label: "Bento", also: "segurança" }, { label: "Segurança em dia" }];
    expect(ranked(prepared(entries), "segur", 9).map(({ label }) => label)).toEqual(["Segurança em dia", "Bento"]);
  });

  it("puts what weighs less behind what answers as well", () => {
    const entries = [{ label: "Otávia: nada", weight: 0.8 }, { label: "Executar Otávia agora" }, { label: "Otávia" }];
    expect(ranked(prepared(entries), "otavia", 9).map(({ label }) => label)).toEqual(["Otávia", "Executar Otávia agora", "Otávia: nada"]);
  });

  it("is not held up by a name that has many ways", () => {
    // One way after the other, this would not end.
    expect(find("a".repeat(60) + "b", Array.from({ length: 500 }, () => "aa ".repeat(66)))).toEqual([]);
  });
});

describe("the filter in the address", () => {
  it("comes back from it", () => {
    for (const filter of [
      { search: "otávia & cia", group: "segurança", order: "name" },
      { search: "", group: NEEDS, order: "news" },
      { search: "", group: "", order: "needs" },
    ] as const) {
      expect(parseFilter(queryOf(filter))).toEqual(filter);
    }
  });

  it("is nothing when nobody is left out, and nothing strange comes in by it", () => {
    expect(queryOf({ search: "", group: "", order: "needs" })).toBe("");
    expect(parseFilter("?order=sideways&x=1")).toEqual({ search: "", group: "", order: "needs" });
  });
});

describe("how much is shown of each", () => {
  it.each([
    [12, "auto", "desk", "cards"],
    [13, "auto", "desk", "compact"],
    [60, "auto", "desk", "compact"],
    [61, "auto", "desk", "tiles"],
    [5, "auto", "phone", "compact"],
    [61, "auto", "phone", "tiles"],
    [60, "auto", "wall", "cards"],
    [61, "auto", "wall", "tiles"],
    [60, "comfortable", "desk", "cards"],
    [500, "comfortable", "desk", "compact"],
    [12, "dense", "desk", "compact"],
    [13, "dense", "desk", "tiles"],
  ] as const)("of %i, %s, on a %s: %s", (count, density, screen, shape) => {
    expect(shapeOf(count, density, screen)).toBe(shape);
  });
});

describe("a notice", () => {
  const seat = (notifications?: object): Agent => {
    const base = agent();
    return { ...base, councilor_config: { ...base.councilor_config!, ...(notifications && { notifications }) } } as Agent;
  };
  const FLAGS = { on_success: false, on_warning: true, on_error: true, channels: ["panel", "toast"] };
  const failed = (over: Partial<TaskRow> = {}) => done({ severity: "error", trigger: "schedule", ...over });

  it("is what the councilor's flags ask for, and warnings and errors when they say nothing", () => {
    expect(tells(seat(FLAGS), "success", "toast")).toBe(false);
    expect(tells(seat({ ...FLAGS, on_success: true }), "success", "toast")).toBe(true);
    expect(tells(seat({ ...FLAGS, on_error: false }), "error", "toast")).toBe(false);
    expect(tells(seat({ ...FLAGS, on_warning: false }), "missed", "toast")).toBe(false);
    expect(tells(seat(), "error", "panel")).toBe(true);
    expect(tells(seat(), "success", "panel")).toBe(false);
  });

  it.each([
    [["panel"], { panel: true, toast: false }],
    [["toast"], { panel: false, toast: true }],
    [["email", "toast", "panel"], { panel: true, toast: true }],
    [["email"], { panel: false, toast: false }],
    [undefined, { panel: true, toast: false }],
  ] as const)("of a councilor with the channels %j comes where they say", (channels, where) => {
    const agent = seat({ ...FLAGS, channels });
    expect({ panel: tells(agent, "error", "panel"), toast: tells(agent, "error", "toast") }).toEqual(where);
    expect(noticeFor(failed(), agent, undefined, 0)).toBe(where.toast ? "error" : null);
  });

  it("comes for an end, not for a beginning, a note or a cancellation", () => {
    const all = seat({ ...FLAGS, on_success: true });
    const kind = (row: TaskRow) => noticeFor(row, all, undefined, T0);
    expect(kind(failed())).toBe("error");
    expect(kind(done({ severity: "success" }))).toBe("success");
    expect(kind(task({ status: "missed" }))).toBe("missed");
    expect(kind(done({ severity: "info" }))).toBeNull();
    for (const status of ["processing", "pending", "cancelled", "skipped"] as const) expect(kind(task({ status }))).toBeNull();
    expect(noticeFor(failed(), undefined, undefined, T0)).toBeNull();
  });

  it("is not repeated for a while for who keeps failing, unless a person asked for the run", () => {
    const before = { kind: "error", at: T0 } as const;
    const soon = T0 + AGAIN_AFTER_MS - 1;
    expect(noticeFor(failed(), seat(FLAGS), before, soon)).toBeNull();
    expect(noticeFor(failed({ trigger: "manual" }), seat(FLAGS), before, soon)).toBe("error");
    expect(noticeFor(failed(), seat(FLAGS), before, T0 + AGAIN_AFTER_MS)).toBe("error");
    expect(noticeFor(done({ severity: "warning", trigger: "schedule" }), seat(FLAGS), before, soon)).toBe("warning");
  });
});

describe("the notices on the page", () => {
  const notice = (n: number, over: Partial<Notice> = {}): Notice => ({
    taskId: `task-${n}`,
    agentId: `agent-${n}`,
    name: `Nome ${n}`,
    kind: "error",
    text: "…",
    ...over,
  });
  const several = (n: number, over: Partial<Notice> = {}) => Array.from({ length: n }, (_, at) => notice(at, over));
  const sizes = (board: Board) => board.cards.map(size);

  it("are single up to a bound, then one that counts them", () => {
    expect(sizes(withNotices(EMPTY_BOARD, several(CARDS)))).toEqual([1, 1, 1]);
    const group = withNotices(EMPTY_BOARD, several(5));
    expect(sizes(group)).toEqual([5]);
    expect(summaryOf(group.cards[0]!.notices, NOTIFICATION_MESSAGES["pt-BR"], group.cards[0]!.more)).toBe("Cinco execuções pedem atenção");
  });

  it("stay bounded in a storm, in cards and in what a card holds", () => {
    let board = EMPTY_BOARD;
    for (let round = 0; round < 200; round += 1) {
      board = withNotices(board, [notice(round), notice(1000 + round, { kind: "success" }), notice(2000 + round, { kind: "warning" })]);
      expect(board.cards.length).toBeLessThanOrEqual(CARDS);
    }
    expect(sizes(board)).toEqual([400, 200]);
    for (const card of board.cards) expect(card.notices.length).toBeLessThanOrEqual(CARDS);
  });

  it("never put good news and trouble on one card", () => {
    const good = [7, 8, 9].map((n) => notice(n, { kind: "success" }));
    const board = withNotices(EMPTY_BOARD, [...several(4), ...good]);
    expect(board.cards.map((card) => [card.sort, size(card)])).toEqual([
      ["needs", 4],
      ["good", 3],
    ]);
    for (const card of board.cards) expect(new Set(card.notices.map((each) => each.kind)).size).toBe(1);
  });

  it("are one for each councilor, its newest", () => {
    const board = withNotices(EMPTY_BOARD, [notice(1), notice(1, { taskId: "newer", kind: "warning" })]);
    expect(board.cards.map((card) => card.notices[0]!.taskId)).toEqual(["newer"]);
  });

  it("end by themselves, errors last, and with the execution that is opened", () => {
    const board = withNotices(EMPTY_BOARD, [notice(1, { kind: "success" }), notice(2, { kind: "warning" }), notice(3)]);
    expect(aged(board, 10_000).cards.map(worstOf)).toEqual(["warning", "error"]);
    expect(aged(board, 60_000).cards).toEqual([]);
    expect(without(board, "task-3").cards.map(worstOf)).toEqual(["success", "warning"]);
  });
});

describe("what happens now", () => {
  const event = (seq: number): CouncilEvent => ({ ...execution(task(), { seq }), event_id: `c17e-${seq}` });
  const told = (act: (present: Present) => void): number[] => {
    const heard: number[] = [];
    act(new Present(({ seq }) => heard.push(seq)));
    return heard;
  };

  it("is what comes after all that the snapshot knew of", () => {
    expect(
      told((present) => {
        present.heard(event(4));
        present.reached("c17e-5");
        [5, 6, 7].forEach((seq) => present.heard(event(seq)));
        present.reached("c17e-9"); // figures that are asked for again say nothing of the past
        present.heard(event(8));
      }),
    ).toEqual([6, 7, 8]);
  });

  it("is not what a resumed stream catches up on, and nothing is lost while that is asked", () => {
    expect(
      told((present) => {
        present.reached("c17e-1");
        present.resumed();
        [2, 3, 4].forEach((seq) => present.heard(event(seq)));
        present.reached("c17e-3");
        present.heard(event(5));
      }),
    ).toEqual([4, 5]);
  });

  it("begins behind what was heard when the server does not say, or another one answers", () => {
    expect(
      told((present) => {
        [8, 9].forEach((seq) => present.heard(event(seq)));
        present.reached(null);
        present.heard(event(10));
        present.resumed();
        present.reached("new0-1");
        present.heard(event(2));
      }),
    ).toEqual([10, 2]);
  });
});

describe("what a provider lacks", () => {
  const t = PROVIDERS_MESSAGES["pt-BR"];
  const pt = (sentence: string) => saidIn("pt-BR", sentence, t);

  it("is said in the reader's language, with its cure", () => {
    const said = pt("Claude Code: there is no program 'claude' to run. Install it with `npm install -g @anthropic-ai/claude-code`.");
    expect(said).toEqual({ text: "O programa claude não foi encontrado. Instale com `npm install -g @anthropic-ai/claude-code`" });
    expect(inParts(said.text).filter((part) => part.code)).toEqual([{ text: "npm install -g @anthropic-ai/claude-code", code: true }]);
    expect(pt("Codex CLI: there are no credentials. Set CODEX_API_KEY or OPENAI_API_KEY for the server, or log in with the program itself as the server's user.").text).toContain("Defina CODEX_API_KEY ou OPENAI_API_KEY");
  });

  it("stands as it came, marked as English, when nobody knows the sentence", () => {
    expect(pt("Gremlins live in it.")).toEqual({ text: "Gremlins live in it.", lang: "en" });
    expect(saidIn("en", "Gremlins live in it.", t)).toEqual({ text: "Gremlins live in it." });
    expect(withoutLabel("Claude Code: there is no program.", "Claude Code")).toBe("There is no program.");
    expect(withoutLabel("policies.x cannot be kept", "command")).toBe("policies.x cannot be kept");
  });
});

describe("an own picture", () => {
  const HERE = "http://127.0.0.1:8000";

  it("comes from this server, or with its text", () => {
    expect(ownAvatar("/pictures/ana.png", HERE)).toBe(`${HERE}/pictures/ana.png`);
    expect(ownAvatar("data:image/png;base64,AAAA", HERE)).toBe("data:image/png;base64,AAAA");
  });

  it("is drawn when it would tell somebody else who looks", () => {
    for (const address of ["https://example.com/a.png", "//example.com/a.png", "http://127.0.0.1:9000/a.png", "data:text/html,x", "http://[", "", null]) {
      expect(ownAvatar(address, HERE)).toBeNull();
    }
  });
});
