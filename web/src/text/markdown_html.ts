/**
 * Markdown that others wrote as HTML of a few plain elements, from text alone: tags in it stay text,
 * pictures become their words, and links lead to the web or to a mailbox or are none. What is made of
 * it enters the page through `markdown.ts`, which sanitises it once more.
 *
 * Hostile text must not freeze the page: marked looks at some paragraphs again for each character, and
 * calls itself for each level of a list in a list. Both are bounded here.
 */
import { Lexer, Marked, type Token, type Tokens } from "marked";

import { isHonest } from "./link_words";

export interface MarkdownOptions {
  /** The level of its highest headings; the page's own stand above. */
  readonly heading: number;
  /** What stands where a picture would be. */
  picture(words: string, address: string): string;
}

/** A paragraph longer than this, or with more marks, is shown as it was written. */
export const LONGEST_PARAGRAPH = 3_000;
const MOST_MARKS = 300;
const MARK = /[*_~`[\]<]/g;
/** A line longer than this is no prose. */
export const LONGEST_LINE = 3_000;
const DEEPEST = 10;
const LOWEST_HEADING = 6;

const OPENS_DEEP = new RegExp(`^(?:[ \\t]*(?:>|[-*+](?=[ \\t])|\\d{1,9}[.)](?=[ \\t]))){${DEEPEST},}`);
const INDENT = /^[ \t]+/;
const DEEPEST_INDENT = 32;
const FENCE = /^ {0,3}(?:`{3,}|~{3,})/;
const BREAK = /^<br\s*\/?>/i;

/** For one text, in one piece or in several: the headings of a piece stand below those of the last. */
export function markdownToHtml(options: MarkdownOptions): (text: string) => string {
  const marked = markedFor(options);
  return (text) =>
    parts(text)
      .map((part) => (part.plain ? plainHtml(part.text) : partHtml(marked, part.text)))
      .join("\n");
}

function partHtml(marked: Marked, text: string): string {
  try {
    const lexer = new BoundedLexer(marked.defaults);
    return marked.parser(lexer.lex(text), marked.defaults);
  } catch {
    // Nested too deeply all the same.
    return plainHtml(text);
  }
}

/** Everything as it was written, with its lines. */
export function plainHtml(text: string): string {
  return `<pre>${escapeHtml(text.replace(/^\n+|\n+$/g, ""))}</pre>`;
}

class BoundedLexer extends Lexer {
  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    const isProse = source.length <= LONGEST_PARAGRAPH && (source.match(MARK)?.length ?? 0) <= MOST_MARKS;
    if (isProse) return super.inlineTokens(source, tokens);
    tokens.push({ type: "text", raw: source, text: source, escaped: false });
    return tokens;
  }
}

interface Part {
  readonly plain: boolean;
  readonly text: string;
}

/** The text with what is too long for a line taken out, and what is too deep made shallow. */
function parts(text: string): Part[] {
  const found: Part[] = [];
  let prose: string[] = [];
  let fenced = false;
  const end = () => {
    if (prose.length > 0) found.push({ plain: false, text: prose.join("\n") });
    prose = [];
  };
  for (const line of text.split("\n")) {
    if (FENCE.test(line)) fenced = !fenced;
    if (line.length > LONGEST_LINE && !fenced) {
      end();
      found.push({ plain: true, text: line });
    } else {
      prose.push(fenced ? line : shallow(line));
    }
  }
  end();
  return found;
}

function shallow(line: string): string {
  if (OPENS_DEEP.test(line)) return `\\${line.trimStart()}`;
  const indent = INDENT.exec(line)?.[0].length ?? 0;
  return indent > DEEPEST_INDENT ? line.slice(indent - DEEPEST_INDENT) : line;
}

function markedFor(options: MarkdownOptions): Marked {
  const levels = new Levels(options.heading);
  const marked = new Marked({ gfm: true, breaks: true });
  marked.use({
    tokenizer: {
      // A tag is text like any other; only a line break in a cell of a table has no other way.
      html: () => undefined,
      tag(source) {
        const found = BREAK.exec(source);
        return found ? ({ type: "br", raw: found[0] } as unknown as Tokens.Tag) : undefined;
      },
    },
    renderer: {
      heading({ tokens, depth }) {
        const tag = `h${levels.next(depth)}`;
        return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>\n`;
      },
      code: ({ text }) => `<pre><code>${escapeHtml(text)}</code></pre>\n`,
      codespan: ({ text }) => `<code>${escapeHtml(text)}</code>`,
      text(token) {
        const inner = "tokens" in token ? token.tokens : undefined;
        return inner ? this.parser.parseInline(inner) : escapeHtml(token.text, ENTITIES_KEPT);
      },
      checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
      image: ({ text, href }) => escapeHtml(options.picture(text.trim(), href)),
      link({ tokens, href }) {
        return linkHtml(this.parser.parseInline(tokens), href);
      },
    },
  });
  return marked;
}

/** Headings one below the other, whatever levels were written: none of them is left out. */
class Levels {
  readonly #open: number[] = [];

  constructor(private readonly highest: number) {}

  next(depth: number): number {
    while (this.#open.length > 0 && this.#open.at(-1)! >= depth) this.#open.pop();
    this.#open.push(depth);
    return Math.min(this.highest + this.#open.length - 1, LOWEST_HEADING);
  }
}

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** A label that names another address than the one it leads to is told apart from it. */
function linkHtml(label: string, href: string): string {
  const address = webAddress(href);
  if (address === null) return href && label !== escapeHtml(href) ? `${label} (${escapeHtml(href)})` : label;
  const link = `<a href="${escapeHtml(address)}">${label}</a>`;
  return isHonest(label, address) ? link : `${link} (${escapeHtml(address)})`;
}

function webAddress(href: string): string | null {
  const found = URL.canParse(href) ? new URL(href) : null;
  return found && SCHEMES.has(found.protocol) ? found.href : null;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const ENTITIES_KEPT = /[<>"']|&(?!#\d{1,7};|#x[\da-f]{1,6};|\w+;)/gi;

function escapeHtml(text: string, unsafe: RegExp = /[&<>"']/g): string {
  return text.replace(unsafe, (found) => ESCAPES[found]!);
}
