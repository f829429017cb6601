/**
 * The panel of one execution: verdict and findings first, then what to do, the report, the timings.
 * Loaded when first opened, with the monospaced face. Everything an agent wrote enters as text.
 */
import "../styles/mono.css";
import "../styles/execution.css";

import { computed } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { cancel, reasonOf, runNow, setPaused } from "../actions";
import { ApiError, getTask, logAddress } from "../api";
import { now } from "../clock";
import { displayName, officeOf } from "../council/names";
import { isPaused, markOf, type Mood, moodOf } from "../council/standing";
import { formats, type Messages, messages } from "../i18n";
import { Mark } from "../parts/mark";
import { OrderButton } from "../parts/order";
import { Portrait } from "../parts/portrait";
import { Ago } from "../parts/time";
import { executionAddress, goHome, route } from "../route";
import { council, lost } from "../session";
import { isFinal } from "../state";
import { causeOf, firstLine, missedReason, newsOf, stateWord } from "../text/news";
import type { Agent, Finding, TaskRow } from "../wire";
import { scheduleOf } from "./card";

/** Which execution is asked for; for a councilor its current or newest one, which moves on. */
const wanted = computed<{ agentId: string | null; taskId: string | null }>(() => {
  const to = route.value;
  if (to.kind === "execution") return { agentId: null, taskId: to.id };
  if (to.kind !== "councilor") return { agentId: null, taskId: null };
  const agent = council.value.agents.get(to.id);
  return { agentId: to.id, taskId: agent?.current?.task_id ?? agent?.recent.at(-1)?.task_id ?? null };
});

export function ExecutionPanel() {
  const t = messages.value.execution;
  const { agentId, taskId } = wanted.value;
  const { row, error } = useExecution(taskId);
  const agent = council.value.agents.get(row?.agent_id ?? agentId ?? "") ?? null;
  const panel = useRef<HTMLDivElement>(null);
  useFocus(panel);
  return (
    <div class="panel" role="dialog" aria-label={t.label} tabIndex={-1} ref={panel} data-execution={taskId}>
      <PanelBar agent={agent} taskId={taskId} />
      <div class="panel-body">
        {row ? (
          <Execution row={row} agent={agent} />
        ) : agent && taskId === null ? (
          <NeverRan agent={agent} />
        ) : (
          <p class="panel-note" role={error ? "alert" : "status"}>
            {error ? errorWords(error, messages.value) : t.loading}
          </p>
        )}
      </div>
    </div>
  );
}

function errorWords(error: unknown, t: Messages): string {
  const gone = error instanceof ApiError && error.status === 404;
  return gone ? t.execution.notFound : t.execution.failed(reasonOf(error));
}

/** The execution as the list has it; fetched when it is not there or its report was cut. */
function useExecution(taskId: string | null): { row: TaskRow | null; error: unknown } {
  const listed = council.value.executions.find((each) => each.task_id === taskId) ?? null;
  const [fetched, setFetched] = useState<TaskRow | null>(null);
  const [error, setError] = useState<unknown>(null);
  const whole = fetched?.task_id === taskId ? fetched : null;
  const better = whole && (!listed || isFinal(whole.status) || !isFinal(listed.status)) ? whole : null;
  const wantsMore =
    taskId !== null && (listed === null ? whole === null : listed.result_truncated === true && !better);
  useEffect(() => {
    setError(null);
    if (!wantsMore || taskId === null) return;
    let current = true;
    getTask(taskId).then(
      (row) => current && setFetched(row),
      (reason: unknown) => current && setError(reason),
    );
    return () => {
      current = false;
    };
  }, [taskId, wantsMore]);
  return { row: better && isFinal(better.status) ? better : (listed ?? better), error };
}

/** The panel takes the focus when it opens and gives it back when it closes; Escape closes. */
function useFocus(panel: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) goHome();
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}

function PanelBar({ agent, taskId }: { agent: Agent | null; taskId: string | null }) {
  const t = messages.value.execution;
  const past = agent?.recent ?? [];
  const at = past.findIndex((mark) => mark.task_id === taskId);
  const earlier = at === -1 ? (agent?.current?.task_id === taskId ? past.at(-1) : undefined) : past[at - 1];
  const later = at === -1 ? undefined : (past[at + 1] ?? agent?.current ?? undefined);
  return (
    <div class="panel-bar">
      <nav aria-label={t.neighbours}>
        {earlier && (
          <a class="button" href={executionAddress(earlier.task_id)} rel="prev">
            {t.earlier}
          </a>
        )}
        {later && (
          <a class="button" href={executionAddress(later.task_id)} rel="next">
            {t.later}
          </a>
        )}
      </nav>
      {taskId !== null && <CopyLink taskId={taskId} />}
      <button type="button" class="button" onClick={goHome}>
        {t.close} <kbd aria-hidden="true">Esc</kbd>
      </button>
    </div>
  );
}

function CopyLink({ taskId }: { taskId: string }) {
  const t = messages.value.execution;
  const [copied, setCopied] = useState("");
  const address = new URL(executionAddress(taskId), location.href).href;
  return (
    <button
      type="button"
      class="button"
      onClick={() => navigator.clipboard.writeText(address).then(() => setCopied(taskId), () => undefined)}
    >
      <span aria-live="polite">{copied === taskId ? t.linkCopied : t.link}</span>
    </button>
  );
}

function Execution({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  return (
    <>
      <Head row={row} agent={agent} />
      <Orders row={row} agent={agent} />
      {row.status === "error" && <Cause row={row} />}
      {row.verdict && <Findings findings={row.verdict.findings} />}
      {isFinal(row.status) && row.status !== "skipped" && row.status !== "missed" && <Result row={row} />}
      <Times row={row} agent={agent} />
      {row.usage && <Usage usage={row.usage} />}
      {agent && <Request agent={agent} />}
    </>
  );
}

const FACE: Readonly<Record<ReturnType<typeof markOf>, Mood>> = {
  success: "serene",
  info: "attentive",
  warning: "worried",
  error: "distressed",
  missed: "absent",
  skipped: "attentive",
  paused: "on_leave",
  running: "working",
  waiting: "attentive",
};

function Head({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  const t = messages.value;
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
          {row.verdict && (
            <span>
              {row.verdict.source === "contract" ? t.execution.saidByContract : t.execution.saidByHeuristic}
            </span>
          )}
        </p>
        <h2>{headTitle(row, t)}</h2>
        {headMore(row, t) && <p class="reason">{headMore(row, t)}</p>}
      </div>
    </section>
  );
}

function HeadState({ row }: { row: TaskRow }) {
  const t = messages.value;
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

function headTitle(row: TaskRow, t: Messages): string {
  if (!isFinal(row.status)) return t.execution.noVerdict;
  return newsOf(row, t, formats.value);
}

function headMore(row: TaskRow, t: Messages): string {
  if (row.status === "processing") return t.execution.workingNote;
  if (row.status === "missed") return missedReason(row.skip_reason, t);
  return row.verdict?.reason ?? "";
}

function Orders({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  const t = messages.value.execution;
  const id = row.agent_id;
  const paused = agent !== null && isPaused(agent);
  return (
    <div class="buttons">
      {!isFinal(row.status) && (
        <OrderButton about={row.task_id} class="filled" act={() => cancel(row.task_id)}>
          {t.cancel}
        </OrderButton>
      )}
      {agent && isFinal(row.status) && (
        <OrderButton about={id} class="filled" busy={agent.current !== null} act={() => runNow(id)}>
          {t.again}
        </OrderButton>
      )}
      {agent && (
        <OrderButton about={id} act={() => setPaused(id, !paused)}>
          {paused ? t.resume : t.pause}
        </OrderButton>
      )}
      {row.started_at && (
        <a class="button" href={logAddress(row.task_id)} target="_blank" rel="noopener">
          {t.log}
        </a>
      )}
    </div>
  );
}

/** Why a run failed: its own message first, then what a person can do about this kind. */
function Cause({ row }: { row: TaskRow }) {
  const t = messages.value.execution;
  if (row.error_kind === null && row.error === null) return null;
  const [happened, advice] = causeOf(row.error_kind, messages.value);
  return (
    <section class="box cause" aria-labelledby="cause-title">
      <h3 id="cause-title">{t.whatHappened}</h3>
      <p>
        {happened} {row.error_kind && <code>{row.error_kind}</code>}
      </p>
      {row.error && firstLine(row.error) !== happened && <p class="own-words">{row.error}</p>}
      <h3>{t.whatToDo}</h3>
      <p>{advice}</p>
    </section>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const t = messages.value;
  return (
    <section class="box findings" aria-labelledby="findings-title">
      <h3 id="findings-title">
        {t.execution.findings} {findings.length > 0 && <span>{findings.length}</span>}
      </h3>
      {findings.length === 0 && <p>{t.execution.noFindings}</p>}
      <ul>
        {findings.map((finding, at) => (
          <li key={`${finding.fingerprint}-${at}`}>
            <Mark kind={finding.severity} />
            <div>
              <p>
                <span class="unseen">{t.mark[finding.severity]}: </span>
                <b>{finding.title}</b>
              </p>
              {finding.file !== null && (
                <code>
                  {finding.file}
                  {finding.line !== null && `:${finding.line}`}
                </code>
              )}
              {finding.detail && <p class="detail">{finding.detail}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Result({ row }: { row: TaskRow }) {
  const t = messages.value.execution;
  const text = row.result?.trim();
  return (
    <section class="box result" aria-labelledby="result-title">
      <h3 id="result-title">{t.result}</h3>
      {row.result_truncated && <p class="panel-note">{t.cut}</p>}
      {text ? (
        <pre tabIndex={0} aria-labelledby="result-title">
          {text}
        </pre>
      ) : (
        <p>{t.noResult}</p>
      )}
    </section>
  );
}

function Times({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  const t = messages.value.execution;
  const words = messages.value;
  const moment = (at: string | null) => at && formats.value.full(Date.parse(at));
  const facts: readonly (readonly [string, string | null])[] = [
    [t.trigger, words.trigger[row.trigger] ?? row.trigger],
    [t.due, moment(row.due_at)],
    [t.started, moment(row.started_at)],
    [t.completed, moment(row.completed_at)],
    [t.duration, row.duration === null ? null : formats.value.duration(row.duration * 1000)],
    [t.attempt, row.attempt > 0 ? t.attemptOf(row.attempt, row.max_attempts) : null],
    [t.exitCode, row.exit_code === null ? null : String(row.exit_code)],
    [t.schedule, agent && scheduleOf(agent)],
    [t.provider, agent && [agent.provider, agent.model].filter(Boolean).join(", ")],
    [t.worker, row.worker_id],
    [t.id, row.task_id],
  ];
  return (
    <section class="box" aria-labelledby="times-title">
      <h3 id="times-title">{t.times}</h3>
      <Facts facts={facts} />
    </section>
  );
}

/** Whatever the provider counted, under its own names: each counts differently. */
function Usage({ usage }: { usage: Readonly<Record<string, unknown>> }) {
  const t = messages.value.execution;
  const facts = Object.entries(usage)
    .filter(([, value]) => typeof value === "number" || typeof value === "string")
    .map(([name, value]) => [name === "cost_usd" ? t.cost : name, usageWords(name, value)] as const);
  if (facts.length === 0) return null;
  return (
    <section class="box" aria-labelledby="usage-title">
      <h3 id="usage-title">{t.usage}</h3>
      <Facts facts={facts} />
    </section>
  );
}

function usageWords(name: string, value: unknown): string {
  if (typeof value !== "number") return String(value);
  return name === "cost_usd" ? formats.value.money(value) : formats.value.number(value);
}

function Facts({ facts }: { facts: readonly (readonly [string, string | null])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter((fact) => Boolean(fact[1]))
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Request({ agent }: { agent: Agent }) {
  const t = messages.value.execution;
  const prompt = agent.councilor_config?.task.prompt.trim();
  if (!prompt) return null;
  return (
    <details class="box">
      <summary>
        <h3>{t.prompt}</h3>
      </summary>
      <pre tabIndex={0}>{prompt}</pre>
    </details>
  );
}

function NeverRan({ agent }: { agent: Agent }) {
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
            {t.neverRan} {scheduleOf(agent)}.
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
      </div>
      <Request agent={agent} />
    </>
  );
}
