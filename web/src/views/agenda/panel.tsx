/**
 * The schedule of one councilor: what it says, what it comes to, what was lost of it and what was
 * changed about it; and the form that changes it, beside what it would come to. Fetched when first
 * opened.
 */
import "../../styles/panel.css";
import "../../styles/agenda.css";

import { useEffect, useRef, useState } from "preact/hooks";

import { mayEdit } from "../../access";
import { setPaused } from "../../actions";
import { now } from "../../clock";
import { displayName, officeOf } from "../../council/names";
import { isPaused, moodOf } from "../../council/standing";
import { formats, language, messages } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { OrderButton } from "../../parts/order";
import { usePanel } from "../../parts/panel";
import { Portrait } from "../../parts/portrait";
import { councilorAddress, closePanel, editAddress, route } from "../../route";
import { hasDraft } from "../../seat/drafts";
import { council, loaded } from "../../session";
import { capital } from "../../text/format";
import { plainWords, zoneOf } from "../../text/schedule";
import type { Agent, SlotsAnswer } from "../../wire";
import { ZONE } from "../card";
import { agendaKey, ScheduleForm } from "./form";
import { SeatJournal } from "./journal";
import { LostSlots } from "./lost";
import { NextSlots, useNextSlots } from "./next";
import { Rules } from "./rules";

export function AgendaPanel() {
  const t = agendaMessages.value;
  const panel = usePanel();
  const id = route.value.kind === "agenda" ? route.value.id : "";
  const agent = council.value.agents.get(id);
  const name = agent ? displayName(agent) : id;
  return (
    <div class="panel is-wide agenda" role="dialog" aria-label={t.label(name)} tabIndex={-1} ref={panel} data-agenda={id}>
      <div class="panel-bar">
        <p class="crumbs">
          <button type="button" onClick={closePanel}>
            {t.plenary}
          </button>
          <b>{t.label(name)}</b>
        </p>
        <nav>
          {agent && (
            <a class="button" href={councilorAddress(id)}>
              {t.report}
            </a>
          )}
          {agent && mayEdit.value && (
            <a class="button" href={editAddress(id)}>
              {t.editSeat}
            </a>
          )}
        </nav>
        <button type="button" class="button" onClick={closePanel}>
          {t.close} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      <div class="panel-body">
        {agent?.councilor_config ? (
          <Agenda key={id} agent={agent} />
        ) : (
          <p class="panel-note" role="status">
            {loaded.value ? t.gone : messages.value.headline.loading}
          </p>
        )}
      </div>
    </div>
  );
}

function Agenda({ agent }: { agent: Agent }) {
  const [editing, setEditing] = useState(() => hasDraft(agendaKey(agent.agent_id)));
  /** How the form was left, when it was. */
  const [left, setLeft] = useState<Left>(null);
  const end = (saved: boolean) => {
    setEditing(false);
    setLeft(saved ? "saved" : "discarded");
  };
  if (editing) return <ScheduleForm agent={agent} onEnd={end} />;
  return (
    <Reading
      agent={agent}
      left={left}
      edit={() => setEditing(true)}
    />
  );
}

type Left = "saved" | "discarded" | null;

function Reading({ agent, left, edit }: { agent: Agent; left: Left; edit: () => void }) {
  const t = agendaMessages.value;
  const next = useNextSlots(agent);
  const button = useRef<HTMLButtonElement>(null);
  // The focus goes back to where the form was opened.
  useEffect(() => {
    if (left !== null) button.current?.focus();
  }, []);
  const paused = isPaused(agent);
  const id = agent.agent_id;
  return (
    <div class="columns">
      <div class="matter-column">
        <SeatHead agent={agent} answer={next.answer} />
        <div class="buttons">
          {mayEdit.value && (
            <button type="button" class="button filled" ref={button} onClick={edit}>
              {t.edit}
            </button>
          )}
          <OrderButton about={id} act={() => setPaused(id, !paused)}>
            {paused ? messages.value.council.callBack : messages.value.council.giveLeave}
          </OrderButton>
          <p class="done" role="status">
            {left === "saved" && t.saved}
          </p>
          {!mayEdit.value && <p class="about">{t.mayNotEdit}</p>}
        </div>
        <LostSlots agent={agent} />
        <SeatJournal agent={agent} />
      </div>
      <div class="side-column">
        {paused ? <p class="box quiet-box">{t.onLeave}</p> : <NextSlots title={t.next.title} state={next} />}
        <Rules config={agent.councilor_config!} />
      </div>
    </div>
  );
}

function SeatHead({ agent, answer }: { agent: Agent; answer: SlotsAnswer | null }) {
  return (
    <section class="head">
      <div class="niche-column">
        <Portrait agent={agent} mood={moodOf(agent, now.peek())} width={94} />
      </div>
      <div class="matter">
        <p class="who" title={displayName(agent)}>
          {agent.emoji && <span aria-hidden="true">{agent.emoji}</span>} <b>{displayName(agent)}</b>
          <span>{officeOf(agent)}</span>
        </p>
        <h2>{capital(plainWords(agent, language.value))}</h2>
        <p class="reason">{zoneWords(agent, answer)}</p>
      </div>
    </section>
  );
}

/** A schedule by another clock than the reader's says so, with the reader's time of the next slot. */
function zoneWords(agent: Agent, answer: SlotsAnswer | null): string {
  const t = agendaMessages.value;
  const zone = answer?.timezone ?? zoneOf(agent.councilor_config?.schedule);
  const first = answer?.slots[0];
  if (zone === ZONE || !first || isPaused(agent)) return t.zone(zone);
  return t.zoneAndHere(zone, formats.value.moment(Date.parse(first.at), now.value));
}
