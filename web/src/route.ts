/**
 * Which panel is open, kept in the address after `#` so that it can be copied, reloaded and left
 * with the back button: `#/execution/ID`, `#/councilor/ID`, `#/agenda/ID`, `#/orders`, `#/journal`,
 * or nothing.
 */
import { signal } from "@preact/signals";

export type Route =
  | { readonly kind: "plenary" }
  | { readonly kind: "execution"; readonly id: string }
  | { readonly kind: "councilor"; readonly id: string }
  | { readonly kind: "agenda"; readonly id: string }
  | { readonly kind: "orders" }
  | { readonly kind: "journal" };

export const ORDERS_ADDRESS = "#/orders";
export const JOURNAL_ADDRESS = "#/journal";

export function parseRoute(hash: string): Route {
  if (hash === ORDERS_ADDRESS) return { kind: "orders" };
  if (hash === JOURNAL_ADDRESS) return { kind: "journal" };
  const parts = /^#\/(execution|councilor|agenda)\/([^/]+)$/.exec(hash);
  const id = parts?.[2] === undefined ? null : decoded(parts[2]);
  if (!parts || id === null) return { kind: "plenary" };
  return { kind: parts[1] as "execution" | "councilor" | "agenda", id };
}

export function executionAddress(taskId: string): string {
  return `#/execution/${encodeURIComponent(taskId)}`;
}

export function councilorAddress(agentId: string): string {
  return `#/councilor/${encodeURIComponent(agentId)}`;
}

export function agendaAddress(agentId: string): string {
  return `#/agenda/${encodeURIComponent(agentId)}`;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export const route = signal<Route>({ kind: "plenary" });

export function startRouting(): void {
  const read = () => {
    route.value = parseRoute(location.hash);
  };
  window.addEventListener("hashchange", read);
  read();
}

export function goHome(): void {
  history.pushState(null, "", location.pathname + location.search);
  route.value = { kind: "plenary" };
}
