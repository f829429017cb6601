/** The agent that a seat is of: what it is, which this page does not change. */
import { seatMessages } from "../../i18n/seat";
import { type Fact, Facts } from "../../parts/facts";
import { Mark } from "../../parts/mark";
import { fileAddress, getHealth } from "../../seat/api";
import type { Health, SeatAgent } from "../../seat/documents";
import { useAsked } from "./asked";
import { Part } from "./parts";

export function AgentFacts({ agent }: { agent: SeatAgent }) {
  const t = seatMessages.value;
  const rows: readonly Fact[] = [
    [t.field.name!, agent.name],
    [t.field.agent_id!, <code>{agent.agent_id}</code>],
    [t.field.provider!, <Provider agent={agent} />],
    agent.provider === "command"
      ? [t.field.command!, <code>{agent.command.map(quoted).join(" ")}</code>]
      : [t.field.model!, agent.model ?? t.agent.usual],
    [t.field.cwd!, agent.cwd ? <code>{agent.cwd}</code> : t.agent.serverFolder],
    [t.field.description!, agent.description ?? ""],
    [t.field.tags!, agent.tags.join(", ")],
  ];
  return (
    <Part name="agent" title={t.part.agent}>
      <Facts facts={rows} />
      {agent.instructions && (
        <details class="fold">
          <summary>{t.field.instructions}</summary>
          <p class="verbatim">{agent.instructions}</p>
        </details>
      )}
      {agent.is_councilor && (
        <p class="about">
          {t.agent.about} <code>conselho apply</code>.{" "}
          <a href={fileAddress(agent.agent_id)} download>
            {t.agent.download}
          </a>
        </p>
      )}
    </Part>
  );
}

/** Who has a file has two places to change: which of them wins, and when. */
export function FileNote({ source }: { source: string }) {
  const t = seatMessages.value.agent;
  return (
    <p class="file-note">
      <b>{t.fromFile(source)}</b> {t.fromFileMore}
    </p>
  );
}

/** With how it fares, once that is known. */
function Provider({ agent }: { agent: SeatAgent }) {
  if (!agent.is_councilor) return <>{agent.provider}</>;
  return <Fares agent={agent} />;
}

function Fares({ agent }: { agent: SeatAgent }) {
  const t = seatMessages.value.provider;
  const { answer } = useAsked(agent.agent_id, () => getHealth(agent.agent_id));
  const health = fareOf(answer, agent.agent_id);
  return (
    <>
      {agent.provider}
      {health && (
        <span class="fares">
          <Mark kind={health.state === "ready" ? "success" : health.state === "warning" ? "warning" : "error"} /> {t[health.state]}
        </span>
      )}
      {health?.troubles.map(({ sentence }) => (
        <span key={sentence} class="trouble-line" lang="en">
          {sentence}
        </span>
      ))}
    </>
  );
}

function fareOf(health: Health | null, agentId: string) {
  return health?.councilors.find((each) => each.agent_id === agentId) ?? null;
}

/** As one would type it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
