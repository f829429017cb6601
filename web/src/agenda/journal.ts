/** One entry of a seat's journal in words: what happened, and what the server says beside it. */
import type { AgendaMessages } from "../i18n/agenda.pt-BR";
import type { JournalEntry } from "../wire";

/** Of these the kind says all there is: the server's sentence would only repeat it. */
const PLAIN = new Set(["promoted", "paused", "resumed", "demoted", "deleted"]);

export function journalWords({ kind, detail }: JournalEntry, { journal: t }: AgendaMessages): [what: string, more: string] {
  if (kind === "paused" && / together with others\.$/.test(detail)) return [t.pausedTogether, ""];
  const value = /: the schedule was '(.+)', now '(.+)'\.$/.exec(detail);
  if (value) return [t.value(value[1]!, value[2]!), ""];
  if (/ has other rules now\.$/.test(detail)) return [t.rules, ""];
  if (/; the schedule is as before\.$/.test(detail)) return [t.asBefore, ""];
  return [t.kind[kind] ?? kind, PLAIN.has(kind) ? "" : detail];
}
