/**
 * The way back from `untrusted.ts`: a form shows what cannot be seen by its name, and what it sends is
 * the text itself, or the names would end in a prompt.
 */
import { readable } from "./untrusted";

const NAMED = /⟨U\+([\dA-F]{4,5})⟩/g;

/** The value with every such name in its strings turned back; other names stay as they are. */
export function asWritten<Value>(value: Value): Value {
  const texts = (_: string, each: unknown) => (typeof each === "string" ? each.replace(NAMED, character) : each);
  return value === undefined ? value : (JSON.parse(JSON.stringify(value), texts) as Value);
}

function character(name: string, code: string): string {
  const meant = String.fromCodePoint(Number.parseInt(code, 16));
  return readable(meant) === name ? meant : name;
}
