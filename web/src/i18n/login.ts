/** The login's words in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { loginEn } from "./login.en";
import { loginPtBR } from "./login.pt-BR";

export const LOGIN_MESSAGES = { "pt-BR": loginPtBR, en: loginEn } as const;
export const loginMessages = computed(() => LOGIN_MESSAGES[language.value]);
