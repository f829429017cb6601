/**
 * The report of one councilor: how it stands, its verdicts over time, what it found and what of that
 * is still open, what it takes and costs, when it works next, and everything that it did.
 * Fetched when first opened; the drawing of charts comes when the first one is shown.
 */
import "../../styles/panel.css";
import "../../styles/agenda.css";
import "../../styles/councilor.css";

import { useRef, useState } from "preact/hooks";

import { mayEdit } from "../../access";
import { reasonOf } from "../../actions";
import { ApiError } from "../../api";
import { now } from "../../clock";
import { displayName } from "../../council/names";
import { agendaMessages } from "../../i18n/agenda";
import { councilorMessages } from "../../i18n/councilor";
import { usePanel } from "../../parts/panel";
import { Portrait } from "../../parts/portrait";
import { getAgent, type KnownAgent } from "../../report/endpoints";
import { type Filter, NO_FILTER } from "../../report/history";
import { type Span, spanOf } from "../../report/spans";
import { agendaAddress, closePanel, editAddress, promoteAddress, route } from "../../route";
import { council, loaded } from "../../session";
import { capital } from "../../text/format";
import type { Agent } from "../../wire";
import { LostSlots } from "../agenda/lost";
import { NextSlots, useNextSlots } from "../agenda/next";
import { Charts } from "./charts";
import { OpenFindings } from "./findings";
import { Head, Orders } from "./head";
import { History } from "./history";
import { useAnswer, useTold } from "./live";
import { Verdicts } from "./verdicts";

export function CouncilorPanel() {
  const t = councilorMessages.value;
  const panel = usePanel();
  const body = useRef<HTMLDivElement>(null);
  const id = route.value.kind === "councilor" ? route.value.id : "";
  const agent = council.value.agents.get(id);
  const seated = agent?.councilor_config ? agent : null;
  const name = seated ? displayName(seated) : id;
  return (
    <div class="panel is-wide councilor-report" role="dialog" aria-label={t.label(name)} tabIndex={-1} ref={panel} data-councilor={id}>
      <div class="panel-bar">
        <p class="crumbs">
          <button type="button" onClick={closePanel}>
            {t.plenary}
          </button>
          <b>{name}</b>
        </p>
        <nav>{seated && <Links id={id} />}</nav>
        <button type="button" class="button" onClick={closePanel}>
          {t.close} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      <div class="panel-body" ref={body}>
        {seated ? (
          <Report key={id} agent={seated} scroller={body} />
        ) : loaded.value ? (
          <NotSeated key={id} id={id} scroller={body} />
        ) : (
          <p class="panel-note" role="status">
            {t.loading}
          </p>
        )}
      </div>
    </div>
  );
}

function Links({ id }: { id: string }) {
  const t = councilorMessages.value;
  return (
    <>
      <a class="button" href={agendaAddress(id)}>
        {t.agenda}
      </a>
      {mayEdit.value && (
        <a class="button" href={editAddress(id)}>
          {t.edit}
        </a>
      )}
    </>
  );
}

type Scroller = { readonly current: HTMLDivElement | null };

function Report({ agent, scroller }: { agent: Agent; scroller: Scroller }) {
  const id = agent.agent_id;
  const told = useTold(id);
  const next = useNextSlots(agent);
  const [span, setSpan] = useState<Span>(() => spanOf(agent.recent, now.peek()));
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const history = useRef<HTMLElement>(null);
  const showBetween = (since: number, until: number) => {
    setFilter({ ...NO_FILTER, since, until });
    history.current?.scrollIntoView({ block: "start" });
    history.current?.focus({ preventScroll: true });
  };
  const started = agent.recent.length > 0 || agent.current !== null || (agent.stats?.total_executions ?? 0) > 0;
  return (
    <div class="report-body">
      <Head agent={agent} told={told} started={started} />
      <Orders agent={agent} />
      {started && <Verdicts agentId={id} told={told} span={span} onSpan={setSpan} onBlock={showBetween} />}
      <div class="columns">
        <div class="matter-column">
          {started && <OpenFindings agentId={id} told={told} failed={failedLast(agent)} />}
          <NextSlots title={agendaMessages.value.next.title} state={next} />
          {started && <LostSlots agent={agent} />}
        </div>
        <div class="side-column">
          {started ? <Charts agentId={id} told={told} span={span} /> : <LostSlots agent={agent} />}
        </div>
      </div>
      {started && (
        <History agentId={id} told={told} filter={filter} onFilter={setFilter} scroller={scroller} section={history} />
      )}
    </div>
  );
}

/** Its newest run, when that failed. */
function failedLast({ recent }: Agent): string | null {
  const last = recent.findLast(({ status }) => status === "completed" || status === "error");
  return last?.status === "error" ? last.task_id : null;
}

/** Gone, or never there: said so, with what it did while it sat here. */
function NotSeated({ id, scroller }: { id: string; scroller: Scroller }) {
  const t = councilorMessages.value.gone;
  const told = useTold(id);
  const { answer, error } = useAnswer(id, told, 5_000, () => getAgent(id));
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const history = useRef<HTMLElement>(null);
  if (answer) {
    return (
      <div class="report-body">
        <Gone agent={answer} />
        <History agentId={id} told={told} filter={filter} onFilter={setFilter} scroller={scroller} section={history} />
      </div>
    );
  }
  if (error === null) return null;
  const unknown = error instanceof ApiError && error.status === 404;
  return (
    <section class="box nobody-here" role="alert">
      <h2>{unknown ? t.unknown(id) : capital(t.failed(reasonOf(error)))}</h2>
      {unknown && <p>{t.unknownCure}</p>}
      <button type="button" class="button filled" onClick={closePanel}>
        {councilorMessages.value.plenary}
      </button>
    </section>
  );
}

function Gone({ agent }: { agent: KnownAgent }) {
  const t = councilorMessages.value.gone;
  const name = (agent.customization?.enabled && agent.customization.display_name) || agent.name || agent.agent_id;
  return (
    <section class="head report-head gone" role="status">
      <div class="niche-column">
        <Portrait agent={agent} mood="absent" width={94} />
      </div>
      <div class="matter">
        <h2>{t.demoted(name)}</h2>
        <p class="reason">{t.demotedCure}</p>
        {mayEdit.value && (
          <div class="buttons">
            <a class="button filled" href={promoteAddress(agent.agent_id)}>
              {t.promote}
            </a>
          </div>
        )}
      </div>
    </section>
  );
}
