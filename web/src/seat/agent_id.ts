/** Ids of agents: letters, digits, `.`, `_`, `-`, 1 to 128, first a letter or digit. */

const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** A proposal is to be read and typed; a longer one may be written by hand. */
const LONGEST_PROPOSAL = 48;
const MARKS = /\p{M}/gu;
const OTHERS = /[^a-z0-9]+/g;

export function isAgentId(text: string): boolean {
  return PATTERN.test(text);
}

/** `Guardiã dos testes` is `guardia-dos-testes`; empty for a name without a letter that can stand. */
export function proposedId(name: string): string {
  const plain = name.normalize("NFD").replace(MARKS, "").toLowerCase().replace(OTHERS, "-");
  return plain.slice(0, LONGEST_PROPOSAL).replace(/^-+|-+$/g, "");
}

/** `wanted`, or the first of `wanted-2`, `wanted-3`... that nobody has. */
export function freeId(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let n = 2; ; n += 1) {
    const next = `${wanted}-${n}`;
    if (!taken.has(next)) return next;
  }
}
