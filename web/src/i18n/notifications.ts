/** The words of toasts and notifications in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { notificationsEn } from "./notifications.en";
import { notificationsPtBR } from "./notifications.pt-BR";

export const NOTIFICATION_MESSAGES = { "pt-BR": notificationsPtBR, en: notificationsEn } as const;
export const notificationMessages = computed(() => NOTIFICATION_MESSAGES[language.value]);
