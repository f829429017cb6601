/** What the views have in common, worked out once for each change of the council. */
import { computed, effect, signal } from "@preact/signals";

import { acknowledged } from "./actions";
import calm from "./assets/favicon-calm.svg";
import error from "./assets/favicon-error.svg";
import missed from "./assets/favicon-missed.svg";
import lostIcon from "./assets/favicon-lost.svg";
import warning from "./assets/favicon-warning.svg";
import { type Attention, needsAttention } from "./council/attention";
import { inSeatOrder } from "./council/names";
import { type Screen, type Shape, shapeOf, TILES_ABOVE } from "./council/shape";
import { isPaused, lastVerdict, type Standing, standingOf, troubleOf } from "./council/standing";
import { density } from "./preferences";
import { council, lost, unreadable } from "./session";
import type { Agent } from "./wire";

/** The width of a phone is as the styles have it. */
const WIDTHS = { phone: "(max-width: 719px)", wall: "(min-width: 2560px)" } as const;
const screen = signal<Screen>("desk");
for (const media of Object.values(WIDTHS).map((width) => globalThis.matchMedia?.(width))) {
  media?.addEventListener("change", measure);
}
measure();

function measure(): void {
  const is = (width: string) => globalThis.matchMedia?.(width).matches;
  screen.value = is(WIDTHS.phone) ? "phone" : is(WIDTHS.wall) ? "wall" : "desk";
}

/** Cards of what needs the reader that are shown at first. */
export const SHOWN = 3;

export const seated = computed<readonly Agent[]>(() => inSeatOrder(council.value.agents.values()));
export const shape = computed<Shape>(() => shapeOf(seated.value.length, density.value, screen.value));
/** Among many, trouble comes first as tiles of its own colour; otherwise as cards that say what to do. */
export const attentionAsCards = computed(() => shape.value !== "tiles" || seated.value.length <= TILES_ABOVE);
export const attention = computed<readonly Attention[]>(() =>
  needsAttention(seated.value, acknowledged.value),
);
export const standings = computed<ReadonlyMap<string, Standing>>(
  () => new Map(seated.value.map((agent) => [agent.agent_id, standingOf(agent)])),
);
const untroubled = computed(() =>
  seated.value.filter((agent) => !isPaused(agent) && troubleOf(agent) === null),
);
/** In order: in its seat, and its last verdict is no trouble, whatever it does at the moment. */
export const inOrder = computed(
  () => untroubled.value.filter((agent) => lastVerdict(agent) !== null).length,
);
/** In its seat without any verdict yet: nothing is known of it, so it is not in order either. */
export const unproven = computed(() => untroubled.value.length - inOrder.value);
/** Also those that are not shown, since what the server told of them cannot be read. */
export const unknown = computed(() => unproven.value + unreadable.value);

const ICONS = { calm, error, missed, warning, lost: lostIcon } as const;

export const tabIcon = computed<keyof typeof ICONS>(() => {
  if (lost.value) return "lost";
  return attention.value[0]?.kind ?? (unreadable.value > 0 ? "warning" : "calm");
});

/** The tab says how many need the reader, and its icon the worst state. */
export function applyTab(): void {
  effect(() => {
    const open = attention.value.length;
    document.title = open > 0 ? `(${open}) Conselho` : "Conselho";
  });
  effect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (link) link.href = ICONS[tabIcon.value];
  });
}
