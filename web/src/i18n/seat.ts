/** The words of the forms of seats in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { seatEn } from "./seat.en";
import { seatPtBR } from "./seat.pt-BR";

export const SEAT_MESSAGES = { "pt-BR": seatPtBR, en: seatEn } as const;
export const seatMessages = computed(() => SEAT_MESSAGES[language.value]);
