/** The words of the providers' view in the language of the page. */
import { computed } from "@preact/signals";

import { language } from ".";
import { providersEn } from "./providers.en";
import { providersPtBR } from "./providers.pt-BR";

export const PROVIDERS_MESSAGES = { "pt-BR": providersPtBR, en: providersEn } as const;
export const providersMessages = computed(() => PROVIDERS_MESSAGES[language.value]);
