/**
 * What others wrote, made fit to be read: it can neither paint, hide nor turn around what stands
 * beside it. Colours of a terminal go; control characters and those that change the direction of
 * text or cannot be seen are named. Everything that enters the page passes here once.
 */

/** Terminal sequences: CSI, then OSC and its like with their end, then the short ones. */
const TERMINAL = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])/g;
const LINE_END = /\r\n?/g;
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
/** C1 controls, direction marks, characters without a width, and the invisible tag alphabet. */
const UNSEEN = /[\x80-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\udb40[\udc00-\udc7f]/g;
/** Where none of these stands in a JSON text, none of the above can stand in its strings. */
const SUSPECT = /\\[ubfr]|[\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\udb40/;

export function readable(text: string): string {
  return text
    .replace(TERMINAL, "")
    .replace(LINE_END, "\n")
    .replace(CONTROL, (found) => String.fromCodePoint(found === "\x7f" ? 0x2421 : 0x2400 + found.charCodeAt(0)))
    .replace(UNSEEN, (found) => `⟨U+${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`);
}

/** The value of a JSON text, every string in it readable. Throws SyntaxError as JSON.parse does. */
export function readJson(text: string): unknown {
  if (!SUSPECT.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_, value: unknown) => (typeof value === "string" ? readable(value) : value));
}
