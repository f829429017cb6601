/**
 * Markdown that others wrote, as elements of the page. The one place where text becomes markup: only
 * what stands in these two lists gets through, whatever was written and whatever marked made of it.
 */
import createPurifier, { type Config } from "dompurify";

import { type MarkdownOptions, markdownToHtml } from "./markdown_html";

const PLAIN = ["start", "align"];

const ALLOWED: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: [
    ...["h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br"],
    ...["table", "thead", "tbody", "tr", "th", "td", "em", "strong", "del", "a", "#text"],
  ],
  ALLOWED_ATTR: ["href", ...PLAIN],
  // The others would have to be addresses too.
  ADD_URI_SAFE_ATTR: PLAIN,
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  RETURN_DOM_FRAGMENT: true,
};

/** Each of these takes its direction from its own words: one line cannot turn the next around. */
const BLOCKS = "p, li, h3, h4, h5, h6, pre, th, td, blockquote";

const purifier = createPurifier(typeof window === "undefined" ? undefined : window);

export type MarkdownWords = Partial<MarkdownOptions>;

/** For one text, in one piece or in several. */
export function markdownRenderer(words: MarkdownWords = {}): (text: string) => DocumentFragment {
  const toHtml = markdownToHtml({ heading: 4, picture: pictureWords, ...words });
  return (text) => finished(purifier.sanitize(toHtml(text), ALLOWED));
}

function finished(fragment: DocumentFragment): DocumentFragment {
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const block of fragment.querySelectorAll(BLOCKS)) block.setAttribute("dir", "auto");
  // What is wider than the page scrolls in a box of its own, by keyboard too.
  for (const code of fragment.querySelectorAll<HTMLElement>("pre:has(code)")) code.tabIndex = 0;
  for (const table of fragment.querySelectorAll("table")) {
    const box = document.createElement("div");
    box.className = "wide";
    box.tabIndex = 0;
    table.replaceWith(box);
    box.append(table);
  }
  return fragment;
}

function pictureWords(words: string, address: string): string {
  return words ? `${words} (${address})` : address;
}
