/** Where a new seat begins, as its address tells: `#/promote/new:blank`, or the id of an agent. */

export type Origin =
  | { readonly kind: "blank" }
  | { readonly kind: "entry"; readonly key: string }
  | { readonly kind: "agent"; readonly id: string };

/** No id of an agent holds a colon. */
const NEW = "new:";
const BLANK = "blank";

export function originOf(id: string): Origin {
  if (!id.startsWith(NEW)) return { kind: "agent", id };
  const key = id.slice(NEW.length);
  return key === BLANK ? { kind: "blank" } : { kind: "entry", key };
}

export function originId(origin: Origin): string {
  if (origin.kind === "agent") return origin.id;
  return NEW + (origin.kind === "blank" ? BLANK : origin.key);
}

/** What was written and not yet sent is kept by this. */
export function promoteKey(origin: Origin): string {
  return `promote/${originId(origin)}`;
}

export function editKey(agentId: string): string {
  return `edit/${agentId}`;
}
