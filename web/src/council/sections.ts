/**
 * A council of many in parts: who needs the reader, who is at work, and then each tag. A councilor
 * stands in one of them only, under the first of its tags.
 */
import type { Agent } from "../wire";

/** So many tiles fill a window. */
const APART_ABOVE = 100;
/** A tag's part, or one of these, which are no tags. */
export const NEEDING = "\u0000needing";
export const WORKING = "\u0000working";
export const OTHERS = "\u0000others";

export interface Section {
  readonly key: string;
  readonly agents: readonly Agent[];
}

/**
 * `agents` in the order in which they are to stand; `needing` are the ids of those that need the reader.
 * One section without a name where parts would tell nothing: few councilors, or all of one tag.
 */
export function sectionsOf(agents: readonly Agent[], needing: ReadonlySet<string>): readonly Section[] {
  const whole = [{ key: "", agents }];
  if (agents.length <= APART_ABOVE) return whole;
  const parts = new Map<string, Agent[]>([[NEEDING, []], [WORKING, []]]);
  for (const agent of agents) {
    const key = needing.has(agent.agent_id) ? NEEDING : agent.current ? WORKING : (agent.tags[0] ?? OTHERS);
    const part = parts.get(key);
    if (part) part.push(agent);
    else parts.set(key, [agent]);
  }
  const tags = [...parts.keys()].filter((key) => !key.startsWith("\u0000")).sort((a, b) => a.localeCompare(b));
  const several = tags.filter((tag) => parts.get(tag)!.length > 1);
  if (several.length < 2) return whole;
  // A heading for one tile would be higher than the tile.
  const alone = tags.filter((tag) => !several.includes(tag));
  parts.set(OTHERS, [...alone, OTHERS].flatMap((key) => parts.get(key) ?? []));
  return [NEEDING, WORKING, ...several, OTHERS]
    .map((key) => ({ key, agents: parts.get(key)! }))
    .filter((section) => section.agents.length > 0);
}

/** How many in a row, in seat order, sit under one tag: the wedges of the hemicycle. */
export function wedgesOf(seated: readonly Agent[]): readonly number[] {
  const wedges: number[] = [];
  let before: string | undefined;
  for (const { tags } of seated) {
    const tag = tags[0] ?? "";
    if (tag === before) wedges.push(wedges.pop()! + 1);
    else wedges.push(1);
    before = tag;
  }
  return wedges;
}
