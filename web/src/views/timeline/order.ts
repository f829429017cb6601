/** In which order the lanes stand: by seat, or those in trouble first; nothing moves under a reader's hand. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { now } from "../../clock";
import { ordered } from "../../council/order";
import * as kept from "../../preferences";
import type { Agent } from "../../wire";

export const LANE_ORDERS = ["seats", "needs"] as const;
export type LaneOrder = (typeof LANE_ORDERS)[number];

const KEY = "conselho.timeline-order";
const REORDER_MS = 10_000;

export const order = signal<LaneOrder>(LANE_ORDERS.find((each) => each === kept.read(KEY)) ?? "seats");

export function chooseOrder(next: LaneOrder): void {
  order.value = next;
  kept.write(KEY, next);
}

/** `agents` come in seat order. While `held` is true only who comes or goes changes anything. */
export function useLaneOrder(agents: readonly Agent[], held: { readonly current: boolean }): readonly string[] {
  const was = useRef<{ readonly asked: string; readonly at: number; readonly ids: readonly string[] } | null>(null);
  const asked = `${order.value}\n${agents.map((agent) => agent.agent_id).sort().join("\n")}`;
  const known = was.current?.asked === asked ? was.current : null;
  const mayMove = known === null || (!held.current && now.peek() - known.at >= REORDER_MS);
  const wanted = order.value === "needs" ? ordered(agents, "needs", true) : agents;
  const next = mayMove ? { asked, at: now.peek(), ids: wanted.map((agent) => agent.agent_id) } : known;
  useEffect(() => {
    was.current = next;
  });
  return next.ids;
}
