/** The figures of a run: when, how much, how, and what it was told. */
import { formats, messages } from "../../i18n";
import type { Agent, TaskDetails, TaskRow, Usage as UsageFigures } from "../../wire";
import { scheduleOf } from "../card";

type Fact = readonly [name: string, value: string | null | undefined, look?: "code"];

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => Boolean(value))
        .map(([name, value, look]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{look ? <code>{value}</code> : value}</dd>
          </div>
        ))}
    </dl>
  );
}

export function Attempts({ row }: { row: TaskRow }) {
  const t = messages.value.execution;
  const moment = (at: string | null) => at && formats.value.full(Date.parse(at));
  return (
    <section class="box" aria-labelledby="times-title">
      <h3 id="times-title">{t.times}</h3>
      <Facts
        facts={[
          [t.trigger, messages.value.trigger[row.trigger] ?? row.trigger],
          [t.due, moment(row.due_at)],
          [t.started, moment(row.started_at)],
          [t.completed, moment(row.completed_at)],
          [t.duration, row.duration === null ? null : formats.value.duration(row.duration * 1000)],
          [t.attempt, row.attempt > 0 ? t.attemptOf(row.attempt, row.max_attempts) : null],
          [t.deadline, moment(row.deadline_at ?? null)],
          [t.priority, row.priority === undefined || row.priority === 5 ? null : t.priorityOf(row.priority)],
        ]}
      />
    </section>
  );
}

/** What all attempts together spent; each provider tells another part of it. */
export function Usage({ usage }: { usage: UsageFigures }) {
  const t = messages.value.execution;
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
        ]}
      />
    </section>
  );
}

interface HowProps {
  row: TaskRow;
  details: TaskDetails | null;
  agent: Agent | null;
}

export function How({ row, details, agent }: HowProps) {
  const t = messages.value.execution;
  // As the run had them; until the details are there, as the councilor has them now.
  const granted = details?.permissions ?? agent?.councilor_config?.policies?.permissions;
  const provider = details?.provider ?? agent?.provider;
  return (
    <section class="box" aria-labelledby="how-title">
      <h3 id="how-title">{t.how}</h3>
      <Facts
        facts={[
          [t.provider, provider],
          [t.model, row.usage?.model ?? details?.model ?? agent?.model],
          [t.permissions, provider === "command" ? null : granted && (t.permission[granted] ?? granted)],
          [t.command, details && commandLine(details.command), "code"],
          [t.cwd, details?.cwd, "code"],
          [t.schedule, agent && scheduleOf(agent)],
          [t.exitCode, row.exit_code === null ? null : String(row.exit_code)],
          [t.session, row.usage?.session_id],
          [t.worker, row.worker_id],
          [t.id, row.task_id],
        ]}
      />
    </section>
  );
}

/** The words of a command as a shell would take them: quoted where they must be. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** What the agent was told: the whole prompt once it is kept, before that its parts. */
interface RequestProps {
  details: TaskDetails | null;
  agent: Agent | null;
  open?: boolean;
}

export function Request({ details, agent, open = false }: RequestProps) {
  const t = messages.value.execution;
  const sent = details?.sent_prompt?.trim();
  if (sent) return <Folded title={t.promptSent} parts={[["", sent]]} open={open} />;
  const parts = [
    [t.instructions, details?.instructions.trim() ?? ""],
    [t.request, (details?.prompt ?? agent?.councilor_config?.task.prompt ?? "").trim()],
  ].filter((part): part is [string, string] => Boolean(part[1]));
  return <Folded title={t.prompt} parts={parts} open={open} />;
}

interface FoldedProps {
  title: string;
  parts: readonly (readonly [string, string])[];
  open: boolean;
}

function Folded({ title, parts, open }: FoldedProps) {
  if (parts.length === 0) return null;
  return (
    <details class="box request" open={open}>
      <summary>
        <h3>{title}</h3>
      </summary>
      {parts.map(([name, text]) => (
        <div key={name}>
          {name && parts.length > 1 && <h4>{name}</h4>}
          <pre tabIndex={0} aria-label={name || title}>
            {text}
          </pre>
        </div>
      ))}
    </details>
  );
}
