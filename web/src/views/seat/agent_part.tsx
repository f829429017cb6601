/** The agent that a seat is of: its name and looks in the catalogue, and how it fares. */
import { seatMessages } from "../../i18n/seat";
import { type Fact, Facts } from "../../parts/facts";
import { Mark } from "../../parts/mark";
import { fileAddress, getHealth } from "../../seat/api";
import type { Health, SeatAgent } from "../../seat/documents";
import { TextField } from "../form/fields";
import { useAsked } from "./asked";
import { DescriptionFields, EmojiField, Part, type PartProps } from "./parts";

export function AgentPart({ agent, draft, change }: PartProps & { agent: SeatAgent }) {
  const t = seatMessages.value;
  const rows: readonly Fact[] = [
    [t.field.agent_id!, <code>{agent.agent_id}</code>],
    ...(agent.is_councilor ? [[t.field.provider!, <Fares agent={agent} />] as const] : []),
  ];
  return (
    <Part name="agent" title={t.part.agent}>
      <Facts facts={rows} />
      <div class="pair">
        <TextField name="name" label={t.field.name!} hint={t.hint.name} required value={draft.name} onChange={(name) => change({ name })} />
        <EmojiField draft={draft} change={change} />
      </div>
      <DescriptionFields draft={draft} change={change} />
      {agent.is_councilor && (
        <p class="about">
          {t.agent.about}{" "}
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

/** As saved, not as written: with how it fares, once that is known. */
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
