/** What the reader can order. The result shows as news; only a refusal needs words of its own. */
import { signal } from "@preact/signals";

import { logOut } from "./access";
import * as api from "./api";
import { messages } from "./i18n";
import { read, whenElsewhere, write } from "./preferences";
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

/** The banner and the list lose it at once; that it was meant so is worth a word. */
export function endWindow(windowId: string, planned = false): void {
  const said = () => {
    const t = messages.value.maintenance;
    notice.value = { kind: "info", text: planned ? t.calledOff : t.ended };
  };
  void order(windowId, () => api.endMaintenance(windowId).then(said));
}

export function leave(): void {
  logOut().catch((error: unknown) => {
    notice.value = { kind: "error", text: messages.value.write.failed(reasonOf(error)) };
  });
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
  const { status, detail, retryAfterMs } = error;
  if (status === 0) return t.noAnswer;
  if (status === 401) return t.loginEnded;
  if (status === 403) return forbidden(detail);
  if (status === 429) return t.tooOften(retryAfterMs === null ? "" : messages.value.span(Math.max(1_000, retryAfterMs)));
  if (status < 300) return t.garbage(detail);
  if (status >= 500) return t.broken(status, detail);
  return detail || t.status(status);
}

/** The server names the role that is needed, and the one that the token has. */
function forbidden(detail: string): string {
  const t = messages.value.write;
  const named = /^This needs the role (\w+); the token .* has the role (\w+)\.$/s.exec(detail);
  return named ? t.needsRole(named[1]!, named[2]!) : detail || t.status(403);
}

// "I know": kept in this browser by execution, so that the next verdict speaks up again.

export const acknowledged = signal<ReadonlySet<string>>(readAcknowledged());

whenElsewhere(ACKNOWLEDGED_KEY, () => {
  acknowledged.value = readAcknowledged();
});

export function acknowledge(taskId: string): void {
  const kept = [...acknowledged.value, taskId].slice(-ACKNOWLEDGED_KEPT);
  acknowledged.value = new Set(kept);
  write(ACKNOWLEDGED_KEY, JSON.stringify(kept));
}

function readAcknowledged(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(read(ACKNOWLEDGED_KEY) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : []);
  } catch {
    return new Set();
  }
}
