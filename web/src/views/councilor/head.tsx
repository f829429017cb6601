/** Who it is and how it stands, when it works next, its figures, and what the reader can order. */
import { mayOperate } from "../../access";
import { cancel, ordering, runNow, setPaused } from "../../actions";
import { now } from "../../clock";
import { displayName, officeOf } from "../../council/names";
import { nextSlot } from "../../council/next";
import { isPaused, moodOf, standingOf } from "../../council/standing";
import { formats, messages } from "../../i18n";
import { councilorMessages } from "../../i18n/councilor";
import { Mark } from "../../parts/mark";
import { OrderButton } from "../../parts/order";
import { Portrait } from "../../parts/portrait";
import { Ago } from "../../parts/time";
import { getUsage } from "../../report/endpoints";
import { agendaAddress, executionAddress } from "../../route";
import { capital } from "../../text/format";
import type { Agent } from "../../wire";
import { lastWords, scheduleOf, When } from "../card";
import { useAnswer } from "./live";

interface HeadProps {
  agent: Agent;
  told: string;
  /** False while it never ran. */
  started: boolean;
}

export function Head({ agent, told, started }: HeadProps) {
  const mood = moodOf(agent, now.peek());
  return (
    <section class={`head report-head is-${standingOf(agent)}`}>
      <div class="niche-column">
        <Portrait agent={agent} mood={mood} width={94} />
      </div>
      <div class="matter">
        <p class="who" title={displayName(agent)}>
          {agent.emoji && <span aria-hidden="true">{agent.emoji}</span>} <b>{officeOf(agent)}</b>
          <span class="mood">{messages.value.mood[mood]}</span>
        </p>
        <h2>{displayName(agent)}</h2>
        {started ? <LastWords agent={agent} /> : <NeverRan agent={agent} />}
        <TaskLine agent={agent} />
      </div>
      <Next agent={agent} />
      {started && <Figures agent={agent} told={told} />}
    </section>
  );
}

/** What it said last, or that it is at work: the way to that run. */
function LastWords({ agent }: { agent: Agent }) {
  const t = messages.value;
  const { kind, text } = lastWords(agent);
  const last = agent.recent.at(-1);
  const at = agent.current?.started_at ?? agent.current?.created_at ?? last?.completed_at ?? null;
  const taskId = agent.current?.task_id ?? last?.task_id;
  return (
    <p class="state-line">
      <Mark kind={kind} /> {kind !== "running" && <b class={`ink-${kind}`}>{t.mark[kind]}</b>}
      {taskId ? (
        <a class="last-words" href={executionAddress(taskId)}>
          {text}
        </a>
      ) : (
        <span class="last-words">{text}</span>
      )}
      <span class="age">
        <Ago at={at} />
      </span>
    </p>
  );
}

/** What to do next with one that has yet to show what it is worth. */
function NeverRan({ agent }: { agent: Agent }) {
  const t = councilorMessages.value.head;
  const how = isPaused(agent) ? t.neverPaused : mayOperate.value ? t.neverHow : t.neverLook;
  const prompt = agent.councilor_config?.task.prompt.trim();
  return (
    <>
      <p class="state-line">
        <b>{t.never}</b>
        <span>{how}</span>
      </p>
      {prompt && (
        <details class="asked" open>
          <summary>{t.prompt}</summary>
          <pre tabIndex={0} aria-label={t.prompt}>
            {prompt}
          </pre>
        </details>
      )}
    </>
  );
}

function TaskLine({ agent }: { agent: Agent }) {
  const task = agent.councilor_config?.task.name;
  return (
    <p class="reason">
      {task && <>{task}. </>}
      <a class="quiet-link" href={agendaAddress(agent.agent_id)}>
        {capital(scheduleOf(agent))}
      </a>
    </p>
  );
}

function Next({ agent }: { agent: Agent }) {
  const t = councilorMessages.value.head;
  const { current } = agent;
  return (
    <div class="next-slot">
      <p>{current ? t.now : t.next}</p>
      <b class="countdown">
        <When agent={agent} />
      </b>
      <p>
        {current ? (
          <a class="quiet-link" href={executionAddress(current.task_id)}>
            {current.status === "processing" ? t.running : t.queued}
          </a>
        ) : (
          <SlotMoment agent={agent} />
        )}
      </p>
    </div>
  );
}

function SlotMoment({ agent }: { agent: Agent }) {
  const next = isPaused(agent) ? null : nextSlot(agent, now.value);
  if (next === null) return null;
  return <time dateTime={new Date(next).toISOString()}>{formats.value.moment(next, now.value)}</time>;
}

const USAGE_DAYS = 30;
const USAGE_EVERY_MS = 5_000;

function Figures({ agent, told }: { agent: Agent; told: string }) {
  const t = councilorMessages.value.figures;
  const f = formats.value;
  const id = agent.agent_id;
  const usage = useAnswer(id, told, USAGE_EVERY_MS, () => getUsage(id, USAGE_DAYS)).answer;
  const spent = usage && spentOf(usage, id);
  const { stats } = agent;
  const runs = stats?.total_executions ?? 0;
  const average = stats?.average_duration_ms ?? null;
  return (
    <dl class="report-figures" aria-label={t.label}>
      <Figure name={t.runs} value={runs > 0 ? f.number(runs) : t.noRuns} quiet={runs === 0} />
      <Figure name={t.rate} value={runs > 0 ? f.percent(Math.floor(stats?.success_rate ?? 0)) : "–"} />
      <Figure name={t.average} value={average === null ? "–" : f.duration(average)} />
      <Figure
        name={t.lost}
        value={f.number(stats?.missed ?? 0)}
        more={stats?.skipped ? t.skipped(stats.skipped, f.number(stats.skipped)) : ""}
      />
      <Figure name={t.cost} value={spent?.cost ? f.cents(spent.cost) : usage ? t.noCost : ""} quiet={!spent?.cost} />
      <Figure name={t.tokens} value={spent?.tokens ? f.number(spent.tokens) : usage ? t.noCost : ""} quiet={!spent?.tokens} />
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: string;
  more?: string;
  /** Words in place of a number. */
  quiet?: boolean;
}

function Figure({ name, value, more = "", quiet = false }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={quiet ? "is-quiet" : ""}>
        {value} {more && <span>{more}</span>}
      </dd>
    </div>
  );
}

function spentOf(usage: Awaited<ReturnType<typeof getUsage>>, id: string): { cost: number; tokens: number } {
  let [cost, tokens] = [0, 0];
  for (const { councilors } of usage.days) {
    const day = councilors[id];
    cost += day?.cost_usd ?? 0;
    tokens += (day?.input_tokens ?? 0) + (day?.output_tokens ?? 0);
  }
  return { cost, tokens };
}

export function Orders({ agent }: { agent: Agent }) {
  const t = councilorMessages.value;
  const { agent_id: id, current } = agent;
  const paused = isPaused(agent);
  if (!mayOperate.value) return null;
  const stopping = current !== null && (current.cancel_requested === true || ordering.value.has(current.task_id));
  return (
    <div class="buttons">
      {current ? (
        <OrderButton about={current.task_id} class="filled" busy={stopping} act={() => cancel(current.task_id)}>
          {t.cancel}
        </OrderButton>
      ) : (
        <OrderButton about={id} class="filled" act={() => runNow(id)}>
          {t.run}
        </OrderButton>
      )}
      <OrderButton about={id} act={() => setPaused(id, !paused)}>
        {paused ? t.resume : t.pause}
      </OrderButton>
    </div>
  );
}
