/** Who the reader is to the server, and what that lets them do; and the way in and out. */
import { computed, signal } from "@preact/signals";

import * as api from "./api";

export type Role = "viewer" | "operator" | "admin";
const RISING: readonly Role[] = ["viewer", "operator", "admin"];

/** null until the server said so; a server without logins is everybody's. */
export const who = signal<api.SessionAnswer | null>(null);

/** True while the server tells nobody anything: the page waits behind its login. */
export const locked = computed(() => who.value !== null && who.value.login_required && who.value.name === null);
/** Run, pause, cancel, maintenance. */
export const mayOperate = computed(() => covers("operator"));
/** Schedules and rules. */
export const mayEdit = computed(() => covers("admin"));

/** What is not known is offered: the server has the last word, in a sentence. */
function covers(needed: Role): boolean {
  const role = who.value?.role;
  return role ? RISING.indexOf(role) >= RISING.indexOf(needed) : true;
}

export function startAccess(): void {
  api.whenRefused(() => void askWho());
  void askWho();
}

let asking: Promise<void> | null = null;

/** Never rejects: without an answer what was known stays. One question at a time. */
export function askWho(): Promise<void> {
  asking ??= api
    .getSession()
    .then(
      (answer) => {
        who.value = answer;
      },
      () => undefined,
    )
    .finally(() => {
      asking = null;
    });
  return asking;
}

/** Rejects with an ApiError: 401 for a token that is not accepted, 429 for too many of them. */
export async function logIn(token: string): Promise<void> {
  who.value = await api.openSession(token);
}

/** What was shown, and written and not saved, leaves with the reader: the page begins anew. */
export async function logOut(): Promise<void> {
  who.value = await api.closeSession();
  try {
    sessionStorage.clear();
  } catch {
    // A browser that keeps nothing has nothing to clear.
  }
  location.reload();
}
