/** A row of the history in one line: what came of it, and of a lost slot why. */
import type { Messages } from "../i18n";
import type { Formats } from "../text/format";
import { missedReason, newsOf } from "../text/news";
import type { TaskRow } from "../wire";

export function rowWords(row: TaskRow, t: Messages, f: Formats): string {
  const words = newsOf(row, t, f);
  const why = row.status === "missed" ? missedReason(row.skip_reason, t) : "";
  return why ? `${words}. ${why}` : words;
}
