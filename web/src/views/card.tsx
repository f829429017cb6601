/** One councilor: the face is the verdict, the line below says when it works next and how it fared. */
import { mayOperate } from "../access";
import { cancel, runNow, setPaused } from "../actions";
import { now } from "../clock";
import { isMaintained } from "../council/journal";
import { displayName, officeOf } from "../council/names";
import { nextSlot } from "../council/next";
import { isPaused, type MarkKind, markOf, moodOf, standingOf } from "../council/standing";
import { formats, language, messages } from "../i18n";
import { windows } from "../journal";
import { Mark } from "../parts/mark";
import { memo } from "../parts/memo";
import { OrderButton } from "../parts/order";
import { Portrait } from "../parts/portrait";
import { Sparkline } from "../parts/sparkline";
import { Ago, Elapsed } from "../parts/time";
import { agendaAddress, councilorAddress } from "../route";
import { lost, usageToday } from "../session";
import { oneUnit } from "../text/format";
import { folded } from "../text/search";
import { scheduleWords } from "../text/schedule";
import { isRetry, markNews, newsOf, retryAt } from "../text/news";
import type { Agent, TaskRow } from "../wire";

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const CouncilorCard = memo(function CouncilorCard({ agent }: { agent: Agent }) {
  const name = displayName(agent);
  const standing = standingOf(agent);
  return (
    <li class={`card is-${standing}`} data-agent={agent.agent_id}>
      <div class="upper">
        <Portrait agent={agent} mood={moodOf(agent, now.peek())} />
        <div class="words">
          <div class="top">
            <h3>
              <a href={councilorAddress(agent.agent_id)} title={name}>
                {name}
              </a>
            </h3>
            <span class="age">
              <Ago at={agent.current?.started_at ?? agent.recent.at(-1)?.completed_at ?? null} />
            </span>
          </div>
          <Office agent={agent} />
          <LastWords agent={agent} />
        </div>
        <Orders agent={agent} name={name} />
      </div>
      <div class="lower">
        <div class="when">
          <b title={scheduleOf(agent)}>
            <When agent={agent} />
          </b>
          <History agent={agent} />
        </div>
        <div class="rhythm">
          <Schedule agent={agent} name={name} />
          <Spent agentId={agent.agent_id} />
        </div>
      </div>
    </li>
  );
});

/** Badge, title, and the task when that says more; what does not fit comes with the pointer. */
function Office({ agent }: { agent: Agent }) {
  const office = officeOf(agent);
  const task = agent.councilor_config?.task.name ?? "";
  const more = task && folded(task) !== folded(office) ? task : "";
  return (
    <p class="office" title={[office, more].filter(Boolean).join(", ")}>
      {agent.emoji && <span aria-hidden="true">{agent.emoji}</span>} {office}
      {more && <span class="task">{more}</span>}
    </p>
  );
}

/** One line of it; the whole sentence comes with the pointer. */
function Schedule({ agent, name }: { agent: Agent; name: string }) {
  const words = scheduleOf(agent);
  return (
    <a class="schedule" href={agendaAddress(agent.agent_id)} title={`${messages.value.council.agenda(name)}: ${words}`}>
      {words}
    </a>
  );
}

/** What it cost today, when it cost anything; a spent budget explains the slots it skips. */
function Spent({ agentId }: { agentId: string }) {
  const t = messages.value.council;
  const spent = usageToday.value?.budgets.councilors[agentId]?.spent === true;
  const cost = usageToday.value?.days.at(-1)?.councilors[agentId]?.cost_usd;
  if (!cost && !spent) return null;
  const words = [spent ? t.budgetSpent : "", cost ? t.costToday(formats.value.cents(cost)) : ""];
  return <span class={`spent ${spent ? "is-over" : ""}`}>{words.filter(Boolean).join(", ")}</span>;
}

export function scheduleOf(agent: Agent): string {
  return scheduleWords(agent, language.value, ZONE);
}

/** Mark and last verdict; the mark alone would leave colour-blind readers and screen readers out. */
function LastWords({ agent }: { agent: Agent }) {
  const t = messages.value;
  const { kind, text } = lastWords(agent);
  return (
    <p class="last">
      <Mark kind={kind} />
      <span title={text}>
        <span class="unseen">{t.mark[kind]}: </span>
        {text}
      </span>
    </p>
  );
}

export function lastWords(agent: Agent): { kind: MarkKind; text: string } {
  const t = messages.value;
  const task = agent.councilor_config?.task.name ?? "";
  if (agent.current?.status === "processing") {
    return { kind: "running", text: t.council.justRunning(task) };
  }
  if (agent.current) {
    const text = isRetry(agent.current) || agent.current.waits_for ? newsOf(agent.current, t, formats.value) : task;
    return { kind: "waiting", text };
  }
  const last = agent.recent.at(-1);
  if (!last) return { kind: isPaused(agent) ? "paused" : "waiting", text: t.mark.new };
  const text = markNews(last, t, formats.value);
  if (isPaused(agent)) return { kind: "paused", text };
  return { kind: markOf(last), text };
}

/**
 * Elapsed time, countdown, or why there is none: it keeps itself right by the second. `rough` says one
 * unit, for little room.
 */
export function When({ agent, rough = false }: { agent: Agent; rough?: boolean }) {
  const t = messages.value.council;
  if (agent.current?.started_at && agent.current.status === "processing") {
    return <Elapsed since={agent.current.started_at} />;
  }
  if (agent.current) return <Queued row={agent.current} />;
  if (isPaused(agent)) return <>{t.paused}</>;
  const next = nextSlot(agent, now.value);
  if (next === null) return <>{t.noNext}</>;
  if (lost.value) return <>{t.expected(formats.value.moment(next, now.value))}</>;
  if (isMaintained(windows.value, agent, next)) return <>{t.maintained}</>;
  const left = next - now.value;
  return <>{left < 1000 ? t.nextNow : t.next(rough ? oneUnit(left) : messages.value.span(left))}</>;
}

/** Where it stands in the queue: a run that failed waits for its next try. */
function Queued({ row }: { row: TaskRow }) {
  const t = messages.value.council;
  const at = Date.parse(retryAt(row) ?? "") || 0;
  if (row.waits_for === "turn") return <>{t.turn}</>;
  if (!isRetry(row) || at - now.value < 1000) return <>{t.queued}</>;
  if (lost.value) return <>{t.triesAt(formats.value.clock(at))}</>;
  return <>{t.triesIn(messages.value.span(at - now.value))}</>;
}

function History({ agent }: { agent: Agent }) {
  const t = messages.value.council;
  const runs = agent.recent.length;
  const rate = agent.stats && agent.stats.total_executions > 0 ? agent.stats.success_rate : null;
  return (
    <div class="history">
      <Sparkline recent={agent.recent} label={runs > 0 ? t.history(runs) : t.noHistory} />
      <span class="rate" title={t.rate}>
        {rate === null ? "" : formats.value.percent(Math.floor(rate))}
      </span>
    </div>
  );
}

function Orders({ agent, name }: { agent: Agent; name: string }) {
  const t = messages.value.council;
  if (!mayOperate.value) return null;
  const paused = isPaused(agent);
  const id = agent.agent_id;
  return (
    <div class="orders">
      <RunOrCancel agent={agent} name={name} />
      <OrderButton
        about={id}
        class="icon"
        label={paused ? t.resume(name) : t.pause(name)}
        act={() => setPaused(id, !paused)}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path d={paused ? "M2 9V7h8L7 4l1.5-1.5L14 8l-5.5 5.5L7 12l3-3z" : "M4 3h3v10H4zM9 3h3v10H9z"} />
        </svg>
      </OrderButton>
    </div>
  );
}

/** One button, so that the focus stays on it while the run begins and ends. */
function RunOrCancel({ agent, name }: { agent: Agent; name: string }) {
  const t = messages.value.council;
  const { agent_id: id, current } = agent;
  return (
    <OrderButton
      about={current?.task_id ?? id}
      class="icon"
      label={current ? t.cancel(name) : t.runNow(name)}
      busy={current?.cancel_requested === true}
      act={() => (current ? cancel(current.task_id) : runNow(id))}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={current ? "M3.5 3.5h9v9h-9z" : "M4 2.5l9 5.5-9 5.5z"} />
      </svg>
    </OrderButton>
  );
}
