/** The schedule panel's words in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { agendaEn } from "./agenda.en";
import { agendaPtBR } from "./agenda.pt-BR";

export const AGENDA_MESSAGES = { "pt-BR": agendaPtBR, en: agendaEn } as const;
export const agendaMessages = computed(() => AGENDA_MESSAGES[language.value]);
