/** Who the reader is to the server, and what that lets them do; and the way in and out. */
import { computed, signal } from "@preact/signals";

import * as api from "./api";
import { whenElsewhere, write } from "./preferences";

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

/** Tabs share one login: each asks again when another one writes it. */
const CHANGED_KEY = "conselho.login-changed";
/** Whose drafts this tab keeps; it outlives a reload with them. */
const OWNER_KEY = "conselho.owner";

export function startAccess(): void {
  api.whenRefused(() => void askWho());
  // A question that is on its way may be answered with what was before.
  whenElsewhere(CHANGED_KEY, () => void (asking ?? Promise.resolve()).then(askWho));
  void askWho();
}

let asking: Promise<void> | null = null;
/** How often somebody came in here: what was asked before is answered with nobody. */
let entries = 0;

/** Never rejects: without an answer what was known stays. One question at a time. */
export function askWho(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

async function ask(): Promise<void> {
  const before = entries;
  const answer = await api.getSession().catch(() => null);
  if (entries !== before) return ask();
  if (answer) take(answer);
}

/** Rejects with an ApiError: 401 for a token that is not accepted, 429 for too many of them. */
export async function logIn(token: string): Promise<void> {
  const answer = await api.openSession(token);
  entries += 1;
  take(answer);
  write(CHANGED_KEY, String(Date.now()));
}

let owner = ofTab(() => sessionStorage.getItem(OWNER_KEY));

/** What one person wrote and saw is not for the next: for somebody else the page begins anew. */
function take(answer: api.SessionAnswer): void {
  const { name } = answer;
  if (name !== null) {
    const isAnother = owner !== null && owner !== name;
    owner = name;
    if (isAnother) beginAnew();
    ofTab(() => sessionStorage.setItem(OWNER_KEY, name));
    if (isAnother) return;
  }
  who.value = answer;
}

/** What was shown, and written and not saved, leaves with the reader: the page begins anew. */
export async function logOut(): Promise<void> {
  who.value = await api.closeSession();
  write(CHANGED_KEY, String(Date.now()));
  beginAnew();
}

function beginAnew(): void {
  ofTab(() => sessionStorage.clear());
  // No form may hold the page back: its reader is gone.
  window.addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
  location.reload();
}

/** A browser that keeps nothing has nothing to read and to clear. */
function ofTab<Value>(use: () => Value): Value | null {
  try {
    return use();
  } catch {
    return null;
  }
}
