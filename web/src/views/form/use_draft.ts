/**
 * A form's draft beside what the server has. Kept with every change, so that nothing is lost; and when
 * somebody else saves meanwhile, what only they changed is taken over, and what both changed waits for
 * a decision.
 */
import { useEffect, useRef, useState } from "preact/hooks";

import { draftFor, keepDraft } from "../../seat/drafts";
import { type FieldOf, meet } from "../../seat/merge";
import { same } from "../../seat/patch";

/** What the server has; a greater version is newer. */
export interface Source<D> {
  readonly value: D;
  readonly version: number;
}

export interface Conflict<D> {
  readonly theirs: Source<D>;
  readonly fields: readonly string[];
}

interface State<D> {
  readonly base: D;
  readonly draft: D;
  readonly version: number;
  readonly progress: unknown;
  /** It was there when the form was opened. */
  readonly wasKept: boolean;
  /** Fields that somebody else has changed while this was written. */
  readonly taken: readonly string[];
  readonly conflict: Conflict<D> | null;
}

export interface Drafting<D> extends State<D> {
  readonly isDirty: boolean;
  change(part: Partial<D>): void;
  /** Another beginning: what was not touched follows it. */
  restart(base: D, part?: Partial<D>): void;
  keepProgress(progress: unknown): void;
  /** False when somebody has to decide first. */
  meets(source: Source<D>): boolean;
  /**
   * The answer to a save of some fields, `sent` as the draft stood then. What the server made of them is
   * nobody else's change. False when somebody has to decide first, about others.
   */
  accepts(answer: Source<D>, sent: D, of: readonly string[]): boolean;
  settle(winner: "mine" | "theirs"): void;
  /** False when something was written since `sent` was: it is left over, for the next save. */
  saved(source: Source<D>, sent: D): boolean;
  discard(): void;
  /** What was written last, for what goes on after a wait. */
  readonly now: () => State<D>;
}

/** `busy`: a save is on its way, whose own result must not be taken for somebody else's. */
export function useDraft<D extends object>(key: string, source: Source<D>, fields: FieldOf<D>, busy: boolean): Drafting<D> {
  const [state, show] = useState(() => begun(key, source));
  const newest = useRef(state);
  const update = (part: Partial<State<D>>) => {
    const next = { ...newest.current, ...part };
    newest.current = next;
    show(next);
    const isWritten = !same(next.draft, next.base) || next.progress !== undefined;
    keepDraft(key, isWritten ? { base: next.base, draft: next.draft, version: next.version, progress: next.progress } : null);
  };
  const meets = (theirs: Source<D>) => {
    const { base, draft, version } = newest.current;
    if (theirs.version <= version) return newest.current.conflict === null;
    const { mine, taken, conflicts } = meet(base, draft, theirs.value, fields);
    if (conflicts.length > 0) {
      update({ conflict: { theirs, fields: conflicts } });
      return false;
    }
    const isWritten = !same(draft, base);
    update({ base: theirs.value, draft: mine, version: theirs.version, taken: isWritten ? taken : [], conflict: null });
    return true;
  };
  useEffect(() => {
    if (!busy) meets(source);
  }, [source.version, busy]);
  return {
    ...state,
    isDirty: !same(state.draft, state.base),
    meets,
    change: (part) => update({ draft: { ...newest.current.draft, ...part } }),
    restart(base, part = {}) {
      const { mine } = meet(newest.current.base, newest.current.draft, base, fields);
      update({ base, draft: { ...mine, ...part } });
    },
    keepProgress: (progress) => update({ progress }),
    accepts(answer, sent, of) {
      const { base, draft } = newest.current;
      const keys = (Object.keys(fields) as (keyof D & string)[]).filter((key) => of.includes(fields[key]));
      const known = { ...base, ...Object.fromEntries(keys.map((key) => [key, sent[key]])) };
      const { mine, conflicts } = meet(known, draft, answer.value, fields);
      const open = conflicts.filter((field) => !of.includes(field));
      if (open.length > 0) update({ conflict: { theirs: answer, fields: open } });
      else update({ ...fresh(answer.value, answer.version), draft: mine });
      return open.length === 0;
    },
    settle(winner) {
      const { base, draft, conflict } = newest.current;
      if (conflict === null) return;
      const { theirs } = conflict;
      const merged = meet(base, draft, theirs.value, fields);
      update({ base: theirs.value, draft: merged[winner], version: theirs.version, taken: [], conflict: null });
    },
    saved({ value, version }, sent) {
      const { draft } = newest.current;
      const left = same(draft, sent) ? value : meet(sent, draft, value, fields).mine;
      update({ ...fresh(value, version), draft: left });
      return same(left, value);
    },
    discard() {
      const { base, version } = newest.current;
      const latest = source.version > version ? source : { value: base, version };
      update(fresh(latest.value, latest.version));
    },
    now: () => newest.current,
  };
}

function begun<D extends object>(key: string, { value, version }: Source<D>): State<D> {
  const kept = draftFor(key, value);
  if (kept === null) return fresh(value, version);
  return { ...fresh(value, version), ...kept, progress: kept.progress, wasKept: true };
}

function fresh<D>(value: D, version: number): State<D> {
  return { base: value, draft: value, version, progress: undefined, wasKept: false, taken: [], conflict: null };
}
