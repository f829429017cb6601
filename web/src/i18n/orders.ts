/** The words of the panel of orders in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { ordersEn } from "./orders.en";
import { ordersPtBR } from "./orders.pt-BR";

export const ORDERS_MESSAGES = { "pt-BR": ordersPtBR, en: ordersEn } as const;
export const ordersMessages = computed(() => ORDERS_MESSAGES[language.value]);
