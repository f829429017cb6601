/**
 * The panel of one execution: verdict, trouble and findings first, then the report; beside them the
 * live log, the times, what it cost and what it was told.
 * Loaded when first opened, with the monospaced face. Everything an agent wrote enters as text.
 */
import "../../styles/mono.css";
import "../../styles/panel.css";
import "../../styles/execution.css";

import { computed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { ApiError, getTask } from "../../api";
import { now } from "../../clock";
import { formats, type Messages, messages } from "../../i18n";
import { usePanel } from "../../parts/panel";
import { councilorAddress, executionAddress, closePanel, route } from "../../route";
import { council } from "../../session";
import { isFinal } from "../../state";
import type { Agent, TaskDetails, TaskRow } from "../../wire";
import { Attempts, How, Request, Usage } from "./facts";
import { Findings, Result } from "./findings";
import { Head, NeverRan, Orders } from "./head";
import { LiveLog } from "./log";
import { Cause, Denied, Notes, Spent, Waiting } from "./trouble";

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
  const { row, details, error } = useExecution(taskId);
  const agent = council.value.agents.get(row?.agent_id ?? agentId ?? "") ?? null;
  const panel = usePanel();
  return (
    <div class={`panel ${row ? "is-wide" : ""}`} role="dialog" aria-label={t.label} tabIndex={-1} ref={panel} data-execution={taskId}>
      <PanelBar agent={agent} row={row} taskId={taskId} />
      <div class="panel-body">
        {row ? (
          <Execution key={row.task_id} row={row} details={details} agent={agent} />
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

/**
 * The execution as the stream tells it, and whole as the server has it: asked for when the panel
 * opens, and again when it has ended, since only then its prompt and its whole report are kept.
 */
function useExecution(taskId: string | null): { row: TaskRow | null; details: TaskDetails | null; error: unknown } {
  const listed = council.value.executions.find((each) => each.task_id === taskId) ?? null;
  const [fetched, setFetched] = useState<TaskDetails | null>(null);
  const [error, setError] = useState<unknown>(null);
  const details = fetched?.task_id === taskId ? fetched : null;
  const stage = (listed ?? details)?.status;
  const ended = stage !== undefined && isFinal(stage);
  useEffect(() => {
    setError(null);
    if (taskId === null) return;
    let current = true;
    getTask(taskId).then(
      (row) => current && setFetched(row),
      (reason: unknown) => current && setError(reason),
    );
    return () => {
      current = false;
    };
  }, [taskId, ended]);
  // Lost slots are final and still grow: there the stream knows better.
  const whole = details && isFinal(details.status) && !(listed && isLost(listed)) ? details : null;
  return { row: whole ?? listed ?? details, details, error };
}

interface PanelBarProps {
  agent: Agent | null;
  row: TaskRow | null;
  taskId: string | null;
}

function PanelBar({ agent, row, taskId }: PanelBarProps) {
  const t = messages.value.execution;
  const past = agent?.recent ?? [];
  const at = past.findIndex((mark) => mark.task_id === taskId);
  const earlier = at === -1 ? (agent?.current?.task_id === taskId ? past.at(-1) : undefined) : past[at - 1];
  const later = at === -1 ? undefined : (past[at + 1] ?? agent?.current ?? undefined);
  return (
    <div class="panel-bar">
      <Crumbs row={row} />
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
      <button type="button" class="button" onClick={closePanel}>
        {t.close} <kbd aria-hidden="true">Esc</kbd>
      </button>
    </div>
  );
}

/** Where the reader is, when the panel covers the page. */
function Crumbs({ row }: { row: TaskRow | null }) {
  if (!row) return null;
  const at = row.started_at ?? row.due_at ?? row.created_at;
  return (
    <p class="crumbs">
      <button type="button" onClick={closePanel}>
        {messages.value.execution.plenary}
      </button>
      <a href={councilorAddress(row.agent_id)}>{row.display_name}</a>
      <b>
        {row.task_name}, {formats.value.moment(Date.parse(at), now.peek())}
      </b>
    </p>
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

/** As in execution.css: on one column an open request would push the live log out of sight. */
function hasTwoColumns(): boolean {
  return matchMedia("(min-width: 1180px)").matches;
}

function isLost(row: TaskRow): boolean {
  return row.status === "skipped" || row.status === "missed";
}

interface ExecutionProps {
  row: TaskRow;
  details: TaskDetails | null;
  agent: Agent | null;
}

function Execution({ row, details, agent }: ExecutionProps) {
  const ran = !isLost(row);
  return (
    <div class="columns">
      <div class="matter-column">
        <Head row={row} agent={agent} />
        <Orders row={row} agent={agent} />
        <Waiting row={row} />
        <Spent row={row} />
        <Cause row={row} />
        <Denied row={row} agent={agent} />
        <Findings row={row} earlier={agent?.recent.at(-1) ?? null} />
        <Notes row={row} />
        {isFinal(row.status) && ran && <Result row={row} />}
        <Request details={details} agent={agent} open={!isFinal(row.status) && hasTwoColumns()} />
      </div>
      <div class="side-column">
        {ran && (row.started_at !== null || row.attempt > 0) && (
          <LiveLog row={row} plain={(details ?? agent)?.provider === "command"} />
        )}
        <Attempts row={row} />
        {row.usage && <Usage usage={row.usage} />}
        <How row={row} details={details} agent={agent} />
      </div>
    </div>
  );
}
