/** What an agent answered, as it is read: without the block that states its verdict, in pieces, in numbers. */

const FENCE = /^[ \t>]*(`{3,}|~{3,})([^\n]*)$/gm;
const BARE_OBJECT = /^\{/gm;
const STATES_A_VERDICT = [/["“]severity["”]\s*:/, /["“]summary["”]\s*:/] as const;

/** The text without its last report block: the page shows the verdict that it states. */
export function withoutVerdict(text: string): string {
  const block = fencedVerdict(text) ?? bareVerdict(text);
  if (block === null) return text;
  return `${text.slice(0, block.start).trimEnd()}\n\n${text.slice(block.end).trimStart()}`.trim();
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function fencedVerdict(text: string): Span | null {
  let found: Span | null = null;
  let open: { readonly start: number; readonly inside: number; readonly mark: string } | null = null;
  for (const fence of text.matchAll(FENCE)) {
    const [whole, mark = "", info = ""] = fence;
    const end = fence.index + whole.length;
    if (open === null) {
      open = { start: fence.index, inside: end, mark };
    } else if (mark.startsWith(open.mark) && info.trim() === "") {
      if (isVerdict(text.slice(open.inside, fence.index))) found = { start: open.start, end };
      open = null;
    }
  }
  // One that nobody closed goes on to the end.
  if (open !== null && isVerdict(text.slice(open.inside))) found = { start: open.start, end: text.length };
  return found;
}

/** Without a fence it is the last thing of the text. */
function bareVerdict(text: string): Span | null {
  const end = text.trimEnd();
  if (!end.endsWith("}")) return null;
  const starts = [...end.matchAll(BARE_OBJECT)].slice(-MOST_TRIED).map((brace) => brace.index);
  const start = starts.findLast((at) => isVerdict(end.slice(at)) && isJson(end.slice(at)));
  return start === undefined ? null : { start, end: text.length };
}

const MOST_TRIED = 20;

function isVerdict(block: string): boolean {
  return STATES_A_VERDICT.every((key) => key.test(block));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As much as is shown as Markdown; the rest is read as it was written. */
export const FORMATTED_CHARACTERS = 100_000;
const PIECE_CHARACTERS = 6_000;

/** The beginning of a long text, up to the end of a line. */
export function beginning(text: string, characters = FORMATTED_CHARACTERS): string {
  if (text.length <= characters) return text;
  const lineEnd = text.lastIndexOf("\n", characters);
  return text.slice(0, lineEnd > characters / 2 ? lineEnd : characters);
}

const FENCE_LINE = /^ {0,3}(?:`{3,}|~{3,})/;
const HEADING = /^#{1,6} /;
const ITEM = /^(?:[-*+]|\d{1,9}[.)]) /;
/** The line below the head of a table. */
const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+$/;

/**
 * Cut where Markdown may be cut: before a heading; after a blank line, before an item of a list or in a
 * table, whose head is then repeated, when there is no heading for long. Never in a block of code.
 */
export function pieces(text: string, characters = PIECE_CHARACTERS): string[] {
  const found: string[] = [];
  let lines: string[] = [];
  let length = 0;
  let fenced = false;
  let head: readonly string[] = [];
  for (const line of text.split("\n")) {
    const before = lines.at(-1);
    if (!line.includes("|")) head = [];
    const mayCut = head.length > 0 || ITEM.test(line) || isLoose(before, line);
    if (!fenced && ((mayCut && length > characters) || (HEADING.test(line) && length > characters / 2))) {
      found.push(lines.join("\n"));
      lines = [...head];
      length = 0;
    }
    if (before?.includes("|") && line.length < LONGEST_RULE && TABLE_RULE.test(line)) head = [before, line];
    if (FENCE_LINE.test(line)) fenced = !fenced;
    lines.push(line);
    length += Math.max(line.length, LEAST_LINE);
  }
  return [...found, lines.join("\n")];
}

/** A row of a table is work, however short. */
const LEAST_LINE = 40;
const LONGEST_RULE = 2_000;

/** Neither in a paragraph, nor in an item of a list. */
function isLoose(before: string | undefined, line: string): boolean {
  return before?.trim() === "" && line.trim() !== "" && !/^\s/.test(line);
}

const SLICE_LINES = 400;

/** Parts of a size that a browser lays out at once, whatever the lengths of the lines. */
export function slices(text: string, characters = 16_000): string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = sliceEnd(text, start, characters);
    found.push(text.slice(start, end));
    // The end of the line is the end of its element.
    start = text[end] === "\n" ? end + 1 : end;
  }
  return found;
}

/** At the end of a line, or within one that is longer than a slice. */
function sliceEnd(text: string, start: number, characters: number): number {
  const limit = start + characters;
  let end = -1;
  for (let lines = 0; lines < SLICE_LINES; lines += 1) {
    const lineEnd = text.indexOf("\n", Math.max(end + 1, start));
    if (lineEnd === -1 && text.length <= limit) return text.length;
    if (lineEnd === -1 || lineEnd > limit) break;
    end = lineEnd;
  }
  if (end !== -1) return end;
  const half = text.charCodeAt(limit);
  return half >= 0xdc00 && half <= 0xdfff ? limit - 1 : limit;
}

const WORDS_A_MINUTE = 220;

export function wordsIn(text: string): number {
  let count = 0;
  let within = false;
  for (let at = 0; at < text.length; at += 1) {
    const blank = text.charCodeAt(at) <= 32;
    if (within && blank) count += 1;
    within = !blank;
  }
  return within ? count + 1 : count;
}

export function readingMinutes(words: number): number {
  return Math.max(1, Math.round(words / WORDS_A_MINUTE));
}
