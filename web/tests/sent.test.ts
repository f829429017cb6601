import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createAgent, editSeat, previewSchedule, promote } from "../src/seat/api";
import { asWritten } from "../src/text/as_written";
import { readJson } from "../src/text/untrusted";

const sent: string[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    sent.push(body);
    response.end("{}");
  });
});

beforeEach(async () => {
  sent.length = 0;
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const ownFetch = globalThis.fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => ownFetch(`http://127.0.0.1:${port}${path}`, init));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const UNSEEN = ["\u200b", "\u200e", "\u061c", "\u202e", "\u2066", "\ufeff", "\u0085", "\u{e0041}"];

describe("what a form sends", () => {
  it("is the text that the server had, where the form names what cannot be seen", async () => {
    const had = { task: { prompt: `a${UNSEEN.join("b")}c`, context_files: ["\u200bx"] }, title: "t", on: true, none: null };
    const shown = readJson(JSON.stringify(had)) as typeof had;
    expect(shown.task.prompt).toContain("a⟨U+200B⟩b");
    await editSeat("ana", shown);
    await promote("ana", shown, "key");
    await createAgent(shown, "key");
    expect(sent.map((body) => JSON.parse(body))).toEqual([had, had, had]);
    await previewSchedule({ schedule: shown }, 3);
    expect(JSON.parse(sent[3]!)).toEqual({ schedule: had, count: 3 });
  });

  it("keeps what only looks like such a name", () => {
    const words = "⟨U+0041⟩ ⟨U+200b⟩ ⟨U+FFFFF⟩ ⟨U+000A⟩ U+200B ⟨x⟩ ␀";
    expect(asWritten(words)).toBe(words);
    expect(asWritten(undefined)).toBeUndefined();
  });
});
