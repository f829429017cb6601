/** One councilor among many: face, name, state, and when it comes next. */
import { acknowledge, acknowledged } from "../actions";
import { now } from "../clock";
import { displayName, officeOf } from "../council/names";
import { isPaused, moodOf, standingOf, troubleOf } from "../council/standing";
import { messages } from "../i18n";
import { attentionAsCards } from "../overview";
import { Mark } from "../parts/mark";
import { memo } from "../parts/memo";
import { useNear } from "../parts/near";
import { Portrait } from "../parts/portrait";
import { Ago } from "../parts/time";
import { councilorAddress } from "../route";
import type { Agent } from "../wire";
import { lastWords, When } from "./card";

/**
 * Of hundreds only those near the window are drawn; the others are their names, which can be found. The
 * name is the same element in both, so that the focus stays on it.
 */
export const CouncilorTile = memo(function CouncilorTile({ agent, first }: { agent: Agent; first: boolean }) {
  const { ref, near } = useNear<HTMLLIElement>(first);
  const name = displayName(agent);
  const standing = standingOf(agent);
  const running = standing === "running";
  const { kind, text } = lastWords(agent);
  const trouble = troubleOf(agent)?.mark.task_id;
  const known = trouble !== undefined && acknowledged.value.has(trouble);
  const needs = trouble !== undefined && !known && !isPaused(agent) && !attentionAsCards.value;
  return (
    <li
      ref={ref}
      class={`tile is-${standing} ${known ? "is-known" : ""}`}
      data-agent={agent.agent_id}
      data-needs={needs || undefined}
    >
      {near && <Portrait agent={agent} mood={moodOf(agent, now.peek())} width={36} />}
      <div class="words">
        <div class="top">
          <h3>
            <a href={councilorAddress(agent.agent_id)} title={[name, officeOf(agent), text].filter(Boolean).join("\n")}>
              {name}
            </a>
          </h3>
          {near && !running && (
            <span class="soon">
              <When agent={agent} rough />
            </span>
          )}
        </div>
        {near && (
          <p>
            <TileState agent={agent} />
          </p>
        )}
      </div>
      {near && <Mark kind={kind} />}
      {near && trouble !== undefined && !known && !running && <Know taskId={trouble} name={name} />}
    </li>
  );
});

/** Takes the mark's place under the pointer or the focus. */
function Know({ taskId, name }: { taskId: string; name: string }) {
  const t = messages.value.attention;
  return (
    <button
      type="button"
      class="button know"
      aria-label={`${t.known}: ${name}`}
      title={t.knownHint}
      onClick={() => acknowledge(taskId)}
    >
      {t.known}
    </button>
  );
}

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
