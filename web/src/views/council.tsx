/** The council: filter, order, and every councilor as a card, or as a tile when they are many. */
import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { mayOperate } from "../access";
import { displayName, officeOf } from "../council/names";
import { type Order, ORDERS, ordered } from "../council/order";
import { troubleOf } from "../council/standing";
import { messages } from "../i18n";
import { asTiles, attention, seated } from "../overview";
import { serverTime } from "../clock";
import { ORDERS_ADDRESS } from "../route";
import type { Agent } from "../wire";
import { CouncilorCard } from "./card";
import { CouncilorTile } from "./tile";

/** Cards keep their place at least this long, and for as long as the pointer is among them. */
const REORDER_MS = 10_000;
const TAGS_SHOWN = 5;
const ATTENTION_SHOWN = 3;
const NEEDS = "\u0000needs";

const search = signal("");
const group = signal("");
const order = signal<Order>("needs");

/** Cards shown above under "needs you" are not repeated here. */
const candidates = computed<readonly Agent[]>(() => {
  if (asTiles.value) return seated.value;
  const above = new Set(attention.value.slice(0, ATTENTION_SHOWN).map((item) => item.agent.agent_id));
  return seated.value.filter((agent) => !above.has(agent.agent_id));
});

const found = computed<readonly Agent[]>(() => {
  const words = folded(search.value);
  const from = words || group.value ? seated.value : candidates.value;
  return from.filter(
    (agent) => inGroup(agent, group.value) && (words === "" || folded(wordsOf(agent)).includes(words)),
  );
});

function inGroup(agent: Agent, name: string): boolean {
  if (name === "") return true;
  return name === NEEDS ? troubleOf(agent) !== null : agent.tags.includes(name);
}

function wordsOf(agent: Agent): string {
  const task = agent.councilor_config?.task.name ?? "";
  return [displayName(agent), officeOf(agent), task, agent.agent_id, ...agent.tags].join(" ");
}

/** Without accents and case: who types "seguranca" means "segurança". */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

export function CouncilView() {
  const t = messages.value.council;
  return (
    <section class="council" aria-labelledby="council-title">
      <header class="section-head">
        <h2 id="council-title">{t.title}</h2>
        <input
          type="search"
          placeholder={t.filter}
          aria-label={t.filter}
          value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
        <Groups />
        <div class="ends">
          <OrderChoice />
          {mayOperate.value && (
            <a class="button orders-link" href={ORDERS_ADDRESS} title={t.ordersHint}>
              {t.orders}
            </a>
          )}
        </div>
      </header>
      <Members />
    </section>
  );
}

function Groups() {
  const t = messages.value.council;
  const needing = asTiles.value ? attention.value.length : 0;
  const rest = candidates.value.length;
  const first = rest === seated.value.length ? t.all : t.others;
  return (
    <div class="chips">
      <Chip name="" label={first} count={rest} />
      {needing > 0 && <Chip name={NEEDS} label={t.needs} count={needing} />}
      {commonTags(seated.value).map(([tag, count]) => (
        <Chip key={tag} name={tag} label={tag} count={count} />
      ))}
    </div>
  );
}

function Chip({ name, label, count }: { name: string; label: string; count: number }) {
  return (
    <button type="button" class="chip" title={label} aria-pressed={group.value === name} onClick={() => (group.value = name)}>
      <span>{label}</span> <b>{count}</b>
    </button>
  );
}

function commonTags(agents: readonly Agent[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const agent of agents) {
    for (const tag of agent.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, TAGS_SHOWN);
}

function OrderChoice() {
  const t = messages.value.council;
  return (
    <label class="order">
      <span>{t.orderLabel}:</span>
      <select value={order.value} onChange={(event) => (order.value = event.currentTarget.value as Order)}>
        {ORDERS.map((each) => (
          <option key={each} value={each}>
            {t.order[each]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Members() {
  const t = messages.value.council;
  const held = useRef(false);
  const agents = useCalmOrder(found.value, held);
  if (agents.length === 0 && (search.value || group.value)) {
    return (
      <p class="nobody">
        {t.nobody}{" "}
        <button type="button" class="button" onClick={clearFilter}>
          {t.clear}
        </button>
      </p>
    );
  }
  const Member = asTiles.value ? CouncilorTile : CouncilorCard;
  return (
    <ul
      class={asTiles.value ? "tiles" : "cards"}
      onPointerEnter={() => (held.current = true)}
      onPointerLeave={() => (held.current = false)}
    >
      {agents.map((agent) => (
        <Member key={agent.agent_id} agent={agent} />
      ))}
    </ul>
  );
}

function clearFilter(): void {
  search.value = "";
  group.value = "";
}

/** `agents` in the chosen order; a new order waits until it disturbs nobody. */
function useCalmOrder(agents: readonly Agent[], held: { readonly current: boolean }): readonly Agent[] {
  const places = useRef(new Map<string, number>());
  const placedAt = useRef(0);
  const question = useRef("");
  const asked = `${order.value}\n${search.value}\n${group.value}\n${agents.length}`;
  const due = !held.current && serverTime() - placedAt.current >= REORDER_MS;
  const mayMove = due || question.current !== asked;
  if (mayMove) {
    const wanted = ordered(agents, order.value, asTiles.value);
    places.current = new Map(wanted.map((agent, at) => [agent.agent_id, at]));
  }
  useEffect(() => {
    if (!mayMove) return;
    placedAt.current = serverTime();
    question.current = asked;
  });
  const place = (agent: Agent) => places.current.get(agent.agent_id) ?? Number.MAX_SAFE_INTEGER;
  return [...agents].sort((a, b) => place(a) - place(b));
}
