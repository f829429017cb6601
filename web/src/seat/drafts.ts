/**
 * What was written and not saved, for as long as this tab lives: closing a panel, a reload and a lost
 * connection lose nothing. A browser that keeps nothing keeps it as long as the page is open.
 */

export interface Kept<D> {
  /** What the form began from: what somebody else changes since is told from what was written. */
  readonly base: D;
  readonly draft: D;
  /** Of the agent that `base` shows. */
  readonly version: number;
  /** How far a save had come that did not end. */
  readonly progress?: unknown;
}

const PREFIX = "conselho.draft.";
const kept = new Map<string, string>();

/** `shape` has every key: a draft of an older page may lack some. */
export function draftFor<D extends object>(key: string, shape: D): Kept<D> | null {
  const text = kept.get(key) ?? stored(key);
  if (text === null) return null;
  try {
    const { base, draft, version, progress } = JSON.parse(text) as Kept<D>;
    if (!isObject(base) || !isObject(draft)) return null;
    return { base: { ...shape, ...base }, draft: { ...shape, ...draft }, version: version || 0, progress };
  } catch {
    return null;
  }
}

export function hasDraft(key: string): boolean {
  return draftFor(key, {}) !== null;
}

export function keepDraft<D>(key: string, value: Kept<D> | null): void {
  const text = value === null ? null : JSON.stringify(value);
  if (text === null) kept.delete(key);
  else kept.set(key, text);
  try {
    if (text === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, text);
  } catch {
    // Full, or not allowed: the copy in memory has it.
  }
}

function stored(key: string): string | null {
  try {
    return sessionStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
