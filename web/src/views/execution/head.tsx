/** Who ran and what came of it, in one look; and what the reader can order. */
import { cancel, ordering, runNow, setPaused } from "../../actions";
import { now } from "../../clock";
import { displayName, officeOf } from "../../council/names";
import { isPaused, markOf, type Mood, moodOf } from "../../council/standing";
import { formats, type Messages, messages } from "../../i18n";
import { Mark } from "../../parts/mark";
import { OrderButton } from "../../parts/order";
import { Portrait } from "../../parts/portrait";
import { Ago } from "../../parts/time";
import { agendaAddress } from "../../route";
import { lost } from "../../session";
import { isFinal } from "../../state";
import { capital } from "../../text/format";
import { firstLine, isRetry, missedReason, newsOf, stateWord } from "../../text/news";
import { doubtOf, reasonWords } from "../../text/verdict";
import type { Agent, TaskRow } from "../../wire";
import { scheduleOf } from "../card";
import { Request } from "./facts";

const FACE: Readonly<Record<ReturnType<typeof markOf>, Mood>> = {
  success: "serene",
  info: "attentive",
  warning: "worried",
  error: "distressed",
  missed: "absent",
  skipped: "attentive",
  cancelled: "attentive",
  paused: "on_leave",
  running: "working",
  waiting: "attentive",
};

export function Head({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  const kind = markOf(row);
  const looks = agent ?? { agent_id: row.agent_id, customization: null };
  return (
    <section class={`head is-${kind}`}>
      <div class="niche-column">
        <Portrait agent={looks} mood={FACE[kind]} width={94} />
      </div>
      <div class="matter">
        <p class="who">
          {row.emoji && <span aria-hidden="true">{row.emoji}</span>} <b>{row.display_name}</b>
          <span>{row.task_name}</span>
        </p>
        <p class="state-line">
          <Mark kind={kind} /> <HeadState row={row} />
          {hasSource(row) && <span class="source">{sourceWords(row, messages.value)}</span>}
        </p>
        <h2>{headTitle(row, messages.value)}</h2>
        {headMore(row, messages.value).map((text) => (
          <p class="reason" key={text}>
            {text}
          </p>
        ))}
      </div>
    </section>
  );
}

function HeadState({ row }: { row: TaskRow }) {
  const t = messages.value;
  if (row.cancel_requested && !isFinal(row.status)) return <b class="ink-running">{t.execution.cancelling}</b>;
  if (row.status === "processing" && row.started_at && !lost.value) {
    const span = t.span(Math.max(0, now.value - Date.parse(row.started_at)));
    return <b class="ink-running">{t.execution.workingFor(span)}</b>;
  }
  return (
    <>
      <b class={`ink-${markOf(row)}`}>{stateWord(row, t)}</b>
      <span>
        <Ago at={row.completed_at ?? row.started_at ?? row.created_at} />
      </span>
    </>
  );
}

/** What failed speaks for itself, unless a report did. */
function hasSource(row: TaskRow): boolean {
  return row.verdict !== null && (row.verdict.source === "contract" || row.error_kind === null);
}

/** Who says so: the agent in its report, the server where there was none, or one against the other. */
function sourceWords(row: TaskRow, t: Messages): string {
  if (row.verdict?.source === "heuristic") return t.execution.saidByHeuristic;
  return doubtOf(row.verdict, row.permission_denied, t) === null ? t.execution.saidByContract : t.execution.loweredByUs;
}

function headTitle(row: TaskRow, t: Messages): string {
  if (isRetry(row)) return t.execution.triesAgain(row.attempt + 1, row.max_attempts);
  if (row.status === "pending") return row.waits_for === "turn" ? t.execution.turn : t.execution.queued;
  if (!isFinal(row.status)) return t.execution.noVerdict;
  return newsOf(row, t, formats.value);
}

function headMore(row: TaskRow, t: Messages): string[] {
  if (row.cancel_requested && !isFinal(row.status)) return [t.execution.cancelNote];
  if (row.status === "processing") return [t.execution.workingNote];
  if (row.status === "missed") return [missedReason(row.skip_reason, t)];
  if (row.status === "skipped") return row.error ? [row.error] : [];
  const title = headTitle(row, t);
  const said = firstLine(row.verdict?.summary);
  // The title is the page's own where the agent's word does not count as it stands.
  const own = row.verdict?.source === "contract" && said !== "" && said !== title ? t.execution.ownWords(said) : "";
  const reasons = reasonWords(row.verdict, row.permission_denied, t).filter((reason) => reason !== title);
  return [...reasons, own].filter(Boolean);
}

export function Orders({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  const t = messages.value.execution;
  const id = row.agent_id;
  const paused = agent !== null && isPaused(agent);
  const cancelling = row.cancel_requested === true || ordering.value.has(row.task_id);
  return (
    <div class="buttons">
      {!isFinal(row.status) && (
        <OrderButton about={row.task_id} class="filled" busy={cancelling} act={() => cancel(row.task_id)}>
          {cancelling ? t.cancelling : t.cancel}
        </OrderButton>
      )}
      {agent && isFinal(row.status) && (
        <OrderButton about={id} class="filled" busy={agent.current !== null} act={() => runNow(id)}>
          {row.started_at === null ? t.run : t.again}
        </OrderButton>
      )}
      {agent && (
        <OrderButton about={id} act={() => setPaused(id, !paused)}>
          {paused ? t.resume : t.pause}
        </OrderButton>
      )}
      {agent && <AgendaLink agentId={id} />}
    </div>
  );
}

function AgendaLink({ agentId }: { agentId: string }) {
  return (
    <a class="button" href={agendaAddress(agentId)}>
      {messages.value.execution.agenda}
    </a>
  );
}

export function NeverRan({ agent }: { agent: Agent }) {
  const t = messages.value.execution;
  const paused = isPaused(agent);
  const id = agent.agent_id;
  return (
    <>
      <section class="head is-new">
        <div class="niche-column">
          <Portrait agent={agent} mood={moodOf(agent, now.peek())} width={94} />
        </div>
        <div class="matter">
          <p class="who">
            {agent.emoji && <span aria-hidden="true">{agent.emoji}</span>} <b>{displayName(agent)}</b>
            <span>{officeOf(agent)}</span>
          </p>
          <h2>{t.noVerdict}</h2>
          <p class="reason">
            {t.neverRan} {capital(scheduleOf(agent))}.
          </p>
        </div>
      </section>
      <div class="buttons">
        <OrderButton about={id} class="filled" busy={agent.current !== null} act={() => runNow(id)}>
          {t.run}
        </OrderButton>
        <OrderButton about={id} act={() => setPaused(id, !paused)}>
          {paused ? t.resume : t.pause}
        </OrderButton>
        <AgendaLink agentId={id} />
      </div>
      <Request details={null} agent={agent} />
    </>
  );
}
