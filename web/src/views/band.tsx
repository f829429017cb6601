/** The dark band: every seat, one sentence that says it all, and what changed last. */
import { now } from "../clock";
import { type Change, newestChanges } from "../council/changes";
import { displayName, shortName } from "../council/names";
import { nextSlot } from "../council/next";
import { isPaused, type MarkKind } from "../council/standing";
import { formats, type Messages, messages } from "../i18n";
import { attention, inOrder, seated, standings, unknown, unproven } from "../overview";
import { Mark } from "../parts/mark";
import { ageText } from "../parts/time";
import { executionAddress, TIMELINE_ADDRESS } from "../route";
import { heardAt, loaded, lost, unreadable } from "../session";
import { lastVisit } from "../visit";
import type { Agent } from "../wire";
import { HemicycleView } from "./hemicycle";

const CHANGES_SHOWN = 3;

export function Band() {
  return (
    <section class="band">
      <HemicycleView />
      <div class="says">
        <h1>{sentences(headline(messages.value))}</h1>
        <p>{more(messages.value)}</p>
      </div>
      {seated.value.length > 0 && <Changes />}
    </section>
  );
}

function sentences(text: string) {
  return text.split(/(?<=\.) /).flatMap((sentence, at) => [at > 0 && " ", <span key={at}>{sentence}</span>]);
}

export function headline(t: Messages): string {
  const words = t.headline;
  const open = attention.value;
  const agents = seated.value;
  if (!loaded.value) return words.loading;
  if (agents.length === 0 && unreadable.value === 0) return words.empty;
  if (open.length === 1 && open[0]) {
    const name = shortName(displayName(open[0].agent));
    return lost.value ? words.oneWas(name) : words.one(name);
  }
  if (open.length > 1) {
    return lost.value ? words.manyWere(open.length) : words.many(open.length);
  }
  if (agents.every(isPaused) && unreadable.value === 0) return words.onLeave;
  const known = agents.filter((agent) => !isPaused(agent)).length - inOrder.value - unproven.value;
  if (known > 0) return words.known(known);
  if (inOrder.value === 0 && unreadable.value === 0) return words.waiting;
  if (unknown.value > 0) return words.unproven(unknown.value);
  return lost.value ? words.wereInOrder : words.allInOrder;
}

export function more(t: Messages): string {
  const words = t.headline;
  if (!loaded.value) return "";
  if (lost.value) return words.picture(formats.value.clockSeconds(heardAt.value));
  if (seated.value.length === 0) return unreadable.value === 0 ? words.emptyMore : "";
  const open = attention.value;
  if (open.length > 0) {
    const of = (kind: string) => open.filter((each) => each.kind === kind).length;
    const rest = inOrder.value > 0 && unknown.value === 0 ? ` ${words.restInOrder}` : "";
    return words.troubles(of("error"), of("missed"), of("warning")) + rest;
  }
  const running = [...standings.value.values()].filter((each) => each === "running").length;
  return [running > 0 && words.working(running), nextWords(seated.value, t), calmWords(t)].filter(Boolean).join(" ");
}

/** Since when nothing has been wrong: since the last of them came back to order. */
function calmWords(t: Messages): string {
  const [last] = newestChanges(seated.value);
  const calm = inOrder.value > 0 && unknown.value === 0 && last?.kind === "recovered";
  return calm ? t.headline.calmSince(formats.value.moment(last.at, now.value)) : "";
}

function nextWords(agents: readonly Agent[], t: Messages): string {
  const slots = agents
    .map((agent) => ({ agent, at: nextSlot(agent, now.value) }))
    .filter((slot): slot is { agent: Agent; at: number } => slot.at !== null)
    .sort((a, b) => a.at - b.at);
  const first = slots[0];
  if (!first) return "";
  const wait = t.council.next(t.span(first.at - now.value));
  return t.headline.next(shortName(displayName(first.agent)), wait);
}

const CHANGE_MARK: Readonly<Record<Change["kind"], MarkKind>> = {
  error: "error",
  warning: "warning",
  recovered: "success",
  missed: "missed",
};

/** Since the reader's last visit, when that was a while ago; more than fit are counted by kind. */
function Changes() {
  const t = messages.value.changes;
  const visit = lastVisit.value;
  const changes = newestChanges(seated.value, visit ?? 0);
  const counted = visit !== null && changes.length > CHANGES_SHOWN;
  return (
    <section class="changes" aria-labelledby="changes-title">
      <h2 id="changes-title">{visit === null ? t.title : t.since(ageText(visit))}</h2>
      {changes.length === 0 && <p>{visit === null ? t.none : t.noneSince}</p>}
      <ul>{counted ? <ByKind changes={changes} /> : <Newest changes={changes.slice(0, CHANGES_SHOWN)} />}</ul>
    </section>
  );
}

const KINDS = ["error", "missed", "warning", "recovered"] as const;

function ByKind({ changes }: { changes: readonly Change[] }) {
  const t = messages.value.changes;
  const kinds = KINDS.map((kind) => [kind, changes.filter((change) => change.kind === kind)] as const);
  return (
    <>
      {kinds.map(
        ([kind, [newest, ...rest]]) =>
          newest && (
            <li key={kind}>
              <a href={rest.length === 0 ? executionAddress(newest.taskId) : TIMELINE_ADDRESS}>
                <Mark kind={CHANGE_MARK[kind]} />
                <span class="what">
                  <b>{rest.length === 0 ? displayName(newest.agent) : formats.value.number(rest.length + 1)}</b>{" "}
                  {rest.length === 0 ? t[kind] : t.many[kind]}
                </span>
                <time>{formats.value.moment(newest.at, now.value)}</time>
              </a>
            </li>
          ),
      )}
    </>
  );
}

function Newest({ changes }: { changes: readonly Change[] }) {
  const t = messages.value.changes;
  return (
    <>
        {changes.map((change) => (
          <li key={change.agent.agent_id}>
            <a href={executionAddress(change.taskId)}>
              <Mark kind={CHANGE_MARK[change.kind]} />
              <span class="what">
                <b>{displayName(change.agent)}</b> {t[change.kind]}
              </span>
              <time>{formats.value.moment(change.at, now.value)}</time>
            </a>
          </li>
        ))}
    </>
  );
}
