/** One entry of a seat's journal in words: what happened, and what the server says beside it. */
import { wasKilled } from "../council/journal";
import type { AgendaMessages } from "../i18n/agenda.pt-BR";
import type { JournalEntry } from "../wire";

/** Of these the kind says all there is: the server's sentence would only repeat it. */
const PLAIN = new Set(["promoted", "paused", "resumed", "demoted", "deleted", "server_started", "server_stopped"]);

export function journalWords({ kind, detail }: JournalEntry, { journal: t }: AgendaMessages): [what: string, more: string] {
  if (wasKilled({ kind, detail })) return [t.killed, ""];
  if (kind === "paused" && / together with others\.$/.test(detail)) return [t.pausedTogether, ""];
  const [, changes] = / was edited: (.*)$/s.exec(detail) ?? [];
  const value = /\bschedule\.value '([^']*)' -> '([^']*)'/.exec(changes ?? "");
  if (value) {
    // The type follows from the value; anything else is a change that the headline does not tell.
    const others = changes!.replace(value[0], "").replace(/\bschedule\.type '[^']*' -> '[^']*'/, "");
    return [t.value(value[1]!, value[2]!), /\w/.test(others) ? detail : ""];
  }
  if (changes && /^(?:schedule|policies)\./.test(changes)) return [t.rules, detail];
  return [t.kind[kind] ?? kind, PLAIN.has(kind) ? "" : detail];
}
