/**
 * Notifications of the system, on request only, while nobody sees the page.
 *
 * Several tabs hear the same event. Of those that are hidden one speaks for all: the holder of a
 * lock, which the browser passes on when that tab goes. Each visible tab holds another lock, shared,
 * so that the speaker knows that somebody is looking.
 */
import { computed, effect, signal } from "@preact/signals";

import { notificationMessages } from "../i18n/notifications";
import { sound, systemNotes } from "../preferences";
import { executionAddress } from "../route";
import type { Notice } from "./board";
import { summaryOf } from "./words";

const SPEAKER = "conselho.speaker";
const SEEN = "conselho.seen";
/** One notification at a time: a newer one takes its place. */
const TAG = "conselho";
const NAMED = 3;
const COUNTED = 20;
const NOTHING = { notices: [], more: 0 } as const;

type Permission = "unsupported" | NotificationPermission;

export const permission = signal<Permission>(asPermitted());

const wanted = computed(() => systemNotes.value === "on" && permission.value === "granted");

function asPermitted(): Permission {
  const supported = "Notification" in globalThis && "locks" in navigator && isSecureContext;
  return supported ? Notification.permission : "unsupported";
}

/** Only after a click: the browser asks the reader. */
export async function askToNotify(): Promise<void> {
  if (asPermitted() !== "unsupported") await Notification.requestPermission();
  permission.value = asPermitted();
  if (permission.value === "granted") systemNotes.value = "on";
}

let speaks = false;

/** True for the one tab that speaks for those that are hidden. */
export function isNotifier(): boolean {
  return speaks;
}

export function startSystem(): void {
  if (!("locks" in navigator)) return;
  effect(() => {
    if (!wanted.value && sound.value === "off") return;
    return holding(SPEAKER, "exclusive", (has) => {
      speaks = has;
    });
  });
  let release = () => {};
  const look = () => {
    release();
    release = document.hidden ? () => {} : holding(SEEN, "shared");
    permission.value = asPermitted();
    if (document.hidden) return;
    shown?.close();
    forget();
  };
  document.addEventListener("visibilitychange", look);
  look();
}

/** Wait for a lock and hold it until the returned function is called. */
function holding(name: string, mode: LockMode, told: (has: boolean) => void = () => {}): () => void {
  const stop = new AbortController();
  let free = () => {};
  const held = navigator.locks.request(name, { mode, signal: stop.signal }, () => {
    told(true);
    return new Promise<void>((release) => (free = release));
  });
  held.catch(() => undefined); // no longer wanted before it was had
  return () => {
    stop.abort();
    free();
    told(false);
  };
}

/** The notification on show, and what it stands for: the next one counts that too. */
let shown: Notification | null = null;
let standing: { readonly notices: readonly Notice[]; readonly more: number } = NOTHING;

export async function notifySystem(fresh: readonly Notice[]): Promise<void> {
  if (!wanted.peek() || !speaks || (await isSeen())) return;
  const all = [...standing.notices, ...fresh];
  standing = { notices: all.slice(-COUNTED), more: standing.more + Math.max(0, all.length - COUNTED) };
  const [title, body, taskId] = said();
  try {
    const note = new Notification(title, { body, tag: TAG, silent: true });
    note.onclick = () => opened(taskId);
    note.onclose = () => note === shown && forget();
    shown = note;
  } catch {
    // Phones show them only for an installed page.
    permission.value = "unsupported";
  }
}

/** Title, body, and the execution that a click opens; null when it stands for several. */
function said(): [string, string, string | null] {
  const t = notificationMessages.peek();
  const { notices, more } = standing;
  const [only] = notices;
  if (only && notices.length === 1 && more === 0) return [`${t.kind[only.kind]}: ${only.name}`, only.text, only.taskId];
  const names = [...new Set(notices.map((notice) => notice.name))];
  const others = Math.max(0, names.length - NAMED) + more;
  return [summaryOf(notices, t, more), t.names(names.slice(0, NAMED), others), null];
}

async function isSeen(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some((lock) => lock.name === SEEN);
}

function opened(taskId: string | null): void {
  window.focus();
  location.hash = taskId === null ? "#/" : executionAddress(taskId);
  shown?.close();
  forget();
}

/** Who looks at the page has been told. */
function forget(): void {
  shown = null;
  standing = NOTHING;
}
