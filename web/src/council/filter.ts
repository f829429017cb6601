/**
 * Whom the council shows, and in which order: kept in the address before `#`, so that it can be
 * copied, comes back after a reload, and stays while panels and views come and go.
 */
import { effect, signal } from "@preact/signals";

import { type Order, ORDERS } from "./order";

/** A group that is no tag. */
export const NEEDS = "\u0000needs";

export interface Filter {
  readonly search: string;
  /** A tag, `NEEDS`, or empty for everybody. */
  readonly group: string;
  readonly order: Order;
}

/** The browser allows about seven writes of the address a second. */
const WRITE_AFTER_MS = 250;

export const filter = signal<Filter>({ search: "", group: "", order: "needs" });

export function setFilter(change: Partial<Filter>): void {
  filter.value = { ...filter.value, ...change };
}

export function parseFilter(query: string): Filter {
  const asked = new URLSearchParams(query);
  const order = ORDERS.find((each) => each === asked.get("order")) ?? "needs";
  const group = asked.has("needs") ? NEEDS : (asked.get("tag") ?? "");
  return { search: asked.get("q") ?? "", group, order };
}

/** As a query with its `?`; empty when nothing is filtered. */
export function queryOf({ search, group, order }: Filter): string {
  const query = new URLSearchParams();
  if (search) query.set("q", search);
  if (group === NEEDS) query.set("needs", "1");
  else if (group) query.set("tag", group);
  if (order !== "needs") query.set("order", order);
  const text = query.toString();
  return text && `?${text}`;
}

export function startFilter(): void {
  const read = () => {
    filter.value = parseFilter(location.search);
  };
  read();
  window.addEventListener("popstate", read);
  let later: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const query = queryOf(filter.value);
    clearTimeout(later);
    later = setTimeout(() => {
      if (queryOf(parseFilter(location.search)) === query) return;
      history.replaceState(history.state, "", location.pathname + query + location.hash);
    }, WRITE_AFTER_MS);
  });
}
