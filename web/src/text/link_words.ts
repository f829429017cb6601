/** Whether the words of a link are honest about where it leads: they name its own place, or none. */

const TAG = /<[^>]*>/g;
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " };
/** Of no width: they part a name for a program and for no eye. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
const ADDRESS = /(?:https?:|www\.|mailto:)[^\s<>"']*|[\w.+-]{1,64}@[\w-]+\.[\w.-]+/gi;
/** A host alone. Only under the endings that people know as such: `main.py` and `README.md` end in countries. */
const HOST = /(?<![\p{L}\p{N}_.@/:-])(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:com|org|net|gov|edu|io|dev|app|ai|cloud|info|br|pt|uk|de|eu|us)(?![\p{L}\p{N}-])/giu;
const STOPS = /[.,;:!?)\]}]+$/;

/** `label`: as HTML, since emphasis, code and entities are read as if they were not there. */
export function isHonest(label: string, address: string): boolean {
  const words = plainWords(label);
  if (words === null) return false;
  const hosts = words.replace(ADDRESS, " ").match(HOST) ?? [];
  const named = [...(words.match(ADDRESS) ?? []).map((name) => completed(name.replace(STOPS, ""))), ...hosts.map((host) => `http://${host}`)];
  return named.every((name) => placeOf(name) === placeOf(address));
}

/** Null where something stands in it that only a browser can read. */
function plainWords(label: string): string | null {
  let isReadable = true;
  const words = label.replace(TAG, "").replace(ENTITY, (_, decimal, hex, name) => {
    if (name === undefined) return character(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    isReadable &&= Object.hasOwn(NAMED, name);
    return NAMED[name] ?? "";
  });
  return isReadable ? words.normalize("NFKC").replace(UNSEEN, "") : null;
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}

function completed(name: string): string {
  if (/^www\./i.test(name)) return `http://${name}`;
  return /^(?:https?|mailto):/i.test(name) ? name : `mailto:${name}`;
}

/** The host, or the mailbox; null of what is no address. */
function placeOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const { protocol, host, pathname } = new URL(address);
  return protocol === "mailto:" ? `mailto:${pathname.toLowerCase()}` : host.replace(/^www\./, "");
}
