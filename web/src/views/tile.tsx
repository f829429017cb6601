/** One councilor among many: face, name, state. */
import { now } from "../clock";
import { displayName, officeOf } from "../council/names";
import { moodOf, standingOf, troubleOf } from "../council/standing";
import { messages } from "../i18n";
import { Mark } from "../parts/mark";
import { memo } from "../parts/memo";
import { Portrait } from "../parts/portrait";
import { Ago } from "../parts/time";
import { councilorAddress } from "../route";
import type { Agent } from "../wire";
import { lastWords, When } from "./card";

export const CouncilorTile = memo(function CouncilorTile({ agent }: { agent: Agent }) {
  const standing = standingOf(agent);
  const name = displayName(agent);
  return (
    <li class={`tile is-${standing}`} data-agent={agent.agent_id}>
      <Portrait agent={agent} mood={moodOf(agent, now.peek())} width={36} />
      <div class="words">
        <h3>
          <a href={councilorAddress(agent.agent_id)} title={`${name}, ${officeOf(agent)}`}>
            {name}
          </a>
        </h3>
        <p>
          <TileState agent={agent} />
        </p>
      </div>
      <Mark kind={lastWords(agent).kind} />
    </li>
  );
});

function TileState({ agent }: { agent: Agent }) {
  const t = messages.value;
  const standing = standingOf(agent);
  const trouble = troubleOf(agent);
  if (standing === "running") return <b><When agent={agent} /></b>;
  if (standing === "missed" && trouble) return <b>{t.missedTile(trouble.mark.slot_count ?? 1)}</b>;
  if (standing === "error" || standing === "warning" || standing === "info") {
    return (
      <b>
        {t.mark[standing]} <Ago at={agent.recent.at(-1)?.completed_at ?? null} />
      </b>
    );
  }
  return <>{officeOf(agent)}</>;
}
