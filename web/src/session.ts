/** What the page holds while it is open: the council, the key figures, and how fresh both are. */
import { batch, computed, signal } from "@preact/signals";

import { askWho, locked, startAccess } from "./access";
import * as api from "./api";
import { follow, now, serverTime, startClock } from "./clock";
import { slotIsUnknown } from "./council/next";
import { heardOfJournal, loadJournal, told } from "./journal";
import { apply, type Council, EMPTY_COUNCIL, EXECUTIONS_KEPT, fromSnapshots } from "./state";
import { type Connection, LiveStream } from "./stream";
import type { CouncilEvent, KpisAnswer, UsageAnswer } from "./wire";

/** Events are shown in groups: a storm of them must not render once each. */
const GROUP_MS = 100;
const KPIS_EVERY_MS = 3_000;
/** After a change of the council itself, and while only the clock says that something is unknown. */
const REFRESH_CHANGED_MS = 2_000;
const REFRESH_UNKNOWN_MS = 10_000;
/** A shorter break is a hiccup: the page says "reconnecting" and keeps its colours. */
const LOST_AFTER_MS = 5_000;
/** Without a signal for this long, what a button would change is no longer known. */
const WRITES_END_AFTER_MS = 30_000;

export const council = signal<Council>(EMPTY_COUNCIL);
export const kpis = signal<KpisAnswer | null>(null);
/** What each councilor spent today, and the budgets; null until it is known. */
export const usageToday = signal<UsageAnswer | null>(null);
export const loaded = signal(false);
export const connection = signal<Connection>({ kind: "connecting" });
/** Server time of the last sign of life: what is shown is true as of this moment. */
export const heardAt = signal(serverTime());
/** Why the last snapshot could not be had, until one can. */
export const loadError = signal<api.ApiError | null>(null);

export const silentFor = computed(() => Math.max(0, now.value - heardAt.value));
export const lost = computed(
  () => connection.value.kind === "reconnecting" && silentFor.value > LOST_AFTER_MS,
);
export const canWrite = computed(
  () => connection.value.kind !== "reconnecting" || silentFor.value <= WRITES_END_AFTER_MS,
);

export function startSession(): void {
  startClock();
  const stream = new LiveStream({
    open: (lastEventId) => new EventSource(api.streamAddress(lastEventId)),
    load: loadAll,
    refusal: (lastEventId) => api.tryStream(lastEventId).then(() => null, streamRefused),
    onEvent: receive,
    onConnection: connected,
    onSignal: () => {
      heardAt.value = serverTime();
    },
    now: () => Date.now(),
  });
  startAccess();
  stream.start();
  locked.subscribe((closed) => (closed ? stream.pause() : stream.restart()));
  window.addEventListener("online", () => stream.wake());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) stream.wake();
  });
  now.subscribe(() => refreshWhenDue());
}

function streamRefused(error: unknown): number | null {
  if (!(error instanceof api.ApiError)) return null;
  if (error.status === 401) void askWho();
  return error.retryAfterMs;
}

/** Server time at which the stream was opened last. */
let liveSince = Infinity;

function connected(next: Connection): void {
  const cameBack = next.kind === "live" && connection.value.kind === "reconnecting";
  if (next.kind === "live") liveSince = serverTime();
  connection.value = next;
  if (cameBack) askKpis();
}

// Snapshots. The first answer holds the oldest event id of the three, so the stream starts there.

async function loadAll(): Promise<string> {
  try {
    const [lastEventId, figures] = await Promise.all([loadCouncil(), api.getKpis()]);
    fetchUsage();
    void loadJournal();
    batch(() => {
      kpis.value = figures;
      loaded.value = true;
      loadError.value = null;
    });
    return lastEventId;
  } catch (error) {
    if (error instanceof api.ApiError) loadError.value = error;
    throw error;
  }
}

/** Events that arrive while a snapshot is on its way are applied again on top of it. */
const recorders = new Set<CouncilEvent[]>();

async function loadCouncil(): Promise<string> {
  const meanwhile: CouncilEvent[] = [];
  recorders.add(meanwhile);
  try {
    const councilors = await api.getCouncilors();
    const tasks = await api.getTasks(EXECUTIONS_KEPT);
    follow(councilors.now);
    council.value = meanwhile.reduce(apply, fromSnapshots(councilors, tasks));
    return councilors.last_event_id;
  } finally {
    recorders.delete(meanwhile);
  }
}

// Events.

let waiting: CouncilEvent[] = [];
const watchers = new Set<(event: CouncilEvent) => void>();

/** `watch` is told what happens from now on, but not what a resumed stream catches up on. */
export function watchLive(watch: (event: CouncilEvent) => void): void {
  watchers.add(watch);
}

function receive(event: CouncilEvent): void {
  if (event.ts * 1000 >= liveSince) for (const watch of watchers) watch(event);
  if (event.type === "council_journal") heardOfJournal(event);
  for (const recorder of recorders) recorder.push(event);
  if (waiting.length === 0) setTimeout(applyWaiting, GROUP_MS);
  waiting.push(event);
}

function applyWaiting(): void {
  const events = waiting;
  waiting = [];
  batch(() => {
    // Live news must not wait for the next tick of the clock to be "now".
    now.value = serverTime();
    council.value = events.reduce(apply, council.value);
    // Changes of seats are told as such, and written to the journal with them.
    if (events.some(({ type }) => type === "council_journal" || type === "councilor_updated")) told.value += 1;
  });
  costChanged ||= events.some(changesCost);
  askKpis();
}

function changesCost(event: CouncilEvent): boolean {
  if (event.type === "council_journal") return false;
  if (event.type === "councilor_updated") return true; // its limits may be others now
  return event.type === "councilor_skipped" || event.execution.usage?.cost_usd !== undefined;
}

// Figures that only the server can tell, asked for at most every few seconds.

let kpisAt = 0;
let kpisWaiting = false;
let costChanged = false;

function askKpis(): void {
  if (kpisWaiting) return;
  kpisWaiting = true;
  setTimeout(fetchKpis, Math.max(0, kpisAt + KPIS_EVERY_MS - Date.now()));
}

function fetchKpis(): void {
  kpisWaiting = false;
  kpisAt = Date.now();
  if (costChanged) fetchUsage();
  // Without an answer the old figures stay; the connection state says that they are old.
  api.getKpis().then(
    (figures) => {
      kpis.value = figures;
    },
    () => undefined,
  );
}

function fetchUsage(): void {
  costChanged = false;
  api.getUsageToday().then(
    (answer) => {
      usageToday.value = answer;
    },
    () => undefined,
  );
}

let refreshedAt = 0;

function refreshWhenDue(): void {
  const { agents, outdated } = council.peek();
  const since = Date.now() - refreshedAt;
  if (connection.peek().kind !== "live" || locked.peek()) return;
  if (since < (outdated ? REFRESH_CHANGED_MS : REFRESH_UNKNOWN_MS)) return;
  const at = now.peek();
  if (!outdated && ![...agents.values()].some((agent) => slotIsUnknown(agent, at))) return;
  refreshedAt = Date.now();
  loadCouncil().catch(() => undefined);
}
