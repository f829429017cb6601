/** What the council's journal and its maintenance windows say at present, for the whole page. */
import { batch, computed, signal } from "@preact/signals";

import * as api from "./api";
import { now } from "./clock";
import { activeWindows, clockEntries, factOf, withEntry, withWindow } from "./council/journal";
import * as kept from "./preferences";
import type { JournalEntry, JournalEvent, MaintenanceWindow } from "./wire";

const ENTRIES_ASKED = 30;
const KNOWN_KEY = "conselho.clock-known";
const KNOWN_KEPT = 20;

/** The newest entries, newest first; a councilor's older ones are asked for where they are shown. */
export const entries = signal<readonly JournalEntry[]>([]);
export const windows = signal<readonly MaintenanceWindow[]>([]);

/** Moves whenever the stream told of something that stands in the journal by now. */
export const told = signal(0);

export const active = computed(() => activeWindows(windows.value, now.value));

/** The facts about the clock that the reader has said "I know" to. */
const known = signal<readonly string[]>(readKnown());

kept.whenElsewhere(KNOWN_KEY, () => {
  known.value = readKnown();
});

/** What happened to the clock or the machine within the last hour, and is not known yet. */
export const clockNotes = computed(() =>
  clockEntries(entries.value, now.value).filter((entry) => !known.value.includes(factOf(entry))),
);

export function knowClock(entry: JournalEntry): void {
  known.value = [...known.value, factOf(entry)].slice(-KNOWN_KEPT);
  kept.write(KNOWN_KEY, known.value.join("\n"));
}

function readKnown(): readonly string[] {
  return (kept.read(KNOWN_KEY) ?? "").split("\n");
}

/** Never rejects: a server that keeps no journal yet has nothing to tell. */
export async function loadJournal(): Promise<void> {
  const nothing = () => null;
  const [newest, planned] = await Promise.all([
    api.getJournal({ limit: ENTRIES_ASKED }).catch(nothing),
    api.getMaintenance().catch(nothing),
  ]);
  batch(() => {
    if (newest) entries.value = newest.entries.toReversed().reduce(withEntry, entries.value);
    if (planned) windows.value = planned.windows;
  });
}

export function heardOfJournal({ entry, window }: JournalEvent): void {
  batch(() => {
    entries.value = withEntry(entries.value, entry);
    if (window) heardOfWindow(window);
  });
}

export function heardOfWindow(window: MaintenanceWindow): void {
  windows.value = withWindow(windows.value, window);
}
