/** The words of the empty plenary in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { emptyEn } from "./empty.en";
import { emptyPtBR } from "./empty.pt-BR";

export const EMPTY_MESSAGES = { "pt-BR": emptyPtBR, en: emptyEn } as const;
export const emptyMessages = computed(() => EMPTY_MESSAGES[language.value]);
