/** A failure's own message. Apart from the other news: it needs the English words, whatever is shown. */
import { en } from "../i18n/en";
import type { TaskRow } from "../wire";
import { causeOf, type Failure } from "./news";

/** Without the server's English name of the cause in front of it. */
export function ownWords(row: Failure & Pick<TaskRow, "error">): string {
  const named = row.error_cause ? `${causeOf(row, en)[0].replace(/\.$/, "")}: ` : "";
  const said = row.error ?? "";
  return named && said.startsWith(named) ? said.slice(named.length) : said;
}
