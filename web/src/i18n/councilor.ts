/** The words of a councilor's report in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { councilorEn } from "./councilor.en";
import { councilorPtBR } from "./councilor.pt-BR";

export const COUNCILOR_MESSAGES = { "pt-BR": councilorPtBR, en: councilorEn } as const;
export const councilorMessages = computed(() => COUNCILOR_MESSAGES[language.value]);
