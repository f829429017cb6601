import { describe, expect, it } from "vitest";

import { markOf } from "../src/council/standing";
import { languageOf } from "../src/i18n";
import { en } from "../src/i18n/en";
import { ptBR } from "../src/i18n/pt-BR";
import { formatsFor, twoUnits } from "../src/text/format";
import { causeOf, markNews, newsOf, stateWord } from "../src/text/news";
import { ownWords } from "../src/text/own_words";
import { intervalMs, plainWords, scheduleWords } from "../src/text/schedule";
import { doubtOf, reasonWords } from "../src/text/verdict";
import { toMark } from "../src/state";
import type { Agent, Schedule, TaskRow } from "../src/wire";
import { keys } from "./keys";
import { agent, at, done, mark, T0, task } from "./rows";

const pt = formatsFor("pt-BR");

describe("the two languages", () => {
  it("have one key set", () => {
    expect(keys(en)).toEqual(keys(ptBR));
  });

  it("leave no text empty", () => {
    for (const messages of [ptBR, en]) {
      const texts = JSON.stringify(messages, (_, value: unknown) => (value === "" ? "EMPTY" : value));
      expect(texts).not.toContain("EMPTY");
    }
  });

  it("say of the only runs of a week no more than the server told", () => {
    expect(en.kpis.rateOnly).toBe("only today in 7 days");
    expect(ptBR.kpis.rateOnly).toBe("só hoje em 7 dias");
  });

  it("are chosen by the browser's order, Portuguese when it speaks neither", () => {
    expect(languageOf(["en-GB", "pt-BR"])).toBe("en");
    expect(languageOf(["fr", "pt-PT", "en"])).toBe("pt-BR");
    expect(languageOf(["fr"])).toBe("pt-BR");
    expect(languageOf([])).toBe("pt-BR");
  });

  it("count in words and agree in number", () => {
    expect(ptBR.headline.many(3)).toBe("Três conselheiros pedem a sua atenção.");
    expect(ptBR.headline.troubles(1, 2, 3)).toBe("Um erro, duas cadeiras vazias e três avisos.");
    expect(en.headline.troubles(0, 1, 0)).toBe("One empty chair.");
    expect(en.attention.streak(2)).toBe("2nd in a row");
    expect(en.attention.streak(13)).toBe("13th in a row");
  });
});

describe("a schedule in words", () => {
  const sentence = { en: "every day at 09:00", "pt-BR": "todo dia às 09:00" };
  const seat = (schedule: Partial<Schedule>, schedule_sentence: Agent["schedule_sentence"] = sentence): Agent => {
    const base = agent({ schedule_sentence });
    const config = base.councilor_config!;
    return { ...base, councilor_config: { ...config, schedule: { ...config.schedule, ...schedule } } };
  };
  const HERE = "America/Sao_Paulo";
  const DAILY = { type: "cron", value: "0 9 * * *", timezone: HERE } as const;

  it("is what the server says, in the language of the page", () => {
    expect(scheduleWords(seat(DAILY), "en", HERE)).toBe("every day at 09:00");
    expect(scheduleWords(seat(DAILY), "pt-BR", HERE)).toBe("todo dia às 09:00");
  });

  it("names the zone when it is not the reader's", () => {
    expect(scheduleWords(seat({ ...DAILY, timezone: "Asia/Tokyo" }), "en", HERE)).toBe("every day at 09:00 (Asia/Tokyo)");
    expect(scheduleWords(seat({ ...DAILY, timezone: "UTC" }), "en", HERE)).toBe("every day at 09:00 (UTC)");
    expect(scheduleWords(seat({ type: "at", value: "2026-12-24T18:00", timezone: "UTC" }), "en", HERE)).toMatch(/ \(UTC\)$/);
    expect(plainWords(seat({ ...DAILY, timezone: "UTC" }), "en")).toBe("every day at 09:00");
  });

  it("names the zone of an interval only when days or hours bound it", () => {
    const interval = { type: "interval", value: "30m", timezone: "UTC" } as const;
    const none = { active_hours: [], excluded_dates: [], excluded_calendars: [], starts_at: null, ends_at: null };
    expect(scheduleWords(seat({ ...interval, ...none }), "en", HERE)).toBe(sentence.en);
    for (const bound of [
      { active_hours: ["09:00-18:00"] },
      { excluded_dates: ["12-25"] },
      { excluded_calendars: ["feriados"] },
      { starts_at: at(0) },
      { ends_at: at(0) },
    ]) {
      expect(scheduleWords(seat({ ...interval, ...none, ...bound }), "en", HERE)).toBe(`${sentence.en} (UTC)`);
    }
  });

  it("is what was written when the server says no sentence", () => {
    expect(scheduleWords(seat(DAILY, null), "en", HERE)).toBe("0 9 * * *");
    expect(scheduleWords(seat(DAILY, null), "pt-BR", "UTC")).toBe(`0 9 * * * (${HERE})`);
  });

  it("is empty for an agent without a seat", () => {
    expect(scheduleWords(agent({ councilor_config: null, schedule_sentence: null }), "en", HERE)).toBe("");
  });

  it("knows how long an interval is", () => {
    expect(intervalMs("90s")).toBe(90_000);
    expect(intervalMs("2d")).toBe(172_800_000);
    expect(intervalMs("0m")).toBeNull();
    expect(intervalMs("0 9 * * *")).toBeNull();
  });
});

describe("lengths and numbers", () => {
  it.each([
    [400, "400 ms"],
    [1_500, "1,5 s"],
    [38_000, "38 s"],
    [134_000, "2 min 14 s"],
    [120_000, "2 min"],
    [4_320_000, "1 h 12 min"],
    [273_600_000, "3 d 4 h"],
  ])("say %i ms as %s", (ms, text) => {
    expect(pt.duration(ms)).toBe(text);
  });

  it("count down in whole units and never below zero", () => {
    expect(twoUnits(-5_000)).toBe("0 s");
    expect(twoUnits(59_999)).toBe("59 s");
    expect(twoUnits(60_000)).toBe("1 min");
  });

  it("follow the language", () => {
    expect(pt.percent(94.2, 1)).toBe("94,2%");
    expect(formatsFor("en").percent(94.2, 1)).toBe("94.2%");
    expect(formatsFor("en").money(3.18)).toBe("$3.18");
    expect(formatsFor("en").money(0.0412)).toBe("$0.0412");
    expect(pt.number(4106)).toBe("4.106");
  });

  it("show the day with the clock only when it is another day", () => {
    expect(pt.moment(T0, T0)).toBe(pt.clock(T0));
    expect(pt.moment(T0 - 2 * 86_400_000, T0)).not.toBe(pt.clock(T0));
  });
});

describe("an execution in words", () => {
  it("is the agent's own summary, one line of it", () => {
    const row = done({ verdict: { severity: "error", summary: "\n Chave publicada \nmais", source: "contract", reason: null, findings: [] } });
    expect(newsOf(row, ptBR, pt)).toBe("Chave publicada");
  });

  it("falls back to what is known of the failure", () => {
    const row = task({ status: "error", severity: "error", error_kind: "timeout" });
    expect(newsOf(row, en, pt)).toBe(en.cause.timeout?.[0]);
  });

  it("gives the general advice for a failure it does not know", () => {
    for (const error_kind of ["gremlins", "constructor", null]) {
      expect(causeOf({ error_kind }, en)).toBe(en.cause.other);
      expect(causeOf({ error_kind, error_cause: "toString" }, en)).toBe(en.cause.other);
    }
  });

  it("names skipped and missed slots", () => {
    expect(newsOf(task({ status: "skipped", skip_reason: "overlap" }), ptBR, pt)).toBe(
      "Pulado: a execução anterior ainda corria",
    );
    const missed = mark({ status: "missed", slot_from: at(0), slot_to: at(3600), slot_count: 2 });
    expect(markNews(missed, en, pt)).toBe(`Missed 2 slots, ${pt.clock(T0)} to ${pt.clock(T0 + 3_600_000)}`);
  });

  it("tells the days of slots that are not of one day", () => {
    const missed = mark({ status: "missed", slot_from: at(0), slot_to: at(2 * 86_400), slot_count: 8_640 });
    const day = (seconds: number) => pt.moment(T0 + seconds * 1000, Number.NaN);
    expect(markNews(missed, ptBR, pt)).toBe(`Faltou a 8.640 horários, de ${day(0)} a ${day(2 * 86_400)}`);
  });

  it.each([
    ["quiet_hours", "Pulado: fora do horário de atividade"],
    ["excluded_date", "Pulado: dia fora da agenda"],
    ["maintenance", "Pulado: janela de manutenção"],
  ] as const)("says that a slot was skipped for %s", (skip_reason, words) => {
    expect(newsOf(task({ status: "skipped", skip_reason }), ptBR, pt)).toBe(words);
  });

  it("says why a run was cancelled when nobody asked for it", () => {
    expect(newsOf(task({ status: "cancelled", cancel_reason: "Its deadline passed." }), en, pt)).toBe("Cancelled: Its deadline passed.");
    expect(newsOf(task({ status: "cancelled" }), en, pt)).toBe("Cancelled before its end");
    const room = "Its councilor's next slot came while it was on its way (overlap: cancel_running).";
    expect(newsOf(task({ status: "cancelled", cancel_reason: room }), ptBR, pt)).toBe("Cancelado: deu lugar ao horário seguinte");
    expect(markNews(mark({ status: "cancelled", summary: room }), en, pt)).toBe("Cancelled: it made room for the next slot");
    expect(markNews(mark({ status: "cancelled", summary: "Somebody asked for it." }), en, pt)).toBe("Cancelled before its end");
    const line = "Cancelled before its turn came: the councilor was paused or removed.";
    expect(newsOf(task({ status: "cancelled", cancel_reason: line }), en, pt)).toMatch(/^Cancelled before its turn: /);
  });

  it("says when it will be tried again", () => {
    const again = task({ attempt: 1, max_attempts: 3 });
    expect(newsOf(again, en, pt)).toBe("New attempt (2 of 3)");
    const told = task({ attempt: 1, max_attempts: 3, not_before: at(0), retry_at: at(90) });
    expect(newsOf(told, ptBR, pt)).toBe(`Nova tentativa às ${pt.clock(T0 + 90_000)} (2 de 3)`);
    const older = task({ attempt: 1, max_attempts: 3, not_before: at(90) });
    expect(newsOf(older, ptBR, pt)).toBe(newsOf(told, ptBR, pt));
    expect(newsOf(task({ attempt: 0 }), en, pt)).toBe("Queued");
    expect(newsOf(task({ attempt: 0, waits_for: "turn" }), en, pt)).toBe("Waits for the previous run to end");
  });

  it("calls a cancelled run cancelled, and gives it another mark than a skipped one", () => {
    const row = { status: "cancelled", severity: null } as const;
    expect(stateWord(row, en)).toBe("Cancelled");
    expect(markOf(row)).not.toBe(markOf({ status: "skipped", severity: null }));
  });
});

const CAUSES = [
  "rate_limit", "overloaded", "authentication", "refused", "truncated", "empty", "permission_denied",
  "bad_request", "server", "network", "loop", "budget", "unfinished", "other",
];
const KINDS = [
  "timeout", "silent", "exit", "spawn", "preflight", "provider", "contract", "no_worker", "worker_lost", "shutdown",
  "cancelled", "budget",
];

describe("why a run failed", () => {
  const failed = (over: Partial<TaskRow>) => task({ status: "error", severity: "error", ...over });

  it("has words and a cure for every kind and cause of the API", () => {
    for (const t of [ptBR, en]) {
      expect(Object.keys(t.providerCause).sort()).toEqual([...CAUSES].sort());
      for (const kind of KINDS) expect(Object.keys(t.cause)).toContain(kind);
    }
  });

  it("is said in the reader's language where the cause says it all", () => {
    const row = failed({ error_kind: "provider", error_cause: "rate_limit", error: "The provider takes no more: 429" });
    expect(newsOf(row, ptBR, pt)).toBe("O provedor não aceita mais pedidos por agora.");
    expect(markNews(toMark(row), en, pt)).toBe("The provider takes no more requests for now.");
  });

  it("is the sentence that came with it where only that tells what", () => {
    const preflight = failed({ error_kind: "preflight", error: "The program claude was not found. Install it." });
    expect(newsOf(preflight, en, pt)).toBe("The program claude was not found. Install it.");
    const other = failed({ error_kind: "provider", error_cause: "other", error: "The agent failed: gremlins" });
    expect(newsOf(other, en, pt)).toBe("The agent failed: gremlins");
  });

  it("does not say the cause twice, in whatever language", () => {
    const error = "The provider refused the credentials or the account: invalid x-api-key";
    const row = failed({ error_kind: "provider", error_cause: "authentication", error });
    expect(ownWords(row)).toBe("invalid x-api-key");
    expect(ownWords({ ...row, error: "It timed out: twice" })).toBe("It timed out: twice");
  });

  it("keeps what a report said of a command that failed", () => {
    const verdict = { severity: "error", summary: "Key in seed.env", source: "contract", reason: null, findings: [] } as const;
    expect(newsOf(failed({ error_kind: "exit", verdict, error: "exit code 1" }), en, pt)).toBe("Key in seed.env");
  });
});

describe("a slot skipped for its budget", () => {
  it("names the day or the month", () => {
    const day = "The councilor has spent 5.02 of 5.00 USD today (policies.max_cost_usd_per_day). Raise the limit.";
    const month = "The council has spent 90 of 80 USD this month (max_cost_usd_per_month). Raise the limit.";
    const skipped = (error: string | null) => task({ status: "skipped", skip_reason: "budget", error });
    expect(newsOf(skipped(day), ptBR, pt)).toBe("Pulado: o orçamento de hoje acabou");
    expect(newsOf(skipped(null), en, pt)).toBe("Skipped: today's budget is spent");
    expect(newsOf(skipped(month), ptBR, pt)).toBe("Pulado: o orçamento do mês acabou");
    expect(markNews(mark({ status: "skipped", skip_reason: "budget", summary: month }), en, pt)).toBe(
      "Skipped: this month's budget is spent",
    );
  });
});

describe("a success that does not count as one", () => {
  const claimed = (reason: string, over: Partial<TaskRow> = {}) =>
    done({ severity: "info", verdict: { severity: "info", summary: "All fine.", source: "contract", reason, findings: [] }, ...over });
  const NO_TOOL = "it says success, but it used no tool: there is no evidence of work";

  it("is news for what it lacks, not for what it claims", () => {
    expect(newsOf(claimed(NO_TOOL), ptBR, pt)).toBe(ptBR.doubt.noTool);
    expect(markNews(toMark(claimed(NO_TOOL)), en, pt)).toBe("Ended without using a tool: a note, not an approval.");
    const failedTools = "it says success, but none of its 3 tool calls worked: there is no evidence of work";
    expect(newsOf(claimed(failedTools), en, pt)).toBe("None of the 3 tools it called worked: a note, not an approval.");
  });

  it("tells each reason apart", () => {
    const what = "Bash npm install; echo done";
    const row = claimed(
      `it says success, but it was not allowed: ${what}; it used no tool: there is no evidence of work; RULES.md: it does not exist`,
      { permission_denied: [what] },
    );
    expect(reasonWords(row.verdict, row.permission_denied, en)).toEqual([
      `Not allowed: ${what}`,
      en.doubt.noTool,
      "A context file was missing: RULES.md: it does not exist.",
    ]);
    expect(reasonWords(row.verdict, undefined, en)[0]).toContain("Not allowed: Bash npm install");
  });

  it("leaves a verdict alone that nobody lowered", () => {
    const own = done({ verdict: { severity: "warning", summary: "Two large files.", source: "contract", reason: null, findings: [] } });
    expect(doubtOf(own.verdict, [], en)).toBeNull();
    expect(newsOf(own, en, pt)).toBe("Two large files.");
  });

  it("shows a reason that it does not know as it came", () => {
    const verdict = { reason: "the report says success, but the moon was full" };
    expect(reasonWords(verdict, undefined, ptBR)).toEqual([verdict.reason]);
    expect(reasonWords({ reason: "exit code 0 and an output, without a report block" }, undefined, ptBR)).toEqual([
      ptBR.doubt.plainOutput,
    ]);
  });
});

describe("money at a glance", () => {
  it("is never finer than a cent, nor nothing for something", () => {
    expect(formatsFor("en").cents(0.0931)).toBe("$0.09");
    expect(formatsFor("en").cents(0.0004)).toBe("< $0.01");
    expect(formatsFor("en").cents(0)).toBe("$0.00");
  });
});
