/** The council: filter, order, and every councilor as a card, or as a tile when they are many. */
import { computed } from "@preact/signals";
import { Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { mayEdit, mayOperate } from "../access";
import { steadyNow } from "../clock";
import { filter, NEEDS, setFilter } from "../council/filter";
import { displayName, officeOf } from "../council/names";
import { type Order, ORDERS, ordered } from "../council/order";
import { type Section, sectionsOf } from "../council/sections";
import { troubleOf } from "../council/standing";
import { messages } from "../i18n";
import { attention, attentionAsCards, seated, shape, SHOWN } from "../overview";
import { ORDERS_ADDRESS, PROMOTE_ADDRESS } from "../route";
import { folded } from "../text/search";
import type { Agent } from "../wire";
import { CouncilorCard } from "./card";
import { SectionHead, useFolds } from "./section_head";
import { CouncilorTile } from "./tile";

/** Cards keep their place at least this long, and for as long as the pointer is among them. */
const REORDER_MS = 10_000;
const TAGS_SHOWN = 5;
/** Tiles that a window may show before anything is scrolled. */
const DRAWN_FIRST = 60;

/** Cards shown above under "needs you" are not repeated here. */
const candidates = computed<readonly Agent[]>(() => {
  if (!attentionAsCards.value) return seated.value;
  const above = new Set(attention.value.slice(0, SHOWN).map((item) => item.agent.agent_id));
  return seated.value.filter((agent) => !above.has(agent.agent_id));
});

const found = computed<readonly Agent[]>(() => {
  const { search, group } = filter.value;
  const words = folded(search).split(/\s+/);
  const from = search || group ? seated.value : candidates.value;
  return from.filter((agent) => {
    if (!inGroup(agent, group)) return false;
    const known = search ? wordsOf(agent) : "";
    return words.every((word) => known.includes(word));
  });
});

function inGroup(agent: Agent, name: string): boolean {
  if (name === "") return true;
  return name === NEEDS ? troubleOf(agent) !== null : agent.tags.includes(name);
}

function wordsOf(agent: Agent): string {
  const task = agent.councilor_config?.task.name ?? "";
  return folded([displayName(agent), officeOf(agent), task, agent.agent_id, ...agent.tags].join(" "));
}

export function CouncilView() {
  const t = messages.value.council;
  return (
    <section class="council" aria-labelledby="council-title">
      <header class="section-head">
        <h2 id="council-title">{t.title}</h2>
        <SearchField />
        <Groups />
        <div class="ends">
          <OrderChoice />
          {mayOperate.value && (
            <a class="button orders-link" href={ORDERS_ADDRESS} title={t.ordersHint}>
              {t.orders}
            </a>
          )}
          {mayEdit.value && (
            <a class="button filled promote-link" href={PROMOTE_ADDRESS}>
              {t.promote}
            </a>
          )}
        </div>
      </header>
      <Members />
    </section>
  );
}

function SearchField() {
  const t = messages.value.council;
  return (
    <input
      type="search"
      placeholder={t.filter}
      aria-label={t.filter}
      value={filter.value.search}
      onInput={(event) => setFilter({ search: event.currentTarget.value })}
    />
  );
}

function Groups() {
  const t = messages.value.council;
  const [all, setAll] = useState(false);
  const tags = tagsOf(seated.value);
  const { group } = filter.value;
  const needing = attentionAsCards.value ? 0 : attention.value.length;
  const rest = candidates.value.length;
  const first = rest === seated.value.length ? t.all : t.others;
  // The one that is chosen shows, wherever it stands.
  const most = needing > 0 ? TAGS_SHOWN - 1 : TAGS_SHOWN;
  const shown = all ? tags : tags.filter(([tag], at) => at < most || tag === group);
  return (
    <div class={`chips ${all ? "is-all" : ""}`} role="group" aria-label={t.groups}>
      <Chip name="" label={first} count={rest} />
      {(needing > 0 || group === NEEDS) && <Chip name={NEEDS} label={t.needs} count={needing} />}
      {shown.map(([tag, count]) => (
        <Chip key={tag} name={tag} label={tag} count={count} />
      ))}
      {tags.length > most && (
        <button type="button" class="chip more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.fewerTags : t.moreTags(tags.length - shown.length)}
        </button>
      )}
    </div>
  );
}

function Chip({ name, label, count }: { name: string; label: string; count: number }) {
  const pressed = filter.value.group === name;
  return (
    <button
      type="button"
      class="chip"
      title={label}
      aria-pressed={pressed}
      onClick={() => setFilter({ group: pressed ? "" : name })}
    >
      <span>{label}</span> <b>{count}</b>
    </button>
  );
}

/** The most frequent first. */
function tagsOf(agents: readonly Agent[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const agent of agents) {
    for (const tag of agent.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function OrderChoice() {
  const t = messages.value.council;
  return (
    <label class="order">
      <span class="unseen">{t.orderLabel}:</span>
      <select value={filter.value.order} onChange={(event) => setFilter({ order: event.currentTarget.value as Order })}>
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
  const { sections, hold } = useCalmOrder(found.value);
  const { search, group } = filter.value;
  const folds = useFolds(sections);
  if (found.value.length === 0 && (search || group)) {
    return (
      <p class="nobody">
        {t.nobody}{" "}
        <button type="button" class="button" onClick={() => setFilter({ search: "", group: "" })}>
          {t.clear}
        </button>
      </p>
    );
  }
  let drawn = 0;
  return (
    <div onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)}>
      {sections.map((section) => {
        const isOpen = !folds.areFolded(section.key);
        const before = drawn;
        if (isOpen) drawn += section.agents.length;
        return (
          <Fragment key={section.key}>
            {section.key !== "" && <SectionHead section={section} folds={folds} />}
            {isOpen && <Places agents={section.agents} before={before} />}
          </Fragment>
        );
      })}
    </div>
  );
}

/** `before`: how many tiles stand above them. */
function Places({ agents, before }: { agents: readonly Agent[]; before: number }) {
  const tiles = shape.value === "tiles";
  return (
    <ul class={tiles ? "tiles" : `cards is-${shape.value}`}>
      {agents.map((agent, at) =>
        tiles ? (
          <CouncilorTile key={agent.agent_id} agent={agent} first={before + at < DRAWN_FIRST} />
        ) : (
          <CouncilorCard key={agent.agent_id} agent={agent} />
        ),
      )}
    </ul>
  );
}

interface CalmOrder {
  readonly sections: readonly Section[];
  /** While it is held, nothing moves. */
  readonly hold: (held: boolean) => void;
}

/** `agents` in the chosen order and parts; a new one waits until it disturbs nobody. */
function useCalmOrder(agents: readonly Agent[]): CalmOrder {
  const [held, hold] = useState(false);
  const [, lookAgain] = useState(0);
  const placed = useRef({ places: [] as readonly Place[], at: 0, question: "" });
  const { search, group, order } = filter.value;
  const many = shape.value === "tiles";
  const question = [order, search, group, many, agents.length].join("\n");
  const wanted = arranged(agents, order, many);
  const wait = placed.current.at + REORDER_MS - steadyNow();
  const mayMove = (!held && wait <= 0) || placed.current.question !== question;
  const asked = placesOf(wanted);
  const isBehind = !mayMove && JSON.stringify(asked) !== JSON.stringify(placed.current.places);
  useEffect(() => {
    if (mayMove) placed.current = { places: asked, at: steadyNow(), question };
    if (!isBehind || held) return;
    const timer = setTimeout(() => lookAgain((n) => n + 1), Math.max(0, wait));
    return () => clearTimeout(timer);
  });
  if (mayMove || !isBehind) return { sections: wanted, hold };
  return { sections: atPlaces(placed.current.places, agents), hold };
}

/** The parts, and who stands in them. */
type Place = readonly [key: string, ids: readonly string[]];

/** Parts are for those who look at everybody: another order, or a small council, stands in one. */
function arranged(agents: readonly Agent[], order: Order, many: boolean): readonly Section[] {
  const all = ordered(agents, order, many);
  if (order !== "needs") return [{ key: "", agents: all }];
  return sectionsOf(all, new Set(attention.value.map((item) => item.agent.agent_id)));
}

function placesOf(sections: readonly Section[]): readonly Place[] {
  return sections.map(({ key, agents }) => [key, agents.map((agent) => agent.agent_id)]);
}

/** Who has come in the place of somebody who has gone stands at the end. */
function atPlaces(places: readonly Place[], agents: readonly Agent[]): readonly Section[] {
  const left = new Map(agents.map((agent) => [agent.agent_id, agent]));
  const sections = places.map(([key, ids]) => ({
    key,
    agents: ids.flatMap((id) => {
      const agent = left.get(id);
      left.delete(id);
      return agent ? [agent] : [];
    }),
  }));
  sections.at(-1)?.agents.push(...left.values());
  return sections;
}
