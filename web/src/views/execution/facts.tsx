/** The figures of a run: what it cost, and how it was run. */
import { setPaused } from "../../actions";
import { isPaused } from "../../council/standing";
import type { Usual } from "../../execution/medians";
import { formats, messages } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { type Fact, Facts } from "../../parts/facts";
import { OrderButton } from "../../parts/order";
import { agendaAddress } from "../../route";
import type { Agent, TaskDetails, TaskRow, Usage as UsageFigures } from "../../wire";
import { scheduleOf } from "../card";

/** What all attempts together spent; each provider tells another part of it. */
export function Usage({ usage, usual }: { usage: UsageFigures; usual: Usual | null }) {
  const t = executionMessages.value;
  const count = (value: number | undefined) => (value === undefined ? null : formats.value.number(value));
  const tokens = (value: number | undefined) =>
    value === undefined ? null : t.tokens(value, formats.value.number(value));
  const { cached_tokens: cached, reasoning_tokens: thought } = usage;
  return (
    <section class="box" aria-labelledby="usage-title">
      <header>
        <h3 id="usage-title">{t.usage}</h3>
        {usage.cost_usd === undefined ? (
          <span>{t.costUnknown}</span>
        ) : (
          <b class="cost">{formats.value.money(usage.cost_usd)}</b>
        )}
      </header>
      <Facts
        facts={[
          [cached ? t.inputCached(formats.value.number(cached)) : t.input, tokens(usage.input_tokens)],
          [thought ? t.outputThought(formats.value.number(thought)) : t.output, tokens(usage.output_tokens)],
          [t.turns, count(usage.turns)],
          [t.tools, count(usage.tool_calls)],
          usualFact(usual),
        ]}
      />
    </section>
  );
}

/** One run before this is no measure. */
function usualFact(usual: Usual | null): Fact {
  const f = formats.value;
  if (usual === null || usual.runs < 2) return ["", null];
  const parts = [
    usual.costUsd === null ? null : f.money(usual.costUsd),
    usual.ms === null ? null : f.duration(usual.ms < 10_000 ? usual.ms : Math.round(usual.ms / 1000) * 1000),
  ].filter((part) => part !== null);
  return [executionMessages.value.median(f.number(usual.runs)), parts.join(", ")];
}

interface HowProps {
  row: TaskRow;
  details: TaskDetails | null;
  agent: Agent | null;
}

export function How({ row, details, agent }: HowProps) {
  const t = executionMessages.value;
  // As the run had them; until the details are there, as the councilor has them now.
  const granted = details?.permissions ?? agent?.councilor_config?.policies?.permissions;
  const provider = details?.provider ?? agent?.provider;
  return (
    <section class="box how" aria-labelledby="how-title">
      <h3 id="how-title">{t.how}</h3>
      <Facts
        facts={[
          [t.trigger, messages.value.trigger[row.trigger] ?? row.trigger],
          [t.provider, provider],
          [t.model, row.usage?.model ?? details?.model ?? agent?.model],
          [t.permissions, provider === "command" ? null : granted && (t.permission[granted] ?? granted)],
          [t.command, code(details && commandLine(details.command))],
          [t.cwd, code(details?.cwd)],
          [t.schedule, agent && scheduleOf(agent)],
          [t.completed, row.completed_at && formats.value.full(Date.parse(row.completed_at))],
          [t.priority, row.priority === undefined || row.priority === 5 ? null : t.priorityOf(row.priority)],
          [t.exitCode, row.exit_code === null ? null : String(row.exit_code)],
          [t.session, row.usage?.session_id],
          [t.worker, row.worker_id],
          [t.id, code(row.task_id)],
        ]}
      />
      {agent && <Seat agent={agent} />}
    </section>
  );
}

/** What concerns the councilor, not only this run. */
function Seat({ agent }: { agent: Agent }) {
  const t = messages.value.council;
  const paused = isPaused(agent);
  return (
    <p class="buttons">
      <a class="button" href={agendaAddress(agent.agent_id)}>
        {executionMessages.value.agenda}
      </a>
      <OrderButton about={agent.agent_id} act={() => setPaused(agent.agent_id, !paused)}>
        {paused ? t.callBack : t.giveLeave}
      </OrderButton>
    </p>
  );
}

/** The words of a command as a shell would take them: quoted where they must be. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** So much fits into a few lines; more scrolls. */
const LONG = 300;

function code(text: string | null | undefined) {
  if (!text) return null;
  return text.length > LONG ? (
    <code class="long" tabIndex={0}>
      {text}
    </code>
  ) : (
    <code>{text}</code>
  );
}
