/** The seat was given: what comes now. */
import { useEffect, useRef } from "preact/hooks";

import { runNow } from "../../actions";
import { now } from "../../clock";
import { displayName, officeOf } from "../../council/names";
import { moodOf } from "../../council/standing";
import { formats } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { seatMessages } from "../../i18n/seat";
import { Mark } from "../../parts/mark";
import { OrderButton } from "../../parts/order";
import { Portrait } from "../../parts/portrait";
import { councilorAddress, closePanel, executionAddress, PROMOTE_ADDRESS } from "../../route";
import type { Seated } from "../../seat/api";
import { council } from "../../session";
import { lastWords } from "../card";

export function SeatedPart({ seated }: { seated: Seated }) {
  const t = seatMessages.value.seated;
  const id = seated.agent.agent_id;
  // As the stream tells it, once it has.
  const agent = council.value.agents.get(id) ?? seated.agent;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const { kind, text } = lastWords(agent);
  const run = agent.current ?? agent.recent.at(-1) ?? null;
  return (
    <section class="seated">
      <div class="head">
        <div class="niche-column">
          <Portrait agent={agent} mood={moodOf(agent, now.peek())} width={94} />
        </div>
        <div class="matter">
          <p class="who">
            {agent.emoji && <span aria-hidden="true">{agent.emoji}</span>} <span>{officeOf(agent)}</span>
          </p>
          <h2 ref={title} tabIndex={-1}>
            {t.title(displayName(agent))}
          </h2>
          <p class="reason">
            {agent.next_execution ? t.next(formats.value.moment(Date.parse(agent.next_execution), now.peek())) : t.noNext}
          </p>
        </div>
      </div>
      {seated.warnings?.map(({ code, message }) => (
        <p key={code} class="warned" title={message}>
          <Mark kind="warning" /> {agendaMessages.value.warning[code] ?? message}
        </p>
      ))}
      <p class="verdict" role="status">
        {run && (
          <>
            <Mark kind={kind} /> <a href={executionAddress(run.task_id)}>{text}</a>
          </>
        )}
      </p>
      <div class="buttons">
        <OrderButton about={id} class="filled" busy={agent.current !== null} act={() => runNow(id)}>
          {agent.current ? t.running : t.run}
        </OrderButton>
        <button type="button" class="button" onClick={closePanel}>
          {t.see}
        </button>
        <a class="button" href={councilorAddress(id)}>
          {t.report}
        </a>
        <a class="button" href={PROMOTE_ADDRESS}>
          {t.another}
        </a>
      </div>
    </section>
  );
}
