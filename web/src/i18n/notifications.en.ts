import type { NotificationMessages } from "./notifications.pt-BR";

const NUMBERS = "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split(" ");
const list = (items: readonly string[]) =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;

/** The words of toasts and notifications in English. */
export const notificationsEn: NotificationMessages = {
  region: "Notices",
  kind: { error: "Error", missed: "Missed", warning: "Warning", success: "In order" },
  needing: (n) => `${NUMBERS[n] ?? n} ${n === 1 ? "run asks" : "runs ask"} for attention`,
  good: (n) => `${NUMBERS[n] ?? n} ${n === 1 ? "run" : "runs"} ended in order`,
  names: (names, more) => list(more > 0 ? [...names, `${more} more`] : names),
  see: "See what it saw",
  seeMissed: "See the slot",
  seeAll: "See in the footer",
  dismiss: (what) => `Dismiss: ${what}`,
  dismissAll: "Dismiss all",
};
