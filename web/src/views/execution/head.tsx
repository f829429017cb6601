/** Who ran and what came of it, in one look. */
import { now } from "../../clock";
import { markOf, type Mood } from "../../council/standing";
import type { Usual } from "../../execution/medians";
import { formats, language, type Messages, messages } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import type { ExecutionMessages } from "../../i18n/execution.pt-BR";
import { Mark } from "../../parts/mark";
import { Portrait } from "../../parts/portrait";
import { Ago } from "../../parts/time";
import type { Said } from "../../providers/sentences";
import { lost } from "../../session";
import { isFinal } from "../../state";
import { firstLine, isRetry, missedReason, newsOf, stateWord } from "../../text/news";
import { doubtOf, reasonWords } from "../../text/verdict";
import type { Agent, TaskRow } from "../../wire";
import { skippedSentence } from "./skipped";

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

interface HeadProps {
  row: TaskRow;
  agent: Agent | null;
  usual: Usual | null;
}

export function Head({ row, agent, usual }: HeadProps) {
  const t = executionMessages.value;
  const kind = markOf(row);
  const looks = agent ?? { agent_id: row.agent_id, customization: null };
  return (
    <section class={`head is-${kind}`}>
      <div class="niche-column">
        <Portrait agent={looks} mood={FACE[kind]} width={94} />
      </div>
      <div class="matter">
        <p class="who">
          {row.emoji && <span aria-hidden="true">{row.emoji}</span>} <b dir="auto">{row.display_name}</b>
          <span dir="auto">{row.task_name}</span>
        </p>
        <p class="state-line">
          <Mark kind={kind} /> <HeadState row={row} />
          {hasSource(row) && <span class="source">{sourceWords(row, messages.value, t)}</span>}
          {row.status === "processing" && <Measure usual={usual} agent={agent} />}
        </p>
        <h2 dir="auto">{headTitle(row, messages.value, t)}</h2>
        {headMore(row, messages.value, t).map(({ text, lang }) => (
          <p class="reason" dir="auto" lang={lang} key={text}>
            {text}
          </p>
        ))}
      </div>
    </section>
  );
}

function HeadState({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  if (row.cancel_requested && !isFinal(row.status)) return <b class="ink-running">{t.cancelling}</b>;
  if (row.status === "processing" && row.started_at) {
    const began = Date.parse(row.started_at);
    if (lost.value) return <b class="ink-running">{t.beganAt(formats.value.clock(began))}</b>;
    return <b class="ink-running">{t.workingFor(messages.value.span(Math.max(0, now.value - began)))}</b>;
  }
  return (
    <>
      <b class={`ink-${markOf(row)}`}>{stateWord(row, messages.value)}</b>
      <span>
        <Ago at={row.completed_at ?? row.started_at ?? row.created_at} />
      </span>
    </>
  );
}

/** How long it is going to take, as far as one may say. */
function Measure({ usual, agent }: { usual: Usual | null; agent: Agent | null }) {
  const t = executionMessages.value;
  const limit = agent?.councilor_config?.policies?.timeout_seconds;
  const words = [
    usual?.ms != null && t.usually(formats.value.duration(usual.ms)),
    limit && t.stopsAfter(formats.value.duration(limit * 1000)),
  ].filter(Boolean);
  return words.length > 0 ? <span class="source">{words.join(", ")}</span> : null;
}

/** What failed speaks for itself, unless a report did. */
function hasSource(row: TaskRow): boolean {
  return row.verdict !== null && (row.verdict.source === "contract" || row.error_kind === null);
}

/** Who says so: the agent in its report, the server where there was none, or one against the other. */
function sourceWords(row: TaskRow, t: Messages, own: ExecutionMessages): string {
  if (row.verdict?.source === "heuristic") return own.saidByHeuristic;
  return doubtOf(row.verdict, row.permission_denied, t) === null ? own.saidByContract : own.loweredByUs;
}

function headTitle(row: TaskRow, t: Messages, own: ExecutionMessages): string {
  if (isRetry(row)) return own.triesAgain(row.attempt + 1, row.max_attempts);
  if (row.status === "pending") return row.waits_for === "turn" ? own.turn : own.queued;
  if (!isFinal(row.status)) return own.noVerdict;
  return newsOf(row, t, formats.value);
}

function headMore(row: TaskRow, t: Messages, own: ExecutionMessages): Said[] {
  if (row.status === "skipped") {
    const said = skippedSentence(language.value, row, own.skipped, formats.value);
    return said === null ? [] : [said];
  }
  return ownReasons(row, t, own).map((text) => ({ text }));
}

function ownReasons(row: TaskRow, t: Messages, own: ExecutionMessages): string[] {
  if (row.cancel_requested && !isFinal(row.status)) return [own.cancelNote];
  if (row.status === "processing") return [own.workingNote];
  if (row.status === "missed") return [missedReason(row.skip_reason, t)];
  const title = headTitle(row, t, own);
  const said = firstLine(row.verdict?.summary);
  // The title is the page's own where the agent's word does not count as it stands.
  const words = row.verdict?.source === "contract" && said !== "" && said !== title ? own.ownWords(said) : "";
  const reasons = reasonWords(row.verdict, row.permission_denied, t).filter((reason) => reason !== title);
  return [...reasons, words].filter(Boolean);
}
