/** The appearance menu's words in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { appearanceEn } from "./appearance.en";
import { appearancePtBR } from "./appearance.pt-BR";

export const APPEARANCE_MESSAGES = { "pt-BR": appearancePtBR, en: appearanceEn } as const;
export const appearanceMessages = computed(() => APPEARANCE_MESSAGES[language.value]);
