/** The looks of a councilor, from a hash of its id: the same face on every machine, every day. */

export const TONES = [
  "caju",
  "ipe",
  "mar",
  "mata",
  "acai",
  "goiaba",
  "argila",
  "pedra",
  "lima",
  "ceu",
] as const;
export type Tone = (typeof TONES)[number];

/** The niche colours, as a councilor's own `color` may name them. */
export const TONE_OF: Readonly<Record<string, Tone>> = {
  "#e58b6b": "caju",
  "#e9c46a": "ipe",
  "#8eb8c8": "mar",
  "#93b89a": "mata",
  "#a79bc0": "acai",
  "#e5a3a8": "goiaba",
  "#cfa58a": "argila",
  "#b5bebb": "pedra",
  "#c6cc86": "lima",
  "#a9c1e6": "ceu",
};

export const HAIRSTYLES = ["short", "round", "bun", "long", "bald", "hat", "beret", "wrap"] as const;
export type Hairstyle = (typeof HAIRSTYLES)[number];

const SKINS = ["#F3CFAE", "#E4B184", "#CC9060", "#AB7044", "#875331", "#6A4029"] as const;
const HAIRS = ["#1F1715", "#3B2720", "#6B4226", "#A4542C", "#8C8C8A", "#D9D6CF"] as const;
export const COLLARS = ["plain", "tie", "bow"] as const;

export interface Traits {
  readonly tone: Tone;
  readonly skin: string;
  readonly hair: string;
  readonly hairstyle: Hairstyle;
  readonly glasses: boolean;
  readonly beard: boolean;
  readonly collar: (typeof COLLARS)[number];
}

export function traitsOf(agentId: string): Traits {
  const draw = drawer(agentId);
  const hairstyle = pick(HAIRSTYLES, draw());
  return {
    tone: pick(TONES, draw()),
    skin: pick(SKINS, draw()),
    hair: pick(HAIRS, draw()),
    hairstyle,
    glasses: draw() % 10 < 3,
    beard: draw() % 10 < 3 && hairstyle !== "bun" && hairstyle !== "long",
    collar: pick(COLLARS, draw()),
  };
}

/** A councilor's own colour: a tone when it is the colour of one, else as it is; null when not plain. */
export function ownColour(colour: string | null | undefined): Tone | string | null {
  const plain = colour?.toLowerCase() ?? "";
  if (!/^#[0-9a-f]{6}$/.test(plain)) return null;
  return TONE_OF[plain] ?? plain;
}

function pick<Value>(from: readonly Value[], at: number): Value {
  return from[at % from.length] as Value;
}

/** FNV-1a over the id, then xorshift: a new number at each call, the same row for the same id. */
function drawer(text: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  }
  state ||= 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state >>> 3;
  };
}
