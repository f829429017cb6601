import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { slotDays } from "../src/agenda/days";
import { type Draft, draftOf, fieldOf, patchOf, policiesOf, scheduleOf, spanOf } from "../src/agenda/draft";
import { journalWords } from "../src/agenda/journal";
import { lostWords } from "../src/agenda/lost";
import { inWords, judge } from "../src/agenda/mistakes";
import { PAUSE_MS, Preview, type PreviewState } from "../src/agenda/preview";
import { AGENDA_MESSAGES } from "../src/i18n/agenda";
import { ORDERS_MESSAGES } from "../src/i18n/orders";
import { formatsFor } from "../src/text/format";
import { momentOf, wallTime } from "../src/text/zoned";
import type { JournalKind, Schedule, Slot } from "../src/wire";
import { at, schedule, T0 } from "./rows";
import { keys } from "./keys";

const SCHEDULE = schedule({ value: "30m", timezone: "America/Sao_Paulo" });
const draft = (over: Partial<Schedule> = {}) => draftOf({ schedule: { ...SCHEDULE, ...over } });

describe("the words of the panels", () => {
  it.each([AGENDA_MESSAGES, ORDERS_MESSAGES])("have one key set in both languages", (messages) => {
    expect(keys(messages.en)).toEqual(keys(messages["pt-BR"]));
  });

  it.each(["server_down", "late", "too_old", "changed", "overlap", "budget", "quiet_hours", "excluded_date", "maintenance"])(
    "say why a slot was lost for %s",
    (reason) => {
      for (const t of Object.values(AGENDA_MESSAGES)) expect(t.lost.why[reason]).toBeTruthy();
    },
  );
});

describe("a schedule in the fields of a form", () => {
  it("is what the API takes, back and forth", () => {
    const cron = draft({ type: "cron", value: "0 9 * * 1-5", excluded_dates: ["12-25"], starts_at: "2026-12-01T12:00:00Z" });
    expect(cron.startsAt).toBe("2026-12-01T09:00");
    expect(scheduleOf(cron)).toMatchObject({
      type: "cron",
      value: "0 9 * * 1-5",
      timezone: "America/Sao_Paulo",
      excluded_dates: ["12-25"],
      starts_at: "2026-12-01T12:00:00Z",
      ends_at: null,
    });
    expect(scheduleOf(draft()).value).toBe("30m");
  });

  it("shows a moment with an offset by the schedule's own clock", () => {
    expect(draft({ type: "at", value: "2026-12-24T18:00:00+00:00" }).at).toBe("2026-12-24T15:00");
    expect(draft({ type: "at", value: "2026-12-24T18:00" }).at).toBe("2026-12-24T18:00");
  });

  it("sends what was written, right or wrong: the server judges", () => {
    const wrong: Draft = { ...draft(), every: { amount: "", unit: "h" }, priority: "many", startsAt: "soon" };
    expect(scheduleOf(wrong).value).toBe("");
    expect(scheduleOf(wrong).starts_at).toBe("soon");
    expect(policiesOf(wrong).priority).toBe("many");
  });

  it("takes lines and commas for lists", () => {
    const hours = { ...draft(), activeHours: "mon-fri 09:00-18:00,\n\n sat 09:00-12:00 " };
    expect(scheduleOf(hours).active_hours).toEqual(["mon-fri 09:00-18:00", "sat 09:00-12:00"]);
  });

  it.each([
    [null, { amount: "", unit: "m" }],
    [90, { amount: "90", unit: "s" }],
    [5_400, { amount: "90", unit: "m" }],
    [86_400, { amount: "1", unit: "d" }],
    [0, { amount: "0", unit: "s" }],
  ] as const)("says %s seconds in the largest whole unit", (seconds, span) => {
    expect(spanOf(seconds)).toEqual(span);
  });
});

describe("what is sent of an edit", () => {
  const before = draft();

  it("is nothing when nothing was changed, or all of it was changed back", () => {
    expect(patchOf(before, before)).toBeNull();
    expect(patchOf(before, { ...before, activeHours: "\n" })).toBeNull();
  });

  it("is only what was changed", () => {
    expect(patchOf(before, { ...before, priority: "7" })).toEqual({ policies: { priority: 7 } });
    expect(patchOf(before, { ...before, gap: "skip" })).toEqual({ schedule: { gap: "skip" } });
  });

  it("is a value with its type, for the server keeps what is not sent", () => {
    const cron: Draft = { ...before, kind: "cron", cron: "0 9 * * *" };
    expect(patchOf(before, cron)).toEqual({ schedule: { type: "cron", value: "0 9 * * *" } });
  });

  it("clears what was emptied", () => {
    const limited = draftOf({ schedule: SCHEDULE, policies: { deadline_seconds: 600 } });
    const free: Draft = { ...limited, deadline: { amount: "", unit: "m" } };
    expect(patchOf(limited, free)).toEqual({ policies: { deadline_seconds: null } });
  });
});

describe("the field that an error means", () => {
  it.each([
    ["schedule.value", "value"],
    ["schedule", "value"],
    ["value", "value"],
    ["schedule.active_hours.0", "active_hours"],
    ["councilor_config.schedule.timezone", "timezone"],
    ["policies.max_attempts", "max_attempts"],
  ])("of %s is %s", (path, field) => {
    expect(fieldOf(path)).toBe(field);
  });
});

describe("the clock on a wall", () => {
  it.each([
    ["2026-11-26T14:30", "America/Sao_Paulo", "2026-11-26T17:30:00Z"],
    ["2026-07-01T09:00", "Europe/Berlin", "2026-07-01T07:00:00Z"],
    ["2026-10-25T01:59", "Europe/Berlin", "2026-10-24T23:59:00Z"],
    ["2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00Z"],
  ])("%s in %s is %s", (wall, zone, moment) => {
    expect(momentOf(wall, zone)).toBe(moment);
    expect(wallTime(Date.parse(moment), zone)).toBe(wall);
  });

  it("tells nothing for a zone or a text that is none", () => {
    expect(momentOf("2026-11-26T14:30", "Atlantis/Deep")).toBeNull();
    expect(momentOf("soon", "UTC")).toBeNull();
    expect(wallTime(T0, "Atlantis/Deep")).toBeNull();
  });
});

describe("slots by day", () => {
  const slot = (local: string, note: Slot["note"] = null): Slot => ({ at: local, local, note });

  it("are those of the schedule's own clock, in order", () => {
    const days = slotDays([slot("2026-11-26T23:30:00-03:00"), slot("2026-11-27T00:30:00-03:00", "gap"), slot("2026-11-27T01:30:00-03:00")]);
    expect(days.map((day) => [day.date, day.slots.map((each) => each.time)])).toEqual([
      ["2026-11-26", ["23:30"]],
      ["2026-11-27", ["00:30", "01:30"]],
    ]);
    expect(days[1]?.slots[0]?.note).toBe("gap");
  });

  it("tell seconds as soon as one of them has some", () => {
    const [day] = slotDays([slot("2026-11-26T10:00:00+00:00"), slot("2026-11-26T10:00:10+00:00")]);
    expect(day?.slots.map((each) => each.time)).toEqual(["10:00:00", "10:00:10"]);
  });
});

describe("a row of lost slots", () => {
  const row = { status: "missed", due_at: at(0), slot_from: at(0), slot_to: at(86_400), slot_count: 8_640, skip_reason: "server_down" } as const;
  const day = (f: ReturnType<typeof formatsFor>, seconds: number) => f.moment(T0 + seconds * 1000, Number.NaN);

  it("says how many, of what time and why", () => {
    const pt = formatsFor("pt-BR");
    expect(lostWords(row, AGENDA_MESSAGES["pt-BR"], pt)).toBe(
      `Perdeu 8.640 vezes, de ${day(pt, 0)} a ${day(pt, 86_400)}: o servidor estava fora do ar.`,
    );
    const en = formatsFor("en");
    const one = { ...row, status: "skipped", slot_count: 1, slot_to: at(0), skip_reason: "quiet_hours" } as const;
    expect(lostWords(one, AGENDA_MESSAGES.en, en)).toBe(`Skipped once, at ${day(en, 0)}: outside its active hours.`);
  });

  it("shows a reason that it does not know as it came", () => {
    expect(lostWords({ ...row, skip_reason: "eclipse" as "late" }, AGENDA_MESSAGES.en, formatsFor("en"))).toMatch(/: eclipse\.$/);
  });
});

/** A server whose answers come when the test lets them. */
class Asked {
  readonly questions: string[] = [];
  readonly states: PreviewState<string>[] = [];
  readonly #answers = new Map<string, { resolve: (answer: string) => void; reject: (reason: Error) => void }>();
  readonly preview = new Preview<string, string>(
    (question) => {
      this.questions.push(question);
      return new Promise((resolve, reject) => this.#answers.set(question, { resolve, reject }));
    },
    (state) => this.states.push(state),
  );

  async answer(question: string): Promise<void> {
    this.#answers.get(question)!.resolve(`slots of ${question}`);
    await vi.advanceTimersByTimeAsync(0);
  }

  async refuse(question: string): Promise<void> {
    this.#answers.get(question)!.reject(new Error("no"));
    await vi.advanceTimersByTimeAsync(0);
  }

  get last(): PreviewState<string> {
    return this.states.at(-1)!;
  }
}

describe("a preview while somebody types", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is asked for once they pause", () => {
    const asked = new Asked();
    for (const text of ["3", "30", "30m"]) {
      asked.preview.change(text);
      vi.advanceTimersByTime(PAUSE_MS - 1);
    }
    expect(asked.questions).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(asked.questions).toEqual(["30m"]);
  });

  it("is of the newest question, in whatever order the answers come", async () => {
    const asked = new Asked();
    for (const text of ["old", "new"]) {
      asked.preview.change(text);
      vi.advanceTimersByTime(PAUSE_MS);
    }
    await asked.answer("new");
    await asked.answer("old");
    expect(asked.last).toEqual({ asking: false, answer: "slots of new", error: null });
  });

  it("drops an answer to what is not in the form any more", async () => {
    const asked = new Asked();
    asked.preview.change("old");
    vi.advanceTimersByTime(PAUSE_MS);
    asked.preview.change("new");
    await asked.answer("old");
    expect(asked.last).toEqual({ asking: true, answer: null, error: null });
  });

  it("keeps the last answer beside a refusal, and tells nothing once it is stopped", async () => {
    const asked = new Asked();
    asked.preview.change("good", 0);
    vi.advanceTimersByTime(0);
    await asked.answer("good");
    asked.preview.change("bad", 0);
    vi.advanceTimersByTime(0);
    await asked.refuse("bad");
    expect(asked.last).toMatchObject({ asking: false, answer: "slots of good", error: new Error("no") });
    asked.preview.change("later");
    const told = asked.states.length;
    asked.preview.stop();
    vi.advanceTimersByTime(PAUSE_MS);
    expect(asked.questions).not.toContain("later");
    expect(asked.states).toHaveLength(told);
  });
});

describe("an entry of a seat's journal", () => {
  const said = (kind: string, detail: string) =>
    journalWords({ seq: 1, at: at(0), kind: kind as JournalKind, agent_id: "calm", display_name: "Nilo", detail }, AGENDA_MESSAGES["pt-BR"]);

  it.each([
    ["paused", "Nilo was paused.", "Saiu de licença", ""],
    ["paused", "Nilo was paused together with others.", "Saiu de licença com outros", ""],
    [
      "edited",
      "Nilo was edited: schedule.type 'interval' -> 'cron', schedule.value '30m' -> '0 9 * * 1-5'.",
      "Agenda: de “30m” para “0 9 * * 1-5”",
      "",
    ],
    [
      "edited",
      "Nilo was edited: schedule.value '30m' -> '1h', policies.priority 5 -> 8.",
      "Agenda: de “30m” para “1h”",
      "Nilo was edited: schedule.value '30m' -> '1h', policies.priority 5 -> 8.",
    ],
    ["edited", "Nilo was edited: policies.priority 5 -> 8.", "Regras da agenda mudadas", "Nilo was edited: policies.priority 5 -> 8."],
    ["edited", "Nilo was edited: title.", "Editado", "Nilo was edited: title."],
    ["server_started", "The server started.", "O servidor começou", ""],
    [
      "server_started",
      "The server started; the one before it, of 2026-11-26, did not stop in order: it was killed, or the machine went down.",
      "O servidor começou, depois de ser morto ou de a máquina cair",
      "",
    ],
    ["backfill", "3 of its slots were asked to run after all.", "Pedido de refazer horários passados", "3 of its slots were asked to run after all."],
    ["eclipse", "It was dark.", "eclipse", "It was dark."],
  ])("%s: %s", (kind, detail, what, more) => {
    expect(said(kind, detail)).toEqual([what, more]);
  });
});

describe("what is wrong with a field", () => {
  const pt = AGENDA_MESSAGES["pt-BR"].form.wrong;

  it("is judged at once where it needs nobody's word", () => {
    expect(judge(draft(), pt)).toEqual({});
    const wrong = { ...draft(), priority: "12", attempts: "", jitter: { amount: "-1", unit: "m" }, timezone: " " } as const;
    expect(judge(wrong, pt)).toEqual({
      priority: { own: "Precisa estar entre 1 e 9.", said: "" },
      max_attempts: { own: "Falta um valor.", said: "" },
      jitter_seconds: { own: "Não pode ser menos que zero.", said: "" },
      timezone: { own: "Falta um valor.", said: "" },
    });
  });

  it("is no mistake while nobody has said when", () => {
    expect(judge({ ...draft(), every: { amount: "", unit: "m" } }, pt)).toEqual({});
    expect(judge({ ...draft(), every: { amount: "0", unit: "m" } }, pt)).toHaveProperty("value");
  });

  it.each([
    ["the hour field '25' cannot be read: 25 is not between 0 and 23", "No campo hora, 25 não está entre 0 e 23."],
    ["the weekday field 'seg' cannot be read: 'seg' is not a number", "“seg” não é um dia da semana: use sun, mon, tue, wed, thu, fri ou sat."],
    ["is required", "Falta um valor."],
    ["must be at most 10", "O máximo é 10."],
    ["must be a whole number", "Precisa ser um número inteiro."],
  ])("is said in the reader's language: %s", (said, own) => {
    expect(inWords(said, pt)).toBe(own);
  });

  it("is left to the server where it is none of the frequent ones", () => {
    expect(inWords("the moon is in the wrong house", pt)).toBeNull();
  });
});

describe("lost slots of one minute", () => {
  const f = formatsFor("pt-BR");
  const row = { status: "missed", due_at: at(0), slot_from: at(0), slot_to: at(20), slot_count: 21, skip_reason: "late" } as const;

  it("are told to the second", () => {
    const second = (seconds: number) => f.momentSeconds(T0 + seconds * 1000, Number.NaN);
    expect(lostWords(row, AGENDA_MESSAGES["pt-BR"], f)).toContain(`de ${second(0)} a ${second(20)}`);
  });

  it("are no span when they are of one moment", () => {
    expect(lostWords({ ...row, slot_to: at(0) }, AGENDA_MESSAGES["pt-BR"], f)).not.toContain(" a ");
  });
});
