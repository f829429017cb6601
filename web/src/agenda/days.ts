/** Slots by the day of their own clock, for a list that reads like a diary. */
import type { Slot } from "../wire";

export interface SlotTime {
  readonly at: string;
  /** `14:30`, with seconds only when some slot of the list has them. */
  readonly time: string;
  readonly note: Slot["note"];
}

export interface SlotDay {
  /** `2026-11-26` */
  readonly date: string;
  readonly slots: readonly SlotTime[];
}

export function slotDays(slots: readonly Slot[]): SlotDay[] {
  const read = slots.map((slot) => ({ slot, ...partsOf(slot.local) }));
  const fine = read.some(({ seconds }) => seconds !== "00");
  const days = new Map<string, SlotTime[]>();
  for (const { slot, date, minutes, seconds } of read) {
    const time = fine ? `${minutes}:${seconds}` : minutes;
    const day = days.get(date) ?? [];
    days.set(date, [...day, { at: slot.at, time, note: slot.note }]);
  }
  return [...days].map(([date, times]) => ({ date, slots: times }));
}

function partsOf(local: string): { date: string; minutes: string; seconds: string } {
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d))?/.exec(local);
  return { date: parts?.[1] ?? local, minutes: parts?.[2] ?? "", seconds: parts?.[3] ?? "00" };
}
