/** The timeline's words in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { timelineEn } from "./timeline.en";
import { timelinePtBR } from "./timeline.pt-BR";

export const TIMELINE_MESSAGES = { "pt-BR": timelinePtBR, en: timelineEn } as const;
export const timelineMessages = computed(() => TIMELINE_MESSAGES[language.value]);
