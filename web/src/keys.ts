/**
 * The shortcuts: one table that the keys, their help and the command palette share.
 *
 * A stroke is `r`, `?`, `Escape`, or `Mod+k` for Ctrl (on a Mac, Command); two strokes with a blank
 * between are pressed one after the other. Strokes without Mod never count while somebody types, and
 * can be switched off: WCAG 2.1.4.
 */
import { signal } from "@preact/signals";

import { letterKeys } from "./preferences";

export const SHORTCUTS = {
  palette: "Mod+k",
  help: "?",
  search: "/",
  next: "n",
  footer: "r",
  notices: "t",
  plenary: "g p",
  timeline: "g t",
  providers: "g v",
  earlier: "j",
  later: "k",
} as const;
export type ShortcutId = keyof typeof SHORTCUTS;

/** The dialog that is open over everything else. */
export const dialog = signal<"palette" | "shortcuts" | null>(null);

let ahead = "";
dialog.subscribe(() => {
  ahead = "";
});

/** What was typed after the palette was asked for and before its field was there; empty afterwards. */
export function takeTypedAhead(): string {
  const typed = ahead;
  ahead = "";
  return typed;
}

/** The second stroke of two has this long to come. */
const SECOND_WITHIN_MS = 1_500;

const acts = new Map<ShortcutId, () => void>();

/** Whoever shows something says what its key does; the last one to say so has it. */
export function onShortcut(id: ShortcutId, act: () => void): () => void {
  acts.set(id, act);
  return () => {
    if (acts.get(id) === act) acts.delete(id);
  };
}

/** What `strokes` mean: a shortcut, the beginning of one, or nothing. */
export function meaning(strokes: string): ShortcutId | "more" | null {
  const all = Object.entries(SHORTCUTS) as [ShortcutId, string][];
  const meant = all.find(([, keys]) => keys === strokes);
  if (meant) return meant[0];
  return all.some(([, keys]) => keys.startsWith(`${strokes} `)) ? "more" : null;
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey"> & { readonly altGraph: boolean };

/** The stroke of an event; null for one that belongs to the browser. */
export function strokeOf({ key, ctrlKey, metaKey, altKey, altGraph }: Pressed): string | null {
  // Some keyboards have / and ? only with AltGr, which also reports Ctrl and Alt.
  const modified = !altGraph && (ctrlKey || metaKey);
  if (altKey && !altGraph) return null;
  const plain = key.length === 1 ? key.toLowerCase() : key;
  return modified ? `Mod+${plain}` : plain;
}

/** `blocked`: nothing of the page can be reached at the moment. */
export function startKeys(blocked: () => boolean): void {
  let before = "";
  let beforeAt = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing || blocked()) return;
    const stroke = strokeOf({ ...pressed(event), altGraph: event.getModifierState("AltGraph") });
    if (stroke === null) return;
    if (keptForPalette(event, stroke)) return event.preventDefault();
    if (!stroke.startsWith("Mod+") && !lettersCount(event)) return;
    const recent = before !== "" && event.timeStamp - beforeAt < SECOND_WITHIN_MS;
    const meant = (recent && meaning(`${before} ${stroke}`)) || meaning(stroke);
    before = meant === "more" ? stroke : "";
    beforeAt = event.timeStamp;
    const act = meant && meant !== "more" ? acts.get(meant) : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** A quick hand types on at once, while the palette may still have to be fetched. */
function keptForPalette({ key, target }: KeyboardEvent, stroke: string): boolean {
  if (dialog.value !== "palette" || key.length !== 1 || stroke.startsWith("Mod+")) return false;
  if (target instanceof Element && target.closest(key === " " ? "dialog, button" : "dialog")) return false;
  ahead += key;
  return true;
}

function pressed({ key, ctrlKey, metaKey, altKey }: KeyboardEvent) {
  return { key, ctrlKey, metaKey, altKey };
}

function lettersCount(event: KeyboardEvent): boolean {
  if (letterKeys.value === "off" || dialog.value !== null) return false;
  const target = event.target;
  return !(target instanceof Element) || target.closest("input, select, textarea, [contenteditable], [popover]") === null;
}

/** The keys of a shortcut as they stand on the keyboard: `Ctrl`, `K`. */
export function keyNames(id: ShortcutId): string[] {
  const mac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");
  return SHORTCUTS[id].split(/[ +]/).map((key) => (key === "Mod" ? (mac ? "⌘" : "Ctrl") : key.toUpperCase()));
}
