import { describe, expect, it } from "vitest";

import { LogFollower, type LogPorts, type LogState } from "../src/log/follow";
import { CHARACTERS_KEPT, type Line, LINES_KEPT, lineOf, LogTail, LONGEST_LINE, type Tail } from "../src/log/lines";

function linesOf(tail: Tail): Line[] {
  return tail.blocks.flatMap((block) => block.lines);
}

function texts(tail: Tail): string[] {
  return linesOf(tail).map((line) => line.text);
}

describe("a line of a log", () => {
  it.each([
    ["→ Read README.md", "asked", "Read README.md"],
    ["✓ Read README.md", "done", "Read README.md"],
    ["✗ Bash Exit code 1", "failed", "Bash Exit code 1"],
    ["⊘ Bash touch x (not allowed)", "denied", "Bash touch x"],
    ["[conselho: log cut at 16 bytes]", "note", "[conselho: log cut at 16 bytes]"],
    ["→Read", "text", "→Read"],
    ["It said → Read", "text", "It said → Read"],
    ["", "text", ""],
  ])("%j is %s", (raw, kind, text) => {
    expect(lineOf(raw)).toEqual({ kind, text, cut: 0 });
  });

  it("cannot bring a terminal's orders along", () => {
    expect(lineOf("→ Bash \x1b[2Jx\u202ey").text).toBe("Bash x⟨U+202E⟩y");
  });
});

describe("the tail of a log", () => {
  it("is the same in whatever pieces the text comes", () => {
    const text = "one\r\ntwo\n\n→ Read a\nopen";
    const whole = new LogTail();
    whole.push(text);
    const pieces = new LogTail();
    for (const letter of text) pieces.push(letter);
    expect(pieces.tail()).toEqual(whole.tail());
    expect(texts(whole.tail())).toEqual(["one", "two", "", "Read a"]);
    expect(whole.tail().open?.text).toBe("open");
  });

  it("keeps the newest lines and counts what it dropped", () => {
    const log = new LogTail();
    const total = 3 * LINES_KEPT + 17;
    for (let at = 0; at < total; at += 1) log.push(`line ${at}\n`);
    const tail = log.tail();
    const kept = texts(tail);
    expect(kept.length).toBeLessThanOrEqual(LINES_KEPT);
    expect(kept.length).toBeGreaterThan(LINES_KEPT * 0.85);
    expect(kept.at(-1)).toBe(`line ${total - 1}`);
    expect(kept[0]).toBe(`line ${tail.dropped}`);
    expect(tail.count).toBe(total);
  });

  it("bounds a line without an end and says how much is missing", () => {
    const log = new LogTail();
    for (let at = 0; at < 500; at += 1) log.push("x".repeat(1_000));
    expect(log.tail().open?.text.length).toBe(LONGEST_LINE);
    log.push("\nnext\n");
    expect(linesOf(log.tail())[0]?.cut).toBe(500_000 - LONGEST_LINE);
    expect(texts(log.tail())[1]).toBe("next");
  });

  it("keeps less of them when they are long", () => {
    const log = new LogTail();
    for (let at = 0; at < 500; at += 1) log.push(`${"x".repeat(LONGEST_LINE)}\n`);
    const kept = texts(log.tail()).join("");
    expect(kept.length).toBeGreaterThan(CHARACTERS_KEPT * 0.85);
    expect(kept.length).toBeLessThanOrEqual(CHARACTERS_KEPT);
  });

  it("leaves a full block untouched, so that it is not shown anew", () => {
    const log = new LogTail();
    for (let at = 0; at < 250; at += 1) log.push("x\n");
    const before = log.tail();
    log.push("y\n");
    expect(log.tail().blocks[0]).toBe(before.blocks[0]);
    expect(before.blocks[2]?.lines.length).toBe(50);
  });

  it("tells code from prose, up to the next tool", () => {
    const log = new LogTail();
    log.push("Look:\n```json\n{}\n```\nDone.\n```\nunclosed\n✓ Read a\nprose\n");
    expect(linesOf(log.tail()).map((line) => line.kind)).toEqual([
      "text", "code", "code", "code", "text", "code", "code", "done", "text",
    ]);
  });
});

/** A log on a server: connections that give what is there and then end or break. */
class Served {
  readonly asked: (number | null)[] = [];
  readonly states: string[] = [];
  text = "";
  skipped = 0;
  ended = false;
  refusal: Error | null = null;
  /** Where an answer begins that was asked for the end of the log. */
  tailStart = 0;
  /** Called at each wait: the log grows, the run ends, or the test has seen enough. */
  waits: (() => void)[] = [];
  follower: LogFollower;

  constructor(readonly bytes: () => Uint8Array, readonly breaksAt: number[] = []) {
    const ports: LogPorts = {
      open: async (offset) => {
        this.asked.push(offset);
        if (this.refusal) throw this.refusal;
        const start = offset ?? this.tailStart;
        const end = this.breaksAt.shift();
        const all = this.bytes();
        const stream = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(all.slice(start, end));
            if (end === undefined) controller.close();
            else setTimeout(() => controller.error(new Error("lost")));
          },
        });
        return { start, stream };
      },
      onText: (text) => {
        this.text += text;
      },
      onSkipped: (bytes) => {
        this.skipped = bytes;
      },
      onState: ({ kind }: LogState) => this.states.push(kind),
      ended: () => this.ended,
      isRefusal: (error) => error === this.refusal,
      wait: async () => {
        const next = this.waits.shift();
        if (next) next();
        else this.follower.stop();
      },
    };
    this.follower = new LogFollower(ports);
  }
}

const encoded = (text: string) => new TextEncoder().encode(text);

describe("following a log", () => {
  it("reads an ended one once", async () => {
    const served = new Served(() => encoded("all\n"));
    served.ended = true;
    await served.follower.run();
    expect(served.text).toBe("all\n");
    expect(served.asked).toEqual([null]);
    expect(served.states).toEqual(["reading", "complete"]);
  });

  it("goes on at the byte where the line broke, in the middle of a letter too", async () => {
    const whole = encoded("açaí\n");
    const served = new Served(() => whole, [2]);
    served.ended = true;
    served.waits = [() => undefined];
    await served.follower.run();
    expect(served.asked).toEqual([null, 2]);
    expect(served.text).toBe("açaí\n");
    expect(served.states).toEqual(["reading", "lost", "reading", "complete"]);
  });

  it("asks once more after the run has ended, for its last words", async () => {
    let log = "started\n";
    const served = new Served(() => encoded(log));
    served.waits = [
      () => {
        log += "last words\n";
        served.ended = true;
      },
    ];
    await served.follower.run();
    expect(served.text).toBe("started\nlast words\n");
  });

  it("begins near the end of a long one, and tells how much is before that", async () => {
    const served = new Served(() => encoded("first\nlast\n"), [8]);
    served.tailStart = 6;
    served.ended = true;
    served.waits = [() => undefined];
    await served.follower.run();
    expect(served.skipped).toBe(6);
    expect(served.text).toBe("last\n");
    expect(served.asked).toEqual([null, 8]);
  });

  it("does not ask again by itself where it is refused, and does when it is told to", async () => {
    const served = new Served(() => encoded("x\n"));
    served.ended = true;
    served.refusal = new Error("gone");
    await served.follower.run();
    expect(served.states).toEqual(["reading", "refused"]);
    served.refusal = null;
    await served.follower.run();
    expect(served.states.at(-1)).toBe("complete");
    expect(served.text).toBe("x\n");
  });

  it("says nothing any more once it is stopped", async () => {
    const served = new Served(() => encoded("x\n"), [1]);
    await served.follower.run();
    expect(served.states).toEqual(["reading", "lost"]);
  });
});
