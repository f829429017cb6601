/**
 * How well an entry answers a query. Every word of the query must be found: at the beginning of a word,
 * inside one, or as letters in their order from the beginning of a word on ("exot" finds "executar
 * otávia"). Earlier and whole words count more; the label counts more than what else is known.
 */
import { folded } from "../text/search";

export interface Entry {
  readonly label: string;
  /** Other words for it, found but not shown. */
  readonly also?: string;
  /** Below 1 it stands behind what answers as well. */
  readonly weight?: number;
}

export interface Prepared<Item extends Entry> {
  readonly item: Item;
  readonly label: string;
  readonly also: string;
}

export function prepared<Item extends Entry>(items: readonly Item[]): Prepared<Item>[] {
  return items.map((item) => ({ item, label: folded(item.label), also: folded(item.also ?? "") }));
}

/** The best `limit` answers, best first; of equal ones the earlier entry. */
export function ranked<Item extends Entry>(all: readonly Prepared<Item>[], query: string, limit: number): Item[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  const found: { item: Item; score: number }[] = [];
  for (const each of all) {
    const score = scoreOf(each, words);
    if (score > 0) found.push({ item: each.item, score });
  }
  return found
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ item }) => item);
}

function scoreOf({ item, label, also }: Prepared<Entry>, words: readonly string[]): number {
  let total = 0;
  for (const word of words) {
    const score = Math.max(matched(word, label), matched(word, also) / 2);
    if (score === 0) return 0;
    total += score;
  }
  // Of two that match alike the shorter one is meant.
  return total * (item.weight ?? 1) - Math.min(label.length, 100) / 100;
}

function matched(word: string, text: string): number {
  const at = placeOf(word, text);
  if (at === 0) return text.length === word.length ? 120 : 100;
  if (at > 0 && isStart(text, at)) return 90;
  if (at > 0) return 50;
  return lettersIn(word, text) ? 20 : 0;
}

/** Where `word` stands, the beginning of a word before any other place. */
function placeOf(word: string, text: string): number {
  let at = text.indexOf(word);
  for (let next = at; next >= 0; next = text.indexOf(word, next + 1)) {
    if (isStart(text, next)) return next;
  }
  return at;
}

function isStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] as string);
}

/** Two letters are no word yet: they stand in their order nearly everywhere. */
const LETTERS = 3;

/** The letters in their order, each next one right behind the last or at the beginning of a word. */
function lettersIn(word: string, text: string): boolean {
  if (word.length < LETTERS) return false;
  for (let start = 0; start < text.length; start += 1) {
    if (text[start] === word[0] && isStart(text, start) && follows(word, 1, text, start + 1)) return true;
  }
  return false;
}

/** Without going back: a name made to have many ways costs no more than any other. */
function follows(word: string, letter: number, text: string, from: number): boolean {
  let at = from;
  for (const wanted of word.slice(letter)) {
    if (text[at] !== wanted) at = startWith(wanted, text, at + 1);
    if (at < 0) return false;
    at += 1;
  }
  return true;
}

function startWith(letter: string, text: string, from: number): number {
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) {
    if (isStart(text, at)) return at;
  }
  return -1;
}
