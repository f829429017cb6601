import { describe, expect, it } from "vitest";

import { readable, readJson } from "../src/text/untrusted";

describe("text from others", () => {
  it("loses a terminal's colours and other orders, and nothing else", () => {
    expect(readable("\x1b[31mred\x1b[0m and \x1b[1;38;5;208mbold\x1b[m")).toBe("red and bold");
    expect(readable("\x1b]0;a title\x07text\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\")).toBe("textlink");
    expect(readable("\x1b[2K\x1b(Bdone\x1b=")).toBe("done");
  });

  it("keeps what stands behind an order without an end", () => {
    expect(readable("\x1b]0;no end, so all of this is shown")).toContain("no end, so all of this is shown");
    expect(readable("50% \x1b[12")).toContain("50% ");
  });

  it("names what would turn the text around or cannot be seen", () => {
    expect(readable("photo_\u202egpj.exe")).toBe("photo_⟨U+202E⟩gpj.exe");
    expect(readable("pass\u200bword \u2066x\u2069")).toBe("pass⟨U+200B⟩word ⟨U+2066⟩x⟨U+2069⟩");
    expect(readable("\u{e0041}hidden")).toBe("⟨U+E0041⟩hidden");
    expect(readable("a\0b\x08c\x7f")).toBe("a␀b␈c␡");
  });

  it("leaves languages, emoji and layout as they are", () => {
    const text = "Otávia 🔐 👩‍🔬 é שלום\n\tfoo  bar";
    expect(readable(text)).toBe(text);
  });

  it("shows every line that a carriage return would write over another", () => {
    expect(readable("one\r\ntwo\rthree")).toBe("one\ntwo\nthree");
  });

  it("takes time in proportion to its length, however hostile", () => {
    // Each of these made a naive pattern look at the rest again for every character.
    for (const piece of ["\x1b[", "\x1b]", "\x1b[0;", "\x1bP\x1b", "\u202e"]) {
      expect(readable(`${piece.repeat(200_000)}\nlast`).endsWith("\nlast")).toBe(true);
    }
  });
});

describe("JSON from the server", () => {
  it("has every string made readable, however it was escaped", () => {
    const raw = '{"a": ["\\u001b[31mx\\u001b[0m", "y\u202ez"], "b": {"c": "\\u202e"}, "n": 1}';
    expect(readJson(raw)).toEqual({ a: ["x", "y⟨U+202E⟩z"], b: { c: "⟨U+202E⟩" }, n: 1 });
  });

  it("is otherwise what JSON.parse gives", () => {
    const value = { text: "plain\nlines\t“é”", list: [1, null, true], nested: { deep: "x" } };
    expect(readJson(JSON.stringify(value))).toEqual(value);
    expect(() => readJson("{")).toThrow(SyntaxError);
  });
});
