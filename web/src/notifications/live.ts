/**
 * From events to notices. Only what happens while the page is connected is told: a snapshot, and
 * what a resumed stream catches up on, is no news of this moment.
 */
import { effect, signal } from "@preact/signals";

import { displayName, shortName } from "../council/names";
import { formats, messages } from "../i18n";
import { sound } from "../preferences";
import { route } from "../route";
import { newestAgent, watchLive } from "../session";
import { newsOf } from "../text/news";
import type { CouncilEvent, TaskRow } from "../wire";
import { aged, type Board, dismissed, EMPTY_BOARD, GATHER_MS, type Notice, PACE_MS, sortOf, withNotices, without } from "./board";
import { noticeFor, type Told } from "./rules";
import { isNotifier, notifySystem, startSystem } from "./system";
import { tone } from "./tone";

const TICK_MS = 500;
/** Executions that were told; older ones come no more. */
const TOLD_KEPT = 500;

export const board = signal<Board>(EMPTY_BOARD);
/** True while the reader is at the notices: their time stands still. */
export const held = signal(false);
/** For screen readers: what was shown last. */
export const spoken = signal<readonly Notice[]>([]);

const toldTasks = new Set<string>();
const toldCouncilors = new Map<string, Told>();
let gathered: Notice[] = [];
let shownAt = -PACE_MS;

export function startNotices(): void {
  startSystem();
  watchLive(hear);
  setInterval(pass, TICK_MS);
  effect(() => {
    const open = route.value;
    if (open.kind === "execution") board.value = without(board.peek(), open.id);
  });
}

export function dismiss(id: number): void {
  board.value = dismissed(board.value, id);
}

export function dismissAll(): void {
  board.value = { ...board.value, cards: [] };
}

function hear(event: CouncilEvent): void {
  if (event.type !== "councilor_execution" && event.type !== "councilor_skipped") return;
  const row = event.execution;
  if (toldTasks.has(row.task_id) || isWatched(row)) return;
  const agent = newestAgent(row.agent_id);
  const now = event.ts * 1000;
  const kind = noticeFor(row, agent, toldCouncilors.get(row.agent_id), now);
  if (kind === null || !agent) return;
  remember(row, { kind, at: now });
  const text = newsOf(row, messages.peek(), formats.peek());
  gather({ taskId: row.task_id, agentId: row.agent_id, name: shortName(displayName(agent)), kind, text });
}

/** Its panel is open: the reader sees it end. */
function isWatched(row: TaskRow): boolean {
  const open = route.peek();
  return open.kind === "execution" && open.id === row.task_id && !document.hidden;
}

function remember(row: TaskRow, told: Told): void {
  toldCouncilors.set(row.agent_id, told);
  toldTasks.add(row.task_id);
  if (toldTasks.size > TOLD_KEPT) toldTasks.delete(toldTasks.values().next().value as string);
}

function gather(notice: Notice): void {
  gathered.push(notice);
  if (gathered.length > 1) return;
  const rest = shownAt + PACE_MS - performance.now();
  // Timers of a hidden page may come a minute late.
  if (document.hidden && rest <= 0) show();
  else setTimeout(show, Math.max(GATHER_MS, rest));
}

function show(): void {
  const fresh = gathered;
  gathered = [];
  shownAt = performance.now();
  board.value = withNotices(board.peek(), fresh);
  spoken.value = fresh;
  const needing = fresh.filter((notice) => sortOf(notice.kind) === "needs");
  // A hidden tab leaves the sound to the one that speaks for all of them.
  if (sound.peek() === "on" && (!document.hidden || isNotifier())) tone();
  if (document.hidden) void notifySystem(needing.length > 0 ? needing : fresh);
}

let passedAt = performance.now();

/** Time passes only for cards that can be seen and that nobody is reading. */
function pass(): void {
  const now = performance.now();
  if (!document.hidden && !held.peek() && board.peek().cards.length > 0) board.value = aged(board.peek(), now - passedAt);
  passedAt = now;
}
