/** Where a new seat may begin: the catalogue, an agent that has none, a blank form, or a file. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

import { language } from "../../i18n";
import { seatMessages } from "../../i18n/seat";
import { Portrait } from "../../parts/portrait";
import { promoteAddress } from "../../route";
import { deleteAgent, getAgents, getCatalogue } from "../../seat/api";
import type { Entry, ListedAgent } from "../../seat/documents";
import { isFree } from "../../seat/draft";
import { hasDraft } from "../../seat/drafts";
import { type Origin, originId, promoteKey } from "../../seat/origin";
import { Confirm } from "../orders/confirm";
import { useAsked } from "./asked";
import { seatReason } from "./reason";

export function Start() {
  const t = seatMessages.value;
  const catalogue = useAsked(language.value, () => getCatalogue(language.value));
  const agents = useAsked("", getAgents);
  const seatless = (agents.answer ?? []).filter((agent) => !agent.is_councilor);
  return (
    <div class="start">
      <div class="start-head">
        <div>
          <h2>{t.start.title}</h2>
          <p>{t.start.about}</p>
        </div>
        <BlankButton />
      </div>
      {catalogue.error !== null && <Failed words={t.start.failed} again={catalogue.again} />}
      {catalogue.answer && (
        <>
          <Choices title={t.start.templates} about={t.start.templatesAbout}>
            {catalogue.answer.templates.map((entry) => (
              <EntryChoice key={entry.key} entry={entry} />
            ))}
          </Choices>
          <Choices title={t.start.investigators} about={t.start.investigatorsAbout}>
            {catalogue.answer.investigators.map((entry) => (
              <EntryChoice key={entry.key} entry={entry} />
            ))}
          </Choices>
        </>
      )}
      {agents.error !== null && <Failed words={t.start.agentsFailed} again={agents.again} />}
      {seatless.length > 0 && (
        <Choices title={t.start.agents} about={t.start.agentsAbout}>
          {seatless.map((agent) => (
            <AgentChoice key={agent.agent_id} agent={agent} onRemoved={agents.again} />
          ))}
        </Choices>
      )}
      <p class="file-way">
        {t.start.file} <code>conselho apply council/</code>
      </p>
    </div>
  );
}

function BlankButton() {
  const t = seatMessages.value.start;
  const origin: Origin = { kind: "blank" };
  return (
    <a class="button" href={promoteAddress(originId(origin))}>
      {t.blank} {hasDraft(promoteKey(origin)) && <em class="note is-draft">{t.draft}</em>}
    </a>
  );
}

function Failed({ words, again }: { words: string; again: () => void }) {
  return (
    <p class="failed" role="alert">
      {words}{" "}
      <button type="button" class="button" onClick={again}>
        {seatMessages.value.again}
      </button>
    </p>
  );
}

function Choices({ title, about, children }: { title: string; about: string; children: ComponentChildren }) {
  return (
    <section aria-label={title}>
      <header>
        <h3>{title}</h3>
        <p>{about}</p>
      </header>
      <ul class="choices">{children}</ul>
    </section>
  );
}

/** The same in the first view of an empty council. */
export function EntryChoice({ entry }: { entry: Entry }) {
  const t = seatMessages.value.start;
  const origin: Origin = { kind: "entry", key: entry.key };
  return (
    <li>
      <a class="choice" href={promoteAddress(originId(origin))}>
        <Portrait agent={{ agent_id: entry.agent_id, customization: null }} mood="new" width={56} />
        <span class="words">
          <b class="name">
            <span aria-hidden="true">{entry.emoji}</span> {entry.name}
          </b>
          <span class="about">{entry.description}</span>
        </span>
        <Note origin={origin} words={isFree(entry) ? t.free : t.model} />
      </a>
    </li>
  );
}

/** What it costs; or that something was written there already. */
function Note({ origin, words }: { origin: Origin; words: string }) {
  return hasDraft(promoteKey(origin)) ? <em class="note is-draft">{seatMessages.value.start.draft}</em> : <span class="note">{words}</span>;
}

function AgentChoice({ agent, onRemoved }: { agent: ListedAgent; onRemoved: () => void }) {
  const t = seatMessages.value;
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const cancel = () => {
    setAsking(false);
    button.current?.focus();
  };
  const remove = () =>
    deleteAgent(agent.agent_id).then(onRemoved, (error: unknown) => {
      setAsking(false);
      setFailed(t.save.failed(seatReason(error)));
    });
  return (
    <li>
      <a class="choice" href={promoteAddress(agent.agent_id)}>
        <Portrait agent={{ agent_id: agent.agent_id, customization: null }} mood="new" width={56} />
        <span class="words">
          <b class="name">
            <span aria-hidden="true">{agent.emoji}</span> {agent.name}
          </b>
          <span class="about">{agent.description || <code>{agent.agent_id}</code>}</span>
        </span>
        <Note origin={{ kind: "agent", id: agent.agent_id }} words={agent.provider} />
      </a>
      <button type="button" class="button quiet remove" ref={button} aria-label={t.start.remove(agent.name)} onClick={() => setAsking(true)}>
        {t.start.removeYes}
      </button>
      {asking && (
        <Confirm question={t.start.removeAsk(agent.name)} yes={t.start.removeYes} act={remove} cancel={cancel} />
      )}
      <p class="is-wrong" role="alert">
        {failed}
      </p>
    </li>
  );
}
