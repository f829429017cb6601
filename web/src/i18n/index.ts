/** The language of the page: the reader's choice, else the browser's, else Portuguese. */
import { computed, effect } from "@preact/signals";

import { languageChoice } from "../preferences";
import { formatsFor } from "../text/format";
import { en } from "./en";
import { type Messages, ptBR } from "./pt-BR";

export type { Messages };
export type Language = "pt-BR" | "en";

export const MESSAGES: Readonly<Record<Language, Messages>> = { "pt-BR": ptBR, en };

/** First of the browser's languages that the page speaks. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split("-")[0];
    if (base === "pt") return "pt-BR";
    if (base === "en") return "en";
  }
  return "pt-BR";
}

export const language = computed<Language>(() =>
  languageChoice.value === "system"
    ? languageOf(typeof navigator === "undefined" ? [] : navigator.languages)
    : languageChoice.value,
);
export const messages = computed(() => MESSAGES[language.value]);
export const formats = computed(() => formatsFor(language.value));

export function applyLanguage(): void {
  effect(() => {
    document.documentElement.lang = language.value;
  });
}
