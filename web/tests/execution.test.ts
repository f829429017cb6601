import { describe, expect, it } from "vitest";

import { ApiError } from "../src/api";
import { attemptsOf, type PastAttempt, sharesOf, waitAfter, wantedAt } from "../src/execution/attempts";
import { activeRun } from "../src/execution/endpoints";
import { median, usualOf } from "../src/execution/medians";
import { EXECUTION_MESSAGES } from "../src/i18n/execution";
import { beginning, pieces, readingMinutes, slices, withoutVerdict, wordsIn } from "../src/text/report";
import { commandLine } from "../src/views/execution/facts";
import { keys } from "./keys";
import { at, done, T0, task } from "./rows";

describe("the words of an execution", () => {
  it("have one key set in both languages", () => {
    expect(keys(EXECUTION_MESSAGES.en)).toEqual(keys(EXECUTION_MESSAGES["pt-BR"]));
  });

  it("agree in number", () => {
    expect(EXECUTION_MESSAGES["pt-BR"].seenIn(1, "1")).toBe("Visto em 1 execução");
    expect(EXECUTION_MESSAGES.en.attempt(2)).toBe("2nd");
    expect(EXECUTION_MESSAGES.en.attempt(11)).toBe("11th");
  });
});

const VERDICT = '{"severity": "error", "summary": "A key.", "findings": [{"title": "x"}]}';
const fenced = (block: string, mark = "```") => `${mark}json\n${block}\n${mark}`;

describe("a report without its verdict", () => {
  it("loses the last block that states one, and what stands around it stays", () => {
    const text = `# Title\n${fenced('{"a": 1}')}\nwords\n${fenced(VERDICT)}\nbye\n`;
    expect(withoutVerdict(text)).toBe(`# Title\n${fenced('{"a": 1}')}\nwords\n\nbye`);
    expect(withoutVerdict(`${fenced(VERDICT)}\n\n${fenced(VERDICT, "~~~")}`)).toBe(fenced(VERDICT));
  });

  it("is empty when nothing else was said", () => {
    expect(withoutVerdict(`\n${fenced(VERDICT)}\n`)).toBe("");
    expect(withoutVerdict(VERDICT)).toBe("");
  });

  it("loses one that was quoted, not closed, or stands bare at the end", () => {
    expect(withoutVerdict(`a\n> \`\`\`json\n> ${VERDICT}\n> \`\`\``)).toBe("a");
    expect(withoutVerdict(`a\n\`\`\`json\n${VERDICT}`)).toBe("a");
    expect(withoutVerdict(`a\n${JSON.stringify(JSON.parse(VERDICT), null, 1)}\n`)).toBe("a");
  });

  it("keeps a text that states none", () => {
    for (const text of ["just words", fenced('{"severity": "low"}'), "a {\n} b", "```", `x ${VERDICT}`]) {
      expect(withoutVerdict(text)).toBe(text);
    }
  });

  it("takes time in proportion to its length", () => {
    for (const piece of ["{\n", "```\n", `${VERDICT}\n`, " ", ">", "{", "|", "| \n", "- "]) {
      const text = piece.repeat(30_000);
      expect(withoutVerdict(text).length).toBeLessThanOrEqual(text.length);
      expect(pieces(text).join("\n").length).toBeGreaterThanOrEqual(text.length);
    }
  });
});

describe("a long text", () => {
  it("is cut before headings or between paragraphs, never in a block of code", () => {
    const section = `## Part\n\n${"word ".repeat(30)}\n\n- a\n\n  b\n`;
    const code = `\`\`\`\n${"# no heading\n\n".repeat(40)}\`\`\`\n`;
    const text = `${section.repeat(10)}${code}${section}`;
    const found = pieces(text, 400);
    expect(found.join("\n")).toBe(text);
    expect(found.length).toBeGreaterThan(5);
    for (const piece of found) expect(piece.match(/```/g)?.length ?? 0).not.toBe(1);
    for (const piece of found.slice(1)) expect(piece).toMatch(/^## Part/);
    expect(pieces(`${"word ".repeat(100)}\n\n`.repeat(4), 400).length).toBe(4);
    expect(pieces("", 400)).toEqual([""]);
  });

  it("repeats the head of a table that is cut, and cuts a list between its items", () => {
    const table = `|a|b|\n|-|:-:|\n${"|1|2|\n".repeat(300)}`;
    const found = pieces(table, 400);
    expect(found.length).toBeGreaterThan(3);
    for (const piece of found) expect(piece).toMatch(/^\|a\|b\|\n\|-\|:-:\|\n\|1/);
    expect(found.join("\n").match(/\|1\|2\|/g)?.length).toBe(300);
    const items = pieces(`${"1. item\n   more of it\n".repeat(100)}`, 400);
    expect(items.length).toBeGreaterThan(3);
    for (const piece of items) expect(piece).toMatch(/^1\. item/);
  });

  it("begins with whole lines", () => {
    expect(beginning("abc\ndef\nghi", 9)).toBe("abc\ndef");
    expect(beginning("abc", 9)).toBe("abc");
    expect(beginning("a".repeat(50), 9)).toBe("a".repeat(9));
  });

  it("comes in slices that join to the whole, and cut no character", () => {
    const text = `${"x".repeat(25)}\nshort\n${"😀".repeat(12)}\n\nend`;
    const found = slices(text, 10);
    for (const slice of found) {
      expect(slice.length).toBeLessThanOrEqual(10);
      expect(slice).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
    }
    expect(found.join("").replaceAll("\n", "")).toBe(text.replaceAll("\n", ""));
    expect(slices("\n\n\n", 1).length).toBeLessThan(4);
    expect(slices("x\n".repeat(1_000)).map((slice) => slice.split("\n").length)).toEqual([400, 400, 201]);
    expect(slices("", 10)).toEqual([]);
  });

  it("is measured in words and minutes", () => {
    expect(wordsIn("  one two\n\nthree\t4 ")).toBe(4);
    expect(wordsIn("")).toBe(0);
    expect(readingMinutes(1)).toBe(1);
    expect(readingMinutes(660)).toBe(3);
  });
});

const past = (attempt: number, from: number, to: number): PastAttempt => ({
  attempt,
  started_at: at(from),
  ended_at: at(to),
  error_kind: "provider",
  error_cause: "overloaded",
  error: "529",
});

describe("the attempts of a run", () => {
  const twice = done({ trigger: "schedule", due_at: at(0), created_at: at(0), attempt: 2, max_attempts: 2, started_at: at(31), completed_at: at(69) });

  it("are told with the waits between them", () => {
    const attempts = attemptsOf(twice, [past(1, 1, 5)]);
    expect(attempts.map(({ from, to }) => [from, to])).toEqual([
      [T0 + 1_000, T0 + 5_000],
      [T0 + 31_000, T0 + 69_000],
    ]);
    expect(waitAfter(attempts, 0)).toBe(26_000);
    expect(waitAfter(attempts, 1)).toBeNull();
    expect(sharesOf(twice, attempts, T0).map(({ kind, ms }) => [kind, ms])).toEqual([
      ["queued", 1_000],
      ["ran", 4_000],
      ["waited", 26_000],
      ["ran", 38_000],
    ]);
  });

  it("are one span of time where an older server did not keep them", () => {
    const attempts = attemptsOf(twice, []);
    expect(attempts[0]).toMatchObject({ attempt: 1, from: null, failure: null });
    expect(sharesOf(twice, attempts, T0).map(({ kind, ms }) => [kind, ms])).toEqual([
      ["before", 31_000],
      ["ran", 38_000],
    ]);
  });

  it("go on while one runs, and while another one is waited for", () => {
    const runs = task({ status: "processing", trigger: "manual", created_at: at(0), attempt: 1, started_at: at(2) });
    expect(sharesOf(runs, attemptsOf(runs, []), T0 + 10_000).at(-1)).toMatchObject({ kind: "ran", ms: 8_000 });
    const waits = task({ status: "pending", trigger: "manual", created_at: at(0), attempt: 1, started_at: null, error_kind: "provider" });
    expect(sharesOf(waits, attemptsOf(waits, [past(1, 0, 4)]), T0 + 10_000).at(-1)).toEqual({ kind: "waited", ms: 6_000 });
    expect(attemptsOf(waits, [])[0]?.failure).toBe(waits);
  });

  it("are counted from the slot, or from when they were asked for", () => {
    const late = { due_at: at(-3_600), created_at: at(0) };
    expect(wantedAt(task({ ...late, trigger: "schedule" }))).toBe(T0 - 3_600_000);
    expect(wantedAt(task({ ...late, trigger: "catch_up" }))).toBe(T0);
  });
});

describe("what runs usually take", () => {
  it("is the middle of them, whatever is missing", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, null, 2])).toBe(2);
    expect(median([1, 2])).toBe(1.5);
    expect(median([null])).toBeNull();
    const runs = [done({ duration: 2, usage: { cost_usd: 0.02 } as never }), done({ duration: 4, usage: null })];
    expect(usualOf(runs)).toEqual({ runs: 2, ms: 3_000, costUsd: 0.02 });
  });
});

describe("a refused call", () => {
  it("names the run that stands in the way", () => {
    const detail = "The councilor 'ana' is at work already: execution 0123abc.";
    expect(activeRun(new ApiError(409, detail))).toBe("0123abc");
    expect(activeRun(new ApiError(409, "Something else."))).toBeNull();
    expect(activeRun(new ApiError(500, detail))).toBeNull();
  });
});

describe("a command", () => {
  it("is written as a shell would take it", () => {
    expect(commandLine(["sh", "-c", "echo 'it''s'", "a=b"])).toBe("sh -c 'echo '\\''it'\\'''\\''s'\\''' a=b");
  });
});
