/**
 * The panel of one execution: verdict, trouble and findings first, then what was said; beside them the
 * live log, the times, and what it cost. Loaded when first opened, with the monospaced face.
 */
import "../../styles/mono.css";
import "../../styles/panel.css";
import "../../styles/execution.css";

import { useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { ApiError } from "../../api";
import type { ExecutionMessages } from "../../i18n/execution.pt-BR";
import { executionMessages } from "../../i18n/execution";
import { usePanel } from "../../parts/panel";
import { closePanel, route } from "../../route";
import { council } from "../../session";
import { isFinal } from "../../state";
import type { Agent } from "../../wire";
import { Attempts } from "./attempts";
import { PanelBar } from "./bar";
import { How, Usage } from "./facts";
import { Findings } from "./findings";
import { Head } from "./head";
import { LiveLog } from "./log";
import { Said } from "./said";
import { Cause, Denied, Notes, Spent, Waiting } from "./trouble";
import { isLost, type Shown, useExecution } from "./use_execution";
import { useUsual } from "./use_usual";

export function ExecutionPanel() {
  const to = route.value;
  return to.kind === "execution" ? <Panel taskId={to.id} /> : null;
}

function Panel({ taskId }: { taskId: string }) {
  const t = executionMessages.value;
  const shown = useExecution(taskId);
  const { row } = shown;
  const agent = (row && council.value.agents.get(row.agent_id)) ?? null;
  const panel = usePanel();
  const label = t.label(row ? `${row.display_name}, ${row.task_name}` : "");
  return (
    <div class={`panel ${row ? "is-wide" : ""}`} role="dialog" aria-label={label} tabIndex={-1} ref={panel} data-execution={taskId}>
      <PanelBar agent={agent} row={row} taskId={taskId} />
      <div class="panel-body">
        {row ? <Execution key={row.task_id} shown={shown} agent={agent} /> : <Absent shown={shown} />}
      </div>
    </div>
  );
}

function Absent({ shown: { error, retry } }: { shown: Shown }) {
  const t = executionMessages.value;
  if (error !== null) return <Trouble error={error} retry={retry} say={t.failed} />;
  return (
    <p class="panel-note" role="status">
      {t.loading}
    </p>
  );
}

interface TroubleProps {
  error: unknown;
  retry: () => void;
  say: (reason: string) => string;
}

/** Why it could not be fetched, and what the reader can do about it. */
function Trouble({ error, retry, say }: TroubleProps) {
  const t = executionMessages.value;
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <div class="box absent" role="alert">
      <p>{gone ? t.notFound : say(whyNot(error, t))}</p>
      <button type="button" class="button" onClick={gone ? closePanel : retry}>
        {gone ? t.toPlenary : t.retry}
      </button>
    </div>
  );
}

function whyNot(error: unknown, t: ExecutionMessages): string {
  const garbled = !(error instanceof ApiError) || error.status === 200;
  return garbled ? t.garbled : reasonOf(error);
}

/** As in panel.css: on one column what was asked for would push the live log out of sight. */
function hasTwoColumns(): boolean {
  return matchMedia("(min-width: 1180px)").matches;
}

function Execution({ shown, agent }: { shown: Shown; agent: Agent | null }) {
  const { row, details, error, retry } = shown;
  const usual = useUsual(row);
  // Where it stands is settled once: moved, it would be read anew.
  const [logFirst] = useState(() => row !== null && !isFinal(row.status) && !hasTwoColumns());
  if (row === null) return null;
  const ran = !isLost(row);
  const logged = ran && (row.started_at !== null || row.attempt > 0);
  const log = logged && <LiveLog row={row} plain={(details ?? agent)?.provider === "command"} />;
  return (
    <div class="columns">
      <div class="matter-column">
        {/* What the stream told is shown all the same. */}
        {error !== null && <Trouble error={error} retry={retry} say={executionMessages.value.restFailed} />}
        <Head row={row} agent={agent} usual={usual} />
        <Waiting row={row} />
        <Spent row={row} />
        <Cause row={row} />
        <Denied row={row} agent={agent} />
        <Findings row={row} earlier={agent?.recent.at(-1) ?? null} />
        <Notes row={row} />
        {logFirst && log}
        <Said row={row} details={details} agent={agent} />
      </div>
      <div class="side-column">
        {!logFirst && log}
        {ran && <Attempts row={row} details={details} usual={usual} />}
        {row.usage && <Usage usage={row.usage} usual={usual} />}
        <How row={row} details={details} agent={agent} />
      </div>
    </div>
  );
}
