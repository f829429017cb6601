/** One row of lost slots in a sentence: "Missed 8,640 times, from ... to ...: the server was down." */
import type { AgendaMessages } from "../i18n/agenda.pt-BR";
import { endsOf, type Formats } from "../text/format";
import { firstLine } from "../text/news";
import type { TaskRow } from "../wire";

type Row = Pick<TaskRow, "status" | "due_at" | "slot_from" | "slot_to" | "slot_count" | "skip_reason">;

export function lostWords(row: Row, { lost: t }: AgendaMessages, f: Formats): string {
  const n = row.slot_count ?? 1;
  const times = (row.status === "missed" ? t.missed : t.skipped)(n, f.number(n));
  const why = t.why[row.skip_reason ?? ""] ?? firstLine(row.skip_reason);
  const head = [times, when(row, n, t, f)].filter(Boolean).join(", ");
  return why ? `${head}: ${why}.` : `${head}.`;
}

/** With their days, for these rows are read long after. */
function when(row: Row, n: number, t: AgendaMessages["lost"], f: Formats): string {
  const from = row.slot_from ?? row.due_at;
  if (from === null) return "";
  const to = row.slot_to ?? from;
  const single = n === 1 || to === from;
  const say = single ? f.moment : endsOf(Date.parse(from), Date.parse(to), f);
  const day = (at: string) => say(Date.parse(at), Number.NaN);
  return single ? t.at(day(from)) : t.fromTo(day(from), day(to));
}
