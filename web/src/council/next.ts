/** When a councilor's next slot is, from the last snapshot and the schedule. */
import { intervalMs } from "../text/schedule";
import type { Agent } from "../wire";

/** A slot this young may still be the one that is being submitted. */
const GRACE_MS = 2_000;

/**
 * Epoch milliseconds of the next slot; null when paused or not known.
 *
 * An interval's slots are anchored, so those after the one the server named follow from it. A cron
 * expression is only read by the server.
 */
export function nextSlot(agent: Agent, now: number): number | null {
  const schedule = agent.councilor_config?.schedule;
  if (!schedule?.enabled || agent.next_execution === null) return null;
  const named = Date.parse(agent.next_execution);
  if (named > now) return named;
  const every = schedule.type === "interval" ? intervalMs(schedule.value) : null;
  if (every === null) return now - named < GRACE_MS ? named : null;
  return named + Math.ceil((now - named) / every) * every;
}

/** True when only the server can tell the next slot: a cron slot has passed, or none was named. */
export function slotIsUnknown(agent: Agent, now: number): boolean {
  return Boolean(agent.councilor_config?.schedule.enabled) && nextSlot(agent, now) === null;
}
