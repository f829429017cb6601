/** The form that gives an agent a seat, or changes it. Fetched when first opened. */
import "../../styles/panel.css";
import "../../styles/agenda.css";
import "../../styles/seat.css";

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { mayEdit } from "../../access";
import { setPaused } from "../../actions";
import { ApiError } from "../../api";
import { displayName, shortName } from "../../council/names";
import { isPaused } from "../../council/standing";
import { language, messages } from "../../i18n";
import { seatMessages } from "../../i18n/seat";
import { OrderButton } from "../../parts/order";
import { usePanel } from "../../parts/panel";
import { agendaAddress, closePanel, councilorAddress, editAddress, PROMOTE_ADDRESS, promoteAddress, route } from "../../route";
import { getAgent, getCatalogue, type Seated } from "../../seat/api";
import type { SeatAgent } from "../../seat/documents";
import { draftOfAgent } from "../../seat/draft";
import { keepDraft } from "../../seat/drafts";
import { editKey, type Origin, originOf, promoteKey } from "../../seat/origin";
import { council, loaded } from "../../session";
import { ZONE } from "../card";
import { useAsked } from "./asked";
import { NewSeatForm } from "./new_form";
import { SeatedPart } from "./seated";
import { SeatForm } from "./seat_form";
import { Start } from "./start";

export function SeatPanel() {
  const { kind, id } = addressed();
  if (kind === "edit" && id !== null) return <EditPanel key={`edit ${id}`} id={id} />;
  return <PromotePanel key={`promote ${id ?? ""}`} id={id} />;
}

function addressed(): { kind: "promote" | "edit"; id: string | null } {
  const at = route.value;
  if (at.kind === "edit") return { kind: "edit", id: at.id };
  return { kind: "promote", id: at.kind === "promote" ? at.id : null };
}

interface ShellProps {
  label: string;
  nav?: ComponentChildren;
  children: ComponentChildren;
}

function Shell({ label, nav, children }: ShellProps) {
  const t = seatMessages.value;
  const panel = usePanel();
  return (
    <div class="panel is-wide agenda seat" role="dialog" aria-label={label} tabIndex={-1} ref={panel}>
      <div class="panel-bar">
        <p class="crumbs">
          <button type="button" onClick={closePanel}>
            {t.plenary}
          </button>
          <b>{label}</b>
        </p>
        <nav>{mayEdit.value && nav}</nav>
        <button type="button" class="button" onClick={closePanel}>
          {t.close} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      <div class="panel-body">
        {mayEdit.value ? (
          children
        ) : (
          <p class="panel-note" role="status">
            {t.mayNot}
          </p>
        )}
      </div>
    </div>
  );
}

// Promote.

function PromotePanel({ id }: { id: string | null }) {
  const t = seatMessages.value;
  const [seated, setSeated] = useState<Seated | null>(null);
  const back = id !== null && seated === null && (
    <a class="button" href={PROMOTE_ADDRESS}>
      {t.backToStart}
    </a>
  );
  return (
    <Shell label={t.promote} nav={back}>
      {seated ? <SeatedPart seated={seated} /> : id === null ? <Start /> : <From origin={originOf(id)} onSeated={setSeated} />}
    </Shell>
  );
}

interface FromProps {
  origin: Origin;
  onSeated: (seated: Seated) => void;
}

function From({ origin, onSeated }: FromProps) {
  if (origin.kind === "agent") return <FromAgent id={origin.id} onSeated={onSeated} />;
  if (origin.kind === "entry") return <FromEntry entryKey={origin.key} onSeated={onSeated} />;
  return <NewSeatForm draftKey={promoteKey(origin)} entry={null} onSeated={onSeated} />;
}

function FromEntry({ entryKey, onSeated }: { entryKey: string; onSeated: (seated: Seated) => void }) {
  const t = seatMessages.value;
  const { answer, error, again } = useAsked(language.value, () => getCatalogue(language.value));
  if (answer === null) return <Waiting words={t.start.loading} failed={error === null ? null : t.start.failed} again={again} />;
  const entry = [...answer.templates, ...answer.investigators].find(({ key }) => key === entryKey);
  if (!entry) return <Note words={t.start.noEntry(entryKey)} />;
  return <NewSeatForm draftKey={promoteKey({ kind: "entry", key: entryKey })} entry={entry} onSeated={onSeated} />;
}

function FromAgent({ id, onSeated }: { id: string; onSeated: (seated: Seated) => void }) {
  const t = seatMessages.value;
  const { answer, error, again } = useAsked(id, () => getAgent(id));
  if (answer === null) {
    const unknown = error instanceof ApiError && error.status === 404;
    if (unknown) return <Note words={t.unknown(id)} />;
    return <Waiting words={messages.value.headline.loading} failed={error === null ? null : t.start.agentsFailed} again={again} />;
  }
  if (answer.is_councilor) {
    return (
      <Note words={t.wrong.idSeated}>
        <a class="button" href={editAddress(id)}>
          {t.wrong.openSeat}
        </a>
      </Note>
    );
  }
  return <SeatForm draftKey={promoteKey({ kind: "agent", id })} agent={answer} onSeated={onSeated} />;
}

// Edit.

interface Gone {
  readonly how: "demoted" | "deleted";
  readonly name: string;
}

function EditPanel({ id }: { id: string }) {
  const t = seatMessages.value;
  const [gone, setGone] = useState<Gone | null>(null);
  const agent = council.value.agents.get(id);
  const name = gone?.name ?? shortName(agent ? displayName(agent) : id);
  const end = (seat: SeatAgent) => (how: Gone["how"]) => {
    keepDraft(editKey(id), null);
    if (how === "demoted") keepSeat(seat);
    setGone({ how, name });
  };
  return (
    <Shell label={t.editLabel(name)} nav={agent && !gone && <SeatNav agent={agent} />}>
      {gone ? (
        <GoneNote id={id} gone={gone} />
      ) : agent?.councilor_config ? (
        <SeatForm draftKey={editKey(id)} agent={agent} onGone={end(agent)} />
      ) : (
        <Note words={loaded.value ? t.gone : messages.value.headline.loading} />
      )}
    </Shell>
  );
}

function SeatNav({ agent }: { agent: SeatAgent }) {
  const t = seatMessages.value.orders;
  const { callBack, giveLeave } = messages.value.council;
  const paused = isPaused(agent);
  const id = agent.agent_id;
  return (
    <>
      <OrderButton about={id} act={() => setPaused(id, !paused)}>
        {paused ? callBack : giveLeave}
      </OrderButton>
      <a class="button to-agenda" href={agendaAddress(id)}>
        {t.agenda}
      </a>
      <a class="button" href={councilorAddress(id)}>
        {t.report}
      </a>
    </>
  );
}

/** What the seat was waits as a draft, should somebody want to give it back. */
function keepSeat(agent: SeatAgent): void {
  const draft = draftOfAgent(agent, ZONE);
  const base = draftOfAgent({ ...agent, councilor_config: null }, ZONE);
  keepDraft(promoteKey({ kind: "agent", id: agent.agent_id }), { base, draft, version: Number.MAX_SAFE_INTEGER });
}

function GoneNote({ id, gone }: { id: string; gone: Gone }) {
  const t = seatMessages.value.orders;
  if (gone.how === "deleted") return <Note words={t.removed(gone.name)} takesFocus />;
  return (
    <Note words={t.demoted(gone.name)} takesFocus>
      <a class="button" href={promoteAddress(id)}>
        {t.giveBack}
      </a>
      <span>{t.giveBackAbout}</span>
    </Note>
  );
}

// What stands in the place of a form.

interface NoteProps {
  words: string;
  /** What had the focus is gone. */
  takesFocus?: boolean;
  children?: ComponentChildren;
}

function Note({ words, takesFocus = false, children }: NoteProps) {
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (takesFocus) said.current?.focus();
  }, []);
  return (
    <div class="seat-note">
      <p role="status" tabIndex={-1} ref={said}>
        {words}
      </p>
      {children && <p class="ways">{children}</p>}
    </div>
  );
}

function Waiting({ words, failed, again }: { words: string; failed: string | null; again: () => void }) {
  return (
    <Note words={failed ?? words}>
      {failed !== null && (
        <button type="button" class="button" onClick={again}>
          {seatMessages.value.again}
        </button>
      )}
    </Note>
  );
}
