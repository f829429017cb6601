import { afterEach, describe, expect, it, vi } from "vitest";

import { type Ending, type Frame, FrameReader, openLine } from "../src/line";

describe("a frame", () => {
  const SENT = 'retry: 5000\n\nid: a-1\nevent: councilor_execution\ndata: {"seq":1}\n\nevent: heartbeat\r\ndata:{}\r\n\r\n: air\n\ndata: one\ndata: two\n\n';
  const READ: Frame[] = [
    { type: "councilor_execution", data: '{"seq":1}', id: "a-1" },
    { type: "heartbeat", data: "{}", id: "" },
    { type: "message", data: "one\ntwo", id: "" },
  ];

  it.each([1, 2, 7, 1_000])("is read whole, however the text is split (%i characters at a time)", (size) => {
    const reader = new FrameReader();
    const read: Frame[] = [];
    for (let at = 0; at < SENT.length; at += size) read.push(...reader.push(SENT.slice(at, at + size)));
    expect(read).toEqual(READ);
  });

  it("without an end is not kept for ever", () => {
    const reader = new FrameReader();
    const mebibyte = "x".repeat(1 << 20);
    expect(() => {
      for (let times = 0; times < 5; times += 1) reader.push(mebibyte);
    }).toThrow(RangeError);
  });
});

describe("a line", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** What is told of an answer, in order. */
  async function told(answer: Response | Error): Promise<unknown[]> {
    vi.stubGlobal("fetch", async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
    const heard: unknown[] = [];
    await new Promise<void>((resolve) => {
      openLine("/stream", {
        opened: () => heard.push("opened"),
        frame: ({ type }) => heard.push(type),
        ended: (ending: Ending) => {
          heard.push(ending);
          resolve();
        },
      });
    });
    return heard;
  }

  const stream = (...chunks: string[]): Response => {
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
  };

  it("is open with its first bytes, tells each frame, and ends once", async () => {
    const ended = { status: 200, retryAfterMs: null };
    expect(await told(stream("retry: 5000\n\nevent: heart", "beat\ndata: {}\n\n"))).toEqual(["opened", "heartbeat", ended]);
    expect(await told(stream())).toEqual([ended]);
  });

  it.each([
    [401, {}, null],
    [403, {}, null],
    [429, { "Retry-After": "7" }, 7_000],
    [500, {}, null],
    [502, { "Content-Type": "text/html" }, null],
    [200, { "Content-Type": "text/html" }, null],
    [200, {}, null],
  ])("that is refused with %i %o says so and was never open", async (status, headers, retryAfterMs) => {
    const body = "<!doctype html><h1>Bad Gateway</h1>";
    expect(await told(new Response(body, { status, headers: { ...headers } }))).toEqual([{ status, retryAfterMs }]);
  });

  it("ends where the network does", async () => {
    expect(await told(new TypeError("Failed to fetch"))).toEqual([{ status: 0, retryAfterMs: null }]);
  });
});
