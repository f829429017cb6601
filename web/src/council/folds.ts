/** Which parts of a large council are folded: kept in this browser, as far as the reader has chosen. */
import { signal } from "@preact/signals";

import { read, whenElsewhere, write } from "../preferences";

const KEY = "conselho.folds";
const KEPT = 100;
/** Above this, tags are folded until they are opened: their headings, with counts, are the overview. */
export const OPEN_UP_TO = 200;

type Folds = ReadonlyMap<string, boolean>;

const folds = signal<Folds>(parsed(read(KEY)));
whenElsewhere(KEY, () => {
  folds.value = parsed(read(KEY));
});

export function isFolded(tag: string, shown: number): boolean {
  return folds.value.get(tag) ?? shown > OPEN_UP_TO;
}

export function fold(tags: readonly string[], folded: boolean): void {
  const next = new Map(folds.value);
  for (const tag of tags) next.delete(tag);
  for (const tag of tags) next.set(tag, folded);
  folds.value = new Map([...next].slice(-KEPT));
  write(KEY, JSON.stringify([...folds.value]));
}

function parsed(stored: string | null): Folds {
  try {
    const pairs: unknown = JSON.parse(stored ?? "[]");
    return new Map(Array.isArray(pairs) ? pairs.filter((pair) => Array.isArray(pair) && typeof pair[1] === "boolean") : []);
  } catch {
    return new Map();
  }
}
