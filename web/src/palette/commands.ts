/** All that the palette can do, from the council as it is now. */
import { mayEdit, mayOperate } from "../access";
import { cancel, runNow, setPaused } from "../actions";
import { displayName, officeOf, shortName } from "../council/names";
import { isPaused, type MarkKind, markOf, standingOf } from "../council/standing";
import { formats, messages } from "../i18n";
import type { PaletteMessages } from "../i18n/palette.pt-BR";
import { dialog, type ShortcutId } from "../keys";
import { attention, seated } from "../overview";
import { density, flip, languageChoice, sound, theme } from "../preferences";
import {
  agendaAddress,
  councilorAddress,
  editAddress,
  executionAddress,
  JOURNAL_ADDRESS,
  ORDERS_ADDRESS,
  PROMOTE_ADDRESS,
  PROVIDERS_ADDRESS,
  TIMELINE_ADDRESS,
} from "../route";
import { canWrite, council } from "../session";
import { markNews, newsOf } from "../text/news";
import type { Agent } from "../wire";
import type { Entry } from "./rank";

export type Group = "needs" | "go" | "councilor" | "order" | "execution" | "look";

export interface Command extends Entry {
  readonly id: string;
  readonly group: Group;
  readonly hint?: string;
  readonly mark?: MarkKind;
  readonly keys?: ShortcutId;
  readonly act: () => void;
  /** Why it cannot be done now; null when it can. */
  readonly refusal?: () => string | null;
}

const RECENT_AT_FIRST = 6;
const NEEDING_AT_FIRST = 5;
/** There are many, and each begins with a name: what can be done with whom comes first. */
const RUN_WEIGHT = 0.8;

export function allCommands(t: PaletteMessages): Command[] {
  return [...needing(t), ...places(t), ...seated.peek().flatMap((agent) => ofCouncilor(agent, t)), ...executions(), ...looks(t)];
}

/** What is offered before anything is typed. */
export function firstCommands(t: PaletteMessages): Command[] {
  return [
    ...needing(t).slice(0, NEEDING_AT_FIRST),
    ...places(t),
    ...executions().slice(0, RECENT_AT_FIRST),
    ...looks(t),
  ];
}

function to(address: string): () => void {
  return () => {
    location.hash = address;
  };
}

function needing(t: PaletteMessages): Command[] {
  return attention.peek().map(({ agent, kind, mark }) => ({
    id: `needs ${agent.agent_id}`,
    group: "needs",
    label: t.seeTrouble(shortName(displayName(agent))),
    also: agent.agent_id,
    hint: markNews(mark, messages.peek(), formats.peek()),
    mark: kind,
    act: to(executionAddress(mark.task_id)),
  }));
}

function places(t: PaletteMessages): Command[] {
  const p = messages.peek().places;
  const go = (label: string, address: string, also = "", keys?: ShortcutId): Command => ({
    id: address,
    group: "go",
    label,
    also,
    ...(keys && { keys }),
    act: to(address),
  });
  return [
    go(p.plenary, "#/", t.also.plenary, "plenary"),
    go(p.timeline, TIMELINE_ADDRESS, t.also.timeline, "timeline"),
    go(p.providers, PROVIDERS_ADDRESS, t.also.providers, "providers"),
    go(t.orders, ORDERS_ADDRESS, t.also.orders),
    go(t.maintenance, ORDERS_ADDRESS, t.also.maintenance),
    go(t.journal, JOURNAL_ADDRESS, t.also.journal),
    { ...go(t.promote, PROMOTE_ADDRESS, t.also.promote), refusal: () => (mayEdit.value ? null : t.needsAdmin) },
    { id: "help", group: "go", label: t.shortcuts, also: t.also.shortcuts, keys: "help", act: () => (dialog.value = "shortcuts") },
  ];
}

function ofCouncilor(agent: Agent, t: PaletteMessages): Command[] {
  const id = agent.agent_id;
  const name = shortName(displayName(agent));
  const also = [officeOf(agent), id, ...agent.tags].join(" ");
  const last = agent.current?.task_id ?? agent.recent.at(-1)?.task_id;
  const mark = standingOf(agent);
  const make = (kind: string, label: string, act: () => void, more: Partial<Command> = {}): Command => ({
    id: `${kind} ${id}`,
    group: "councilor",
    label,
    also,
    act,
    ...more,
  });
  return [
    make("report", name, to(councilorAddress(id)), { hint: officeOf(agent), mark: mark === "new" ? "waiting" : mark }),
    ...(last ? [make("last", t.lastRun(name), to(executionAddress(last)))] : []),
    make("agenda", t.agenda(name), to(agendaAddress(id))),
    make("edit", t.edit(name), to(editAddress(id)), { also: `${also} ${t.also.edit}`, refusal: () => (mayEdit.value ? null : t.needsAdmin) }),
    runOrCancel(agent, name, also, t),
    make(
      "pause",
      isPaused(agent) ? messages.peek().council.resume(name) : messages.peek().council.pause(name),
      () => setPaused(id, !isPaused(agent)),
      { group: "order", also: `${also} ${isPaused(agent) ? t.also.resume : t.also.pause}`, refusal: orderRefusal(t) },
    ),
  ];
}

function runOrCancel(agent: Agent, name: string, also: string, t: PaletteMessages): Command {
  const words = messages.peek().council;
  const { current, agent_id: id } = agent;
  const base = { id: `run ${id}`, group: "order", refusal: orderRefusal(t) } as const;
  if (!current) return { ...base, label: words.runNow(name), also: `${also} ${t.also.run}`, act: () => runNow(id) };
  return { ...base, label: words.cancel(name), also: `${also} ${t.also.cancel}`, act: () => cancel(current.task_id) };
}

function orderRefusal(t: PaletteMessages): () => string | null {
  return () => (!mayOperate.value ? t.needsOperator : canWrite.value ? null : messages.value.write.offline);
}

function executions(): Command[] {
  const t = messages.peek();
  return council.peek().executions.map((row) => ({
    id: `execution ${row.task_id}`,
    group: "execution",
    label: `${shortName(row.display_name)}: ${newsOf(row, t, formats.peek())}`,
    also: `${row.task_name} ${row.task_id}`,
    weight: RUN_WEIGHT,
    hint: formats.peek().clock(Date.parse(row.completed_at ?? row.started_at ?? row.created_at)),
    mark: markOf(row),
    act: to(executionAddress(row.task_id)),
  }));
}

function looks(t: PaletteMessages): Command[] {
  const choices = <Value extends string>(title: string, choice: { value: Value }, words: Readonly<Record<Value, string>>) =>
    (Object.entries(words) as [Value, string][])
      .filter(([value]) => value !== choice.value)
      .map(
        ([value, word]): Command => ({
          id: `${title} ${value}`,
          group: "look",
          label: `${title}: ${word}`,
          act: () => (choice.value = value),
        }),
      );
  return [
    ...choices(t.theme, theme, t.themes),
    ...choices(t.language, languageChoice, t.languages),
    ...choices(t.density, density, t.densities),
    { id: "sound", group: "look", label: sound.peek() === "on" ? t.soundOff : t.soundOn, act: () => flip(sound) },
  ];
}
