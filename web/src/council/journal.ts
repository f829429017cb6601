/** Entries of the journal and maintenance windows: kept in order, and which of them count now. */
import type { BareAgent, JournalAnswer, JournalEntry, MaintenanceWindow } from "../wire";

const ENTRIES_KEPT = 200;
/** Of windows that are over nobody asks: the earliest go. */
const WINDOWS_KEPT = 200;
const CLOCK_SHOWN_MS = 3_600_000;

export type ClockKind = "clock_back" | "clock_forward" | "suspended" | "blocked" | "killed";
const CLOCK_KINDS: ReadonlySet<string> = new Set<ClockKind>(["clock_back", "clock_forward", "suspended", "blocked"]);

/** What an entry says of the clock, the machine or the server's own life; null for any other. */
export function clockKind(entry: Pick<JournalEntry, "kind" | "detail">): ClockKind | null {
  if (wasKilled(entry)) return "killed";
  return CLOCK_KINDS.has(entry.kind) ? (entry.kind as ClockKind) : null;
}

/** A start that tells of the server before it, which could not say that it stopped. */
export function wasKilled({ kind, detail }: Pick<JournalEntry, "kind" | "detail">): boolean {
  return kind === "server_started" && /did not stop in order/.test(detail);
}

/** Names a fact of the journal; `seq` does not, for an entry is told before it has one (0). */
export function factOf(entry: JournalEntry): string {
  return `${entry.at} ${entry.kind} ${entry.agent_id ?? ""}`;
}

/** Newest first, each fact once: the stream repeats what a snapshot told. */
export function withEntry(entries: readonly JournalEntry[], entry: JournalEntry): JournalEntry[] {
  const fact = factOf(entry);
  const known = entries.find((each) => factOf(each) === fact);
  if (known && known.seq >= entry.seq) return [...entries];
  const others = entries.filter((each) => each !== known);
  return [entry, ...others].sort((a, b) => (place(a) === place(b) ? 0 : place(b) - place(a))).slice(0, ENTRIES_KEPT);
}

/** Not by time: a clock that was set back would put the newest behind what came before. */
function place(entry: JournalEntry): number {
  return entry.seq === 0 ? Infinity : entry.seq;
}

/** Stored entries without a gap, newest first; `before` asks for older ones, null when all are here. */
export interface Pages {
  readonly entries: readonly JournalEntry[];
  readonly before: number | null;
}

/** The newest page again: it joins what was read before, or stands alone when a gap lies between. */
export function withNewest(had: Pages | null, page: JournalAnswer): Pages {
  const known = new Set(had?.entries.map((entry) => entry.seq));
  const fresh = page.entries.filter((entry) => !known.has(entry.seq));
  if (!had || fresh.length === page.entries.length) return { entries: page.entries, before: page.next_before };
  return { entries: [...fresh, ...had.entries], before: had.before };
}

export function withOlder(had: Pages, page: JournalAnswer): Pages {
  // Asked for twice, it comes twice.
  const last = had.before ?? 0;
  const older = page.entries.filter((entry) => entry.seq < last);
  return { entries: [...had.entries, ...older], before: page.next_before };
}

/** Of one window the newest word counts: one that was ended has another end. */
export function withWindow(windows: readonly MaintenanceWindow[], window: MaintenanceWindow): MaintenanceWindow[] {
  const others = windows.filter((each) => each.window_id !== window.window_id);
  const all = [...others, window].sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
  return all.slice(-WINDOWS_KEPT);
}

export type WindowState = "planned" | "active" | "over";

export function windowState(window: Pick<MaintenanceWindow, "starts_at" | "ends_at">, now: number): WindowState {
  const starts = Date.parse(window.starts_at);
  // One that was called off ends where it would have begun.
  if (window.ends_at !== null && Date.parse(window.ends_at) <= Math.max(now, starts)) return "over";
  return now < starts ? "planned" : "active";
}

/** Whether a slot of this councilor at `slot` would be skipped for one of the windows. */
export function isMaintained(windows: readonly MaintenanceWindow[], agent: BareAgent, slot: number): boolean {
  return windows.some((window) => holdsFor(window, agent) && windowState(window, slot) === "active");
}

function holdsFor({ tags, agent_ids }: MaintenanceWindow, agent: BareAgent): boolean {
  if (tags.length === 0 && agent_ids.length === 0) return true;
  return agent_ids.includes(agent.agent_id) || tags.some((tag) => agent.tags.includes(tag));
}

/** The one that lasts longest first: it is what the reader has to reckon with. */
export function activeWindows(windows: readonly MaintenanceWindow[], now: number): MaintenanceWindow[] {
  const end = (window: MaintenanceWindow) => (window.ends_at === null ? Infinity : Date.parse(window.ends_at));
  return windows
    .filter((window) => windowState(window, now) === "active")
    .sort((a, b) => (end(a) === end(b) ? 0 : end(b) - end(a)));
}

/** What happened to the clock or the machine within the last hour, newest first. */
export function clockEntries(entries: readonly JournalEntry[], now: number): JournalEntry[] {
  return entries.filter((entry) => clockKind(entry) !== null && now - Date.parse(entry.at) < CLOCK_SHOWN_MS);
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };

/** The first length that an English sentence tells (`2 h 05 min`, `2 hours`, `90 seconds`), in ms. */
export function lengthIn(detail: string): number | null {
  const part = "(\\d+(?:\\.\\d+)?) ?(d|days?|h|hours?|m|min|minutes?|s|seconds?)\\b";
  const found = new RegExp(`${part}(?:(?:,| and)? ${part})?`).exec(detail);
  if (!found) return null;
  const of = (amount: string | undefined, unit: string | undefined) => Number(amount ?? 0) * (UNIT_MS[unit?.[0] ?? ""] ?? 0);
  return of(found[1], found[2]) + of(found[3], found[4]);
}
