/** The palette's words in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { paletteEn } from "./palette.en";
import { palettePtBR } from "./palette.pt-BR";

export const PALETTE_MESSAGES = { "pt-BR": palettePtBR, en: paletteEn } as const;
export const paletteMessages = computed(() => PALETTE_MESSAGES[language.value]);
