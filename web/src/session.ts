/** What the page holds while it is open: the council, the key figures, and how fresh both are. */
import { batch, computed, signal } from "@preact/signals";

import { locked, startAccess } from "./access";
import * as api from "./api";
import { tellRefused } from "./call";
import { follow, followRoughly, now, serverTime, startClock, steadyNow } from "./clock";
import { slotIsUnknown } from "./council/next";
import { heardOfJournal, loadJournal, told } from "./journal";
import { type Line, type LineListener, openLine } from "./line";
import { Present } from "./present";
import { forgetQueues, lookAtQueues } from "./queues";
import { apply, type Council, EMPTY_COUNCIL, EXECUTIONS_KEPT, fromSnapshots } from "./state";
import { type Beat, type Connection, type Late, LiveStream } from "./stream";
import type { Agent, CouncilEvent, KpisAnswer, UsageAnswer } from "./wire";

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
/** Where tabs cannot share a stream, one that nobody sees does without after this. */
const GIVE_UP_AFTER_MS = 30_000;

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
/** Parts of the last snapshot that could not be had, and why: the page shows the others. */
export const partErrors = signal<ReadonlyMap<Part, api.ApiError>>(new Map());
/** How many councilors of the last snapshot cannot be read, and are not shown. */
export const unreadable = signal(0);

/** What keeps events from coming at once, as the server said last. */
export const late = signal<Late>(null);

/** Moves with each snapshot. */
export const snapshots = signal(0);

export type Part = "kpis" | "executions";

export const silentFor = computed(() => Math.max(0, now.value - heardAt.value));
export const lost = computed(
  () => connection.value.kind === "reconnecting" && silentFor.value > LOST_AFTER_MS,
);
export const canWrite = computed(
  () => connection.value.kind !== "reconnecting" || silentFor.value <= WRITES_END_AFTER_MS,
);

export function startSession(): void {
  // Locks are there only where the page came from this machine, or over TLS.
  const shared = "locks" in navigator && typeof BroadcastChannel === "function";
  const stream = new LiveStream({
    open: shared ? openShared : open,
    mayOpen: () => shared || !document.hidden || serverTime() - hiddenAt < GIVE_UP_AFTER_MS,
    load: loadAll,
    onEvent: receive,
    onGarbage: dropped,
    onConnection: connected,
    onRefused: tellRefused,
    onSignal: heard,
    now: steadyNow,
    random: Math.random,
  });
  startClock(() => stream.revive());
  startAccess();
  stream.start();
  locked.subscribe((closed) => (closed ? stream.pause() : stream.restart({ anew: true })));
  watchPage(stream, shared);
  now.subscribe(() => refreshWhenDue());
}

function open(from: string, listener: LineListener): Line {
  return openLine(api.streamAddress(from), listener);
}

/** What tabs need to share a line is fetched with the first one: after the council is shown. */
function openShared(from: string, listener: LineListener): Line {
  let line: Line | null = null;
  let closed = false;
  import("./tabs")
    .then((tabs) => tabs.openShared, () => null)
    .then((share) => {
      if (!closed) line = share ? share(from, listener, open) : open(from, listener);
    });
  const close = () => {
    closed = true;
    line?.close();
  };
  return { close };
}

let hiddenAt = 0;

/** A page that was frozen, put away or offline may have missed the end of its line. */
function watchPage(stream: LiveStream, shared: boolean): void {
  const goOn = () => {
    if (!locked.peek()) stream.restart({ anew: false });
  };
  window.addEventListener("online", () => stream.revive());
  document.addEventListener("freeze", () => stream.pause());
  document.addEventListener("resume", goOn);
  window.addEventListener("pagehide", () => stream.pause());
  window.addEventListener("pageshow", goOn);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return stream.wake();
    hiddenAt = serverTime();
    if (!shared) setTimeout(() => stream.giveUp(), GIVE_UP_AFTER_MS + 1);
  });
}

function heard(beat: Beat | null): void {
  if (beat?.serverNow != null) followRoughly(beat.serverNow);
  if (beat) late.value = beat.late;
  heardAt.value = serverTime();
}

function connected(next: Connection): void {
  // The next server may be another one: its first beat tells.
  if (next.kind !== "live") late.value = null;
  const before = connection.value.kind;
  const cameBack = next.kind === "live" && (before === "reconnecting" || before === "polling");
  if (cameBack) present.resumed();
  connection.value = "retryAt" in next ? { ...next, retryAt: next.retryAt - steadyNow() + Date.now() } : next;
  if (cameBack) askKpis();
}

// Snapshots. The first answer holds the oldest event id of the three, so the stream starts there.

async function loadAll(): Promise<string> {
  present.resumed();
  try {
    const [lastEventId] = await Promise.all([loadCouncil(), loadKpis()]);
    fetchUsage();
    void loadJournal();
    batch(() => {
      loaded.value = true;
      loadError.value = null;
    });
    return lastEventId;
  } catch (error) {
    if (error instanceof api.ApiError) loadError.value = error;
    throw error;
  }
}

/** Ask for everything that can be asked for again, as when the page was opened. */
export async function tryAgain(): Promise<void> {
  await loadAll().catch(() => undefined);
}

/** Events that arrive while a snapshot is on its way are applied again on top of it. */
const recorders = new Set<CouncilEvent[]>();

async function loadCouncil(): Promise<string> {
  const meanwhile: CouncilEvent[] = [];
  recorders.add(meanwhile);
  try {
    const councilors = await api.getCouncilors();
    const tasks = await had("executions", api.getTasks(EXECUTIONS_KEPT));
    follow(Date.parse(councilors.answer.now));
    batch(() => {
      const listed = tasks ?? { tasks: council.value.executions };
      council.value = meanwhile.reduce(apply, fromSnapshots(councilors.answer, listed));
      unreadable.value = councilors.unreadable;
      snapshots.value += 1;
      garbage = false;
    });
    return councilors.answer.last_event_id;
  } finally {
    recorders.delete(meanwhile);
  }
}

/** The rest of the page goes on without it, and says what is missing. Never rejects. */
async function had<Answer>(part: Part, asked: Promise<Answer>): Promise<Answer | null> {
  try {
    const answer = await asked;
    tellPart(part, null);
    return answer;
  } catch (error) {
    tellPart(part, error instanceof api.ApiError ? error : new api.ApiError(200, String(error)));
    return null;
  }
}

function tellPart(part: Part, error: api.ApiError | null): void {
  const errors = new Map(partErrors.value);
  if (error) partErrors.value = errors.set(part, error);
  else if (errors.delete(part)) partErrors.value = errors;
}

// Events.

let waiting: CouncilEvent[] = [];
const watchers = new Set<(event: CouncilEvent) => void>();
const present = new Present((event) => watchers.forEach((watch) => watch(event)));

/** `watch` is told what happens from now on, but not what a snapshot or a resumed stream brings. */
export function watchLive(watch: (event: CouncilEvent) => void): void {
  watchers.add(watch);
}

/** A councilor as the newest event has it, which the council may show only in a moment. */
export function newestAgent(agentId: string): Agent | undefined {
  const isEdited = waiting.some((event) => event.type === "councilor_updated" && event.councilor_id === agentId);
  const newest = isEdited ? waiting.reduce(apply, council.peek()) : council.peek();
  return newest.agents.get(agentId);
}

function receive(event: CouncilEvent): void {
  present.heard(event);
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

/** True while the stream said something that the page could not read. */
let garbage = false;
const droppedTypes = new Set<string>();
const DROPPED_KEPT = 50;

function dropped(type: string): void {
  garbage = true;
  if (droppedTypes.has(type) || droppedTypes.size >= DROPPED_KEPT) return;
  droppedTypes.add(type);
  console.warn(`The stream sent events of type ${JSON.stringify(type.slice(0, 80))} that this page cannot read.`);
}

// Figures that only the server can tell, asked for at most every few seconds.

let kpisAt = -KPIS_EVERY_MS;
let kpisWaiting = false;
let costChanged = false;

function askKpis(): void {
  if (kpisWaiting) return;
  kpisWaiting = true;
  setTimeout(fetchKpis, Math.max(0, kpisAt + KPIS_EVERY_MS - steadyNow()));
}

function fetchKpis(): void {
  kpisWaiting = false;
  kpisAt = steadyNow();
  if (costChanged) fetchUsage();
  void loadKpis();
}

/** Without an answer the old figures stay. Never rejects. */
async function loadKpis(): Promise<void> {
  const figures = await had("kpis", api.getKpis());
  kpis.value = figures ?? kpis.value;
  present.reached(figures?.last_event_id ?? null);
}

function fetchUsage(): void {
  costChanged = false;
  api.getUsageToday().then(
    (answer) => {
      usageToday.value = answer;
    },
    () => {
      costChanged = true;
    },
  );
}

/** The page's clock may be ahead of the server's by a little: it is asked when both have the new day. */
const DAY_SETTLES_MS = 3_000;
let day = dayOf(serverTime());

function dayOf(at: number): string {
  return new Date(at - DAY_SETTLES_MS).toDateString();
}

let refreshedAt = 0;

function refreshWhenDue(): void {
  const { agents, outdated } = council.peek();
  const since = steadyNow() - refreshedAt;
  if (connection.peek().kind !== "live" || locked.peek()) return forgetQueues();
  lookAtQueues(agents.values());
  const today = dayOf(now.peek());
  if (day !== today) {
    day = today;
    costChanged = true;
    askKpis();
  }
  if (since < (outdated ? REFRESH_CHANGED_MS : REFRESH_UNKNOWN_MS)) return;
  const at = now.peek();
  const isWhole = !garbage && partErrors.peek().size === 0;
  const councilIsDue = outdated || !isWhole || [...agents.values()].some((agent) => slotIsUnknown(agent, at));
  if (!councilIsDue && !costChanged) return;
  refreshedAt = steadyNow();
  if (councilIsDue) loadCouncil().catch(() => undefined);
  if (costChanged || partErrors.peek().has("kpis")) askKpis();
}
