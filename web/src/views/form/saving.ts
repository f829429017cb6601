/** Saving a form: what the server refuses is told at its field, and everything else in a sentence. */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

import { fieldOf } from "../../agenda/draft";
import type { Mistakes } from "../../agenda/mistakes";
import { ApiError } from "../../api";

/** By the field's name. `inWords`: the server's sentence in the reader's words, when they are known. */
export function fieldErrors(error: unknown, inWords: (said: string) => string | null): Mistakes {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(
    error.errors.map(({ field, message }) => [fieldOf(field), { own: inWords(message), said: message }]),
  );
}

/** The first field that is meant, also one among the folded rules. False when the form has none. */
export function focusMistake(form: HTMLElement | null, mistakes: Mistakes): boolean {
  const fields = form?.querySelectorAll<HTMLInputElement>("input, select, textarea") ?? [];
  const field = [...fields].find(({ name }) => name in mistakes);
  if (!field) return false;
  reveal(field);
  return true;
}

export function reveal(field: HTMLElement): void {
  for (let folded = field.closest("details"); folded; folded = folded.parentElement?.closest("details") ?? null) folded.open = true;
  field.focus();
}

/** The browser asks before it leaves a page with something unsaved. */
export function useUnloadGuard(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    return () => window.removeEventListener("beforeunload", hold);
  }, [dirty]);
}

/** Ctrl or Cmd with Enter saves from anywhere in the panel, fields of several lines too. */
export function submitsByKey(form: RefObject<HTMLFormElement | null>) {
  return (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    form.current?.requestSubmit();
  };
}
