/**
 * Which view or panel is open, kept in the address after `#` so that it can be copied, reloaded and
 * left with the back button. `#/timeline` and `#/providers` stand in the plenary's place; the others
 * are panels over what was open before.
 */
import { computed, signal } from "@preact/signals";

export type Route =
  | { readonly kind: "plenary" | "timeline" | "providers" }
  | { readonly kind: "orders" | "journal" }
  | { readonly kind: "execution" | "councilor" | "agenda" | "edit"; readonly id: string }
  /** A seat for a new agent; for `id` when an agent without a seat gets one. */
  | { readonly kind: "promote"; readonly id: string | null };

/** The views; every other route is a panel. */
export type View = "plenary" | "timeline" | "providers";

export const ORDERS_ADDRESS = "#/orders";
export const JOURNAL_ADDRESS = "#/journal";
export const TIMELINE_ADDRESS = "#/timeline";
export const PROVIDERS_ADDRESS = "#/providers";
export const PROMOTE_ADDRESS = "#/promote";

const FIXED: Readonly<Record<string, Route>> = {
  [ORDERS_ADDRESS]: { kind: "orders" },
  [JOURNAL_ADDRESS]: { kind: "journal" },
  [TIMELINE_ADDRESS]: { kind: "timeline" },
  [PROVIDERS_ADDRESS]: { kind: "providers" },
  [PROMOTE_ADDRESS]: { kind: "promote", id: null },
};
const WITH_ID = /^#\/(execution|councilor|agenda|edit|promote)\/([^/]+)$/;

export function parseRoute(hash: string): Route {
  const fixed = FIXED[hash];
  if (fixed) return fixed;
  const parts = WITH_ID.exec(hash);
  const id = parts?.[2] === undefined ? null : decoded(parts[2]);
  if (!parts || id === null) return { kind: "plenary" };
  return { kind: parts[1] as "execution" | "councilor" | "agenda" | "edit" | "promote", id };
}

export function executionAddress(taskId: string): string {
  return addressOf("execution", taskId);
}

export function councilorAddress(agentId: string): string {
  return addressOf("councilor", agentId);
}

export function agendaAddress(agentId: string): string {
  return addressOf("agenda", agentId);
}

export function editAddress(agentId: string): string {
  return addressOf("edit", agentId);
}

export function promoteAddress(agentId: string): string {
  return addressOf("promote", agentId);
}

function addressOf(kind: string, id: string): string {
  return `#/${kind}/${encodeURIComponent(id)}`;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export const route = signal<Route>({ kind: "plenary" });

/** The view that stands behind an open panel: the one that was open before it. */
export const view = signal<View>("plenary");
export const panelIsOpen = computed(() => !isView(route.value.kind));

function isView(kind: Route["kind"]): kind is View {
  return kind === "plenary" || kind === "timeline" || kind === "providers";
}

export function startRouting(): void {
  const read = () => {
    const next = parseRoute(location.hash);
    if (isView(next.kind)) view.value = next.kind;
    route.value = next;
  };
  window.addEventListener("hashchange", read);
  read();
}

/** Close the panel: back to the view behind it. */
export function closePanel(): void {
  const behind = view.value === "plenary" ? location.pathname + location.search : `#/${view.value}`;
  history.pushState(null, "", behind);
  route.value = { kind: view.value };
}
