/** The words of one execution's view in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { executionEn } from "./execution.en";
import { executionPtBR } from "./execution.pt-BR";

export const EXECUTION_MESSAGES = { "pt-BR": executionPtBR, en: executionEn } as const;
export const executionMessages = computed(() => EXECUTION_MESSAGES[language.value]);
