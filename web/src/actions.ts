/** What the reader can order. The result shows as news; only a refusal needs words of its own. */
import { signal } from "@preact/signals";

import * as api from "./api";
import { messages } from "./i18n";
import { read, write } from "./preferences";
import { canWrite } from "./session";

const ACKNOWLEDGED_KEY = "conselho.acknowledged";
const ACKNOWLEDGED_KEPT = 200;

/** What became of the last order, when the page itself does not show it. */
export const notice = signal<{ readonly kind: "error" | "info"; readonly text: string } | null>(null);

/** Orders on their way, by what they are about, so that a button is not pressed twice. */
export const ordering = signal<ReadonlySet<string>>(new Set());

export function runNow(agentId: string): void {
  void order(agentId, () => api.executeNow(agentId));
}

export function setPaused(agentId: string, paused: boolean): void {
  void order(agentId, () => api.setEnabled(agentId, !paused));
}

export function cancel(taskId: string): void {
  void order(taskId, () => api.cancelTask(taskId).catch(endedMeanwhile));
}

/** A run that ended before the order came is no failure: its own end is on the page by now. */
function endedMeanwhile(error: unknown): void {
  if (!(error instanceof api.ApiError) || error.status !== 409) throw error;
  notice.value = { kind: "info", text: messages.value.write.endedMeanwhile };
}

export function endWindow(windowId: string): void {
  void order(windowId, () => api.endMaintenance(windowId));
}

async function order(about: string, send: () => Promise<unknown>): Promise<void> {
  const t = messages.value;
  if (ordering.value.has(about)) return;
  if (!canWrite.value) {
    notice.value = { kind: "error", text: t.write.offline };
    return;
  }
  ordering.value = new Set([...ordering.value, about]);
  notice.value = null;
  try {
    await send();
  } catch (error) {
    notice.value = { kind: "error", text: messages.value.write.failed(reasonOf(error)) };
  } finally {
    ordering.value = new Set([...ordering.value].filter((each) => each !== about));
  }
}

export function reasonOf(error: unknown): string {
  const t = messages.value.write;
  if (!(error instanceof api.ApiError)) return String(error);
  if (error.status === 0) return t.noAnswer;
  return error.detail || t.status(error.status);
}

// "I know": kept in this browser by execution, so that the next verdict speaks up again.

export const acknowledged = signal<ReadonlySet<string>>(new Set(readAcknowledged()));

export function acknowledge(taskId: string): void {
  const kept = [...acknowledged.value, taskId].slice(-ACKNOWLEDGED_KEPT);
  acknowledged.value = new Set(kept);
  write(ACKNOWLEDGED_KEY, JSON.stringify(kept));
}

function readAcknowledged(): string[] {
  try {
    const kept: unknown = JSON.parse(read(ACKNOWLEDGED_KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}
