/**
 * The language of the page: the reader's choice, else the browser's, else Portuguese. Only the words of
 * the language that is shown are fetched; another choice shows when its words are here.
 */
import { computed, effect, signal } from "@preact/signals";

import { languageChoice } from "../preferences";
import { formatsFor } from "../text/format";
import type { Messages } from "./pt-BR";

export type { Messages };
export type Language = "pt-BR" | "en";

const CATALOGUES: Readonly<Record<Language, () => Promise<Messages>>> = {
  "pt-BR": () => import("./pt-BR").then((module) => module.ptBR),
  en: () => import("./en").then((module) => module.en),
};

/** First of the browser's languages that the page speaks. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0];
    if (base === "pt") return "pt-BR";
    if (base === "en") return "en";
  }
  return "pt-BR";
}

const wanted = computed<Language>(() =>
  languageChoice.value === "system" ? languageOf(globalThis.navigator?.languages ?? []) : languageChoice.value,
);

const shown = signal<{ readonly language: Language; readonly messages: Messages } | null>(null);

/** Both only once the first language is here: see `startLanguage`. */
export const language = computed<Language>(() => words().language);
export const messages = computed<Messages>(() => words().messages);
export const formats = computed(() => formatsFor(language.value));

function words(): { readonly language: Language; readonly messages: Messages } {
  if (shown.value === null) throw new Error("startLanguage() has not ended yet");
  return shown.value;
}

/** Resolves when the page can speak; from then on it follows the reader's choice. */
export function startLanguage(): Promise<void> {
  return new Promise((spoken, failed) => {
    effect(() => {
      const next = wanted.value;
      CATALOGUES[next]().then((messages) => {
        // Chosen again meanwhile: the later choice shows.
        if (next !== wanted.peek()) return;
        shown.value = { language: next, messages };
        spoken();
      }, failed);
    });
  });
}

export function applyLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
  });
}
