import { describe, expect, it } from "vitest";

import { LogFollower, type LogPorts, type LogState, UNASKED_BYTES } from "../src/log/follow";
import { type Line, LINES_KEPT, lineOf, LogTail, LONGEST_LINE, type Tail } from "../src/log/lines";

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

  it("leaves a full block untouched, so that it is not shown anew", () => {
    const log = new LogTail();
    for (let at = 0; at < 250; at += 1) log.push("x\n");
    const before = log.tail();
    log.push("y\n");
    expect(log.tail().blocks[0]).toBe(before.blocks[0]);
    expect(before.blocks[1]?.lines.length).toBe(50);
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
  readonly asked: number[] = [];
  readonly states: LogState[] = [];
  text = "";
  ended = false;
  /** Called at each wait: the log grows, the run ends, or the test has seen enough. */
  waits: (() => void)[] = [];
  follower: LogFollower;

  constructor(readonly bytes: () => Uint8Array, readonly breaksAt: number[] = []) {
    const ports: LogPorts = {
      open: async (offset) => {
        this.asked.push(offset);
        const end = this.breaksAt.shift();
        const all = this.bytes();
        return new ReadableStream({
          start(controller) {
            controller.enqueue(all.slice(offset, end));
            if (end === undefined) controller.close();
            else setTimeout(() => controller.error(new Error("lost")));
          },
        });
      },
      onText: (text) => {
        this.text += text;
      },
      onState: (state) => this.states.push(state),
      ended: () => this.ended,
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
    expect(served.asked).toEqual([0]);
    expect(served.states).toEqual(["reading", "complete"]);
  });

  it("goes on at the byte where the line broke, in the middle of a letter too", async () => {
    const whole = encoded("açaí\n");
    const served = new Served(() => whole, [2]);
    served.ended = true;
    served.waits = [() => undefined];
    await served.follower.run();
    expect(served.asked).toEqual([0, 2]);
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

  it("stops in a long one that has ended, and goes on when asked", async () => {
    const long = encoded("x".repeat(UNASKED_BYTES + 10));
    const served = new Served(() => long);
    served.ended = true;
    await served.follower.run();
    expect(served.states.at(-1)).toBe("paused");
    await served.follower.resume();
    expect(served.states.at(-1)).toBe("complete");
    expect(served.text.length).toBe(long.length);
  });

  it("says nothing any more once it is stopped", async () => {
    const served = new Served(() => encoded("x\n"), [1]);
    await served.follower.run();
    expect(served.states).toEqual(["reading", "lost"]);
  });
});
