/**
 * The reader's choices, kept in this browser and shared by its tabs. A browser that keeps nothing
 * still works.
 */
import { effect, type Signal, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
export type LanguageChoice = "system" | "pt-BR" | "en";
/** `auto`: by the size of the council and of the screen. */
export type Density = "auto" | "comfortable" | "dense";
export type Switch = "on" | "off";

const heard = new Map<string, (stored: string | null) => void>();

export const theme = kept<Theme>("conselho.theme", ["system", "light", "dark"]);
export const languageChoice = kept<LanguageChoice>("conselho.language", ["system", "pt-BR", "en"]);
export const density = kept<Density>("conselho.density", ["auto", "comfortable", "dense"]);
/** Shortcuts of one letter: who dictates, or types without looking, may not want them. */
export const letterKeys = kept<Switch>("conselho.letter-keys", ["on", "off"]);
export const footerTurns = kept<Switch>("conselho.footer-turns", ["on", "off"]);
export const sound = kept<Switch>("conselho.sound", ["off", "on"]);
/** Notifications of the system, while no tab shows the page. */
export const systemNotes = kept<Switch>("conselho.system-notes", ["off", "on"]);

/** A signal that starts from the stored choice, or the first one, and is stored when it changes. */
function kept<Choice extends string>(key: string, choices: readonly [Choice, ...Choice[]]) {
  const chosen = (stored: string | null) => choices.find((each) => each === stored) ?? choices[0];
  const choice: Signal<Choice> = signal(chosen(read(key)));
  effect(() => write(key, choice.value));
  heard.set(key, (stored) => {
    choice.value = chosen(stored);
  });
  return choice;
}

/** `act` is called when another tab has written `key`. */
export function whenElsewhere(key: string, act: () => void): void {
  heard.set(key, act);
}

/** What is chosen in one tab holds in the others at once. */
export function followOtherTabs(): void {
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key !== null) heard.get(key)?.(newValue);
  });
}

export function flip(choice: Signal<Switch>): void {
  choice.value = choice.value === "on" ? "off" : "on";
}

export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows and full storage refuse; the choice then lasts as long as the page.
  }
}

export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}
