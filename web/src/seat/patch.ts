/** What of an edit is sent: only what was changed, so that what others edit meanwhile stays. */

export type Fields = Readonly<Record<string, unknown>>;

/** Values as the API takes them: `{title, schedule: {value, ...}, task: {...}}`. */
export type Sections = Fields;

/**
 * null when nothing was changed. A changed value of a schedule goes with its type, for the server
 * keeps what is not sent.
 */
export function changes(before: Sections, after: Sections): Sections | null {
  const patch: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    if (isSection(value)) {
      const fields = changedFields(name, before[name], value);
      if (fields !== null) patch[name] = fields;
    } else if (!same(value, before[name])) {
      patch[name] = value;
    }
  }
  return Object.keys(patch).length > 0 ? patch : null;
}

function changedFields(name: string, before: unknown, after: Fields): Fields | null {
  const known = isSection(before) ? before : {};
  const changed = Object.entries(after).filter(([key, value]) => !same(value, known[key]));
  if (changed.length === 0) return null;
  const moved = name === "schedule" && changed.some(([key]) => key === "value" || key === "type");
  return { ...Object.fromEntries(changed), ...(moved && { type: after.type, value: after.value }) };
}

/** How many things a person would say they have changed: a value and its type are one. */
export function countChanges(patch: Sections | null): number {
  return pathsOf(patch ?? {}).filter((path) => path !== "schedule.type").length;
}

/** `schedule.value`, `task.prompt`, `title`. */
export function pathsOf(sections: Sections): string[] {
  return Object.entries(sections).flatMap(([name, value]) =>
    isSection(value) ? Object.keys(value).map((key) => `${name}.${key}`) : [name],
  );
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isSection(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
