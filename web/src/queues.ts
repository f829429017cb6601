/** Queues in which runs wait for a worker that is not there. */
import { signal } from "@preact/signals";

import * as api from "./api";
import { now, steadyNow } from "./clock";
import type { Agent, Queue } from "./wire";

/** A worker takes a run within a second or two; what waits longer may have nobody. */
const WAITS_MS = 10_000;
const EVERY_MS = 15_000;
/** Every open page sees the same run wait: they must not ask at one moment. */
const SPREAD_MS = 5_000;

export const stuckQueues = signal<readonly Queue[]>([]);

/** Nothing is asked for while nobody waits. */
export function waitsLong(agents: Iterable<Agent>, at: number): boolean {
  for (const { current } of agents) {
    if (current?.status !== "pending" || current.waits_for !== null) continue;
    if (at - Date.parse(current.not_before ?? current.created_at) > WAITS_MS) return true;
  }
  return false;
}

export function stuckOf(queues: readonly Queue[]): readonly Queue[] {
  return queues.filter((queue) => queue.workers === 0 && queue.waiting > 0);
}

/** Null while there is no reason to ask. */
let askAt: number | null = null;
let askedAt = -EVERY_MS;
/** Moves with each question, and when its answer is of no use any more. */
let question = 0;

/**
 * To be called often; asks the server at most every few seconds, and only when there is a reason
 * and somebody who sees the answer.
 */
export function lookAtQueues(agents: Iterable<Agent>): void {
  if (!waitsLong(agents, now.peek())) return forgetQueues();
  askAt ??= Math.max(steadyNow(), askedAt + EVERY_MS) + Math.random() * SPREAD_MS;
  if (document.hidden || steadyNow() < askAt) return;
  askAt = null;
  askedAt = steadyNow();
  void ask();
}

/** What was told is not known to be true any more. */
export function forgetQueues(): void {
  askAt = null;
  question += 1;
  tell([]);
}

async function ask(): Promise<void> {
  question += 1;
  const mine = question;
  const found = await api.getWorkers().then(
    ({ queues }) => stuckOf(queues),
    () => [],
  );
  if (mine === question) tell(found);
}

function tell(queues: readonly Queue[]): void {
  if (queues.length > 0 || stuckQueues.peek().length > 0) stuckQueues.value = queues;
}
