/**
 * Two people in one form: what was there when it was opened, what was written here since, and what
 * somebody else has saved meanwhile. What only one of them changed is taken from that one; what both
 * changed to something else is told, and a person decides.
 */
import { same } from "./patch";

/** Of each key of a draft the field that it belongs to; keys of one field are taken together. */
export type FieldOf<D> = Readonly<Record<keyof D & string, string>>;

export interface Meeting<D> {
  /** Mine wins where both changed a field. */
  readonly mine: D;
  /** Theirs wins there. */
  readonly theirs: D;
  /** Fields that they changed and I did not. */
  readonly taken: readonly string[];
  /** Fields that both changed, to different values. */
  readonly conflicts: readonly string[];
}

export function meet<D extends object>(base: D, mine: D, theirs: D, fieldOf: FieldOf<D>): Meeting<D> {
  const keys = Object.keys(fieldOf) as (keyof D & string)[];
  const fields = new Map<string, (keyof D & string)[]>();
  for (const key of keys) fields.set(fieldOf[key], [...(fields.get(fieldOf[key]) ?? []), key]);
  const differ = (a: D, b: D, of: readonly (keyof D)[]) => of.some((key) => !same(a[key], b[key]));
  const pick = (from: D, of: readonly (keyof D)[]) => Object.fromEntries(of.map((key) => [key, from[key]])) as Partial<D>;

  const taken: string[] = [];
  const conflicts: string[] = [];
  let both = mine;
  let yielding = mine;
  for (const [field, of] of fields) {
    if (!differ(base, theirs, of)) continue;
    const mineToo = differ(base, mine, of);
    if (!mineToo || !differ(mine, theirs, of)) {
      both = { ...both, ...pick(theirs, of) };
      yielding = { ...yielding, ...pick(theirs, of) };
      if (!mineToo) taken.push(field);
    } else {
      yielding = { ...yielding, ...pick(theirs, of) };
      conflicts.push(field);
    }
  }
  return { mine: both, theirs: yielding, taken, conflicts };
}
