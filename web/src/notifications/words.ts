/** Several notices in one sentence. */
import type { NotificationMessages } from "../i18n/notifications.pt-BR";
import { type Notice, sortOf } from "./board";

export function summaryOf(notices: readonly Pick<Notice, "kind">[], t: NotificationMessages, more = 0): string {
  const needing = notices.filter((notice) => sortOf(notice.kind) === "needs").length;
  return needing > 0 ? t.needing(needing + more) : t.good(notices.length + more);
}
