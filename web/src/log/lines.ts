/**
 * The lines of a live log: what each of them is, and the newest of them, however long the log.
 *
 * An agent's log is made by the server from its events: a tool line begins with its own sign, the
 * server's and the agent's notices stand in brackets, the rest is what the agent said.
 */
import { readable } from "../text/untrusted";

export type LineKind = "text" | "code" | "asked" | "done" | "failed" | "denied" | "note";

export interface Line {
  readonly kind: LineKind;
  readonly text: string;
  /** Characters that were left off its end. */
  readonly cut: number;
}

const SIGNS: Readonly<Record<string, LineKind>> = { "→": "asked", "✓": "done", "✗": "failed", "⊘": "denied" };
/** The kind says it, in the reader's language. */
const FENCE = /^ {0,3}```/;
const NOT_ALLOWED = " (not allowed)";

export const LINES_KEPT = 2_000;
/** A browser lays out so much of wrapped text before anybody notices. */
export const CHARACTERS_KEPT = 200_000;
const BLOCK = 100;
const BLOCK_CHARACTERS = 20_000;
export const LONGEST_LINE = 4_000;

/** `fenced`: it stands between the fences of a block of code. */
export function lineOf(raw: string, { cut = 0, fenced = false } = {}): Line {
  const text = readable(raw);
  const kind = raw[1] === " " ? SIGNS[raw[0] ?? ""] : undefined;
  if (kind === undefined) return { kind: saidKind(text, fenced), text, cut };
  const said = text.slice(2);
  const denial = kind === "denied" && said.endsWith(NOT_ALLOWED);
  return { kind, text: denial ? said.slice(0, -NOT_ALLOWED.length) : said, cut };
}

function saidKind(text: string, fenced: boolean): LineKind {
  if (fenced || FENCE.test(text)) return "code";
  return text.startsWith("[") && text.endsWith("]") ? "note" : "text";
}

/** Lines that stay together: a block that is full never changes again. */
export interface Block {
  /** Number of its first line in the log, from 0. */
  readonly first: number;
  readonly lines: readonly Line[];
  readonly characters: number;
}

export interface Tail {
  readonly blocks: readonly Block[];
  /** The line that has no end yet; null when there is none. */
  readonly open: Line | null;
  /** Lines so far, those that were dropped included. */
  readonly count: number;
  readonly dropped: number;
}

/** Takes text in pieces of any size and keeps the newest lines: so many, so much of text, each within bounds. */
export class LogTail {
  #blocks: Block[] = [];
  #count = 0;
  #characters = 0;
  #open = "";
  #cut = 0;
  #fenced = false;

  push(piece: string): void {
    let start = 0;
    for (let end = piece.indexOf("\n"); end !== -1; end = piece.indexOf("\n", start)) {
      this.#extend(piece.slice(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#extend(piece.slice(start));
  }

  tail(): Tail {
    return {
      blocks: [...this.#blocks],
      open: this.#open === "" ? null : lineOf(this.#open, { cut: this.#cut, fenced: this.#fenced }),
      count: this.#count,
      dropped: this.#blocks[0]?.first ?? 0,
    };
  }

  #extend(part: string): void {
    const kept = part.slice(0, LONGEST_LINE - this.#open.length);
    this.#open += kept;
    this.#cut += part.length - kept.length;
  }

  #endLine(): void {
    const line = lineOf(this.#open.replace(/\r$/, ""), { cut: this.#cut, fenced: this.#fenced });
    // A tool is called between two messages: no block of code goes on behind it.
    if (line.kind !== "code") this.#fenced = false;
    else if (FENCE.test(line.text)) this.#fenced = !this.#fenced;
    const last = this.#blocks.at(-1);
    const characters = line.text.length;
    if (last && last.lines.length < BLOCK && last.characters < BLOCK_CHARACTERS) {
      const grown = { first: last.first, lines: [...last.lines, line], characters: last.characters + characters };
      this.#blocks[this.#blocks.length - 1] = grown;
    } else {
      this.#blocks.push({ first: this.#count, lines: [line], characters });
    }
    this.#count += 1;
    this.#characters += characters;
    this.#open = "";
    this.#cut = 0;
    this.#forget();
  }

  #forget(): void {
    while (this.#blocks.length > 1 && (this.#kept > LINES_KEPT || this.#characters > CHARACTERS_KEPT)) {
      this.#characters -= this.#blocks.shift()!.characters;
    }
  }

  get #kept(): number {
    return this.#count - this.#blocks[0]!.first;
  }
}
