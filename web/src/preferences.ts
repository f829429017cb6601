/** The reader's choices, kept in this browser. A browser that keeps nothing still works. */
import { effect, type Signal, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";
export type LanguageChoice = "system" | "pt-BR" | "en";

export const theme = kept<Theme>("conselho.theme", ["system", "light", "dark"]);
export const languageChoice = kept<LanguageChoice>("conselho.language", ["system", "pt-BR", "en"]);

/** A signal that starts from the stored choice, or the first one, and is stored when it changes. */
function kept<Choice extends string>(key: string, choices: readonly [Choice, ...Choice[]]) {
  const stored = read(key);
  const choice: Signal<Choice> = signal(choices.find((each) => each === stored) ?? choices[0]);
  effect(() => write(key, choice.value));
  return choice;
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
