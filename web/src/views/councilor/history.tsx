/**
 * Everything that one councilor did: filtered by the server, read page by page, in a list that holds
 * only what can be seen. New rows join at the top while the reader is there, and wait elsewhere.
 */
import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { now } from "../../clock";
import { markOf } from "../../council/standing";
import { formats, messages } from "../../i18n";
import { councilorMessages } from "../../i18n/councilor";
import { writtenRect } from "../../parts/grown";
import { Mark } from "../../parts/mark";
import { memo } from "../../parts/memo";
import { Ago } from "../../parts/time";
import { VirtualList } from "../../parts/virtual_list";
import { type Filter, type Kind, KINDS, type Listed, NO_FILTER, ROWS_KEPT } from "../../report/history";
import { SPAN_MS, SPANS } from "../../report/spans";
import { rowWords } from "../../report/words";
import { executionAddress } from "../../route";
import { stateWord } from "../../text/news";
import type { TaskRow, Trigger } from "../../wire";
import { type HistoryView, useHistory } from "./live";

const PAGE = 200;
const TYPING_MS = 300;
const ROW_HEIGHT = 38;
/** Narrow: what it said stands below how it ended. */
const TALL_ROW_HEIGHT = 58;
const NARROW = "(max-width: 899px)";
/** Scrolled less than this into the list, the reader is at its top. */
const AT_TOP_PX = 24;

interface HistoryProps {
  agentId: string;
  told: string;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  scroller: { readonly current: HTMLElement | null };
  section: { current: HTMLElement | null };
}

export function History({ agentId, told, filter, onFilter, scroller, section }: HistoryProps) {
  const t = councilorMessages.value.history;
  const list = useRef<HTMLDivElement>(null);
  // What stands above the list may fill the screen: at its top is whoever has not scrolled into it.
  const atTop = () => {
    const [around, own] = [scroller.current, list.current];
    return !around || !own || writtenRect(around).top - writtenRect(own).top < AT_TOP_PX - headHeight(section.current);
  };
  const view = useHistory(agentId, filter, PAGE, told, atTop);
  const { listed, history, stale } = view;
  const toTop = () => {
    section.current?.scrollIntoView({ block: "start" });
    section.current?.focus({ preventScroll: true });
  };
  return (
    <section class="run-history" aria-labelledby="history-title" tabIndex={-1} ref={section} aria-busy={listed.busy || stale}>
      <div class="list-head">
        <header>
          <h3 id="history-title">{t.title}</h3>
          <Count listed={listed} stale={stale} />
          <Fresh view={view} toTop={toTop} />
        </header>
        <Filters filter={filter} onFilter={onFilter} />
      </div>
      <div ref={list} class={stale ? "is-before" : ""}>
        <Rows listed={listed} scroller={scroller} more={() => !stale && void history.more()} />
      </div>
      <Foot view={view} filter={filter} clear={() => onFilter(NO_FILTER)} />
    </section>
  );
}

function headHeight(section: HTMLElement | null): number {
  return section?.querySelector<HTMLElement>(".list-head")?.offsetHeight ?? 0;
}

function Count({ listed, stale }: { listed: Listed; stale: boolean }) {
  const t = councilorMessages.value.history;
  const { total, rows } = listed;
  if (total === null && rows.length === 0) return <span />;
  const number = total ?? rows.length;
  return <span role="status">{stale ? t.busy : t.total(number, formats.value.number(number))}</span>;
}

/** "3 new": shown where the reader is, and what they read does not move. */
function Fresh({ view, toTop }: { view: HistoryView; toTop: () => void }) {
  const t = councilorMessages.value.history;
  const { held, more } = view.listed;
  if (held.length === 0 && !more) return null;
  const text = formats.value.number(held.length);
  const show = () => {
    view.history.release();
    toTop();
  };
  return (
    <button type="button" class="button fresh" onClick={show}>
      <span aria-live="polite">{more ? t.freshMore(text) : t.fresh(held.length, text)}</span>
    </button>
  );
}

function Filters({ filter, onFilter }: Pick<HistoryProps, "filter" | "onFilter">) {
  const t = councilorMessages.value.history;
  const change = (part: Partial<Filter>) => onFilter({ ...filter, ...part });
  return (
    <div class="filters">
      <div class="kinds" role="group" aria-label={t.kinds}>
        {KINDS.map((kind) => (
          <button type="button" key={kind} class="chip" aria-pressed={filter.kind === kind} onClick={() => change({ kind })}>
            <KindMark kind={kind} />
            {t.kind[kind]}
          </button>
        ))}
      </div>
      <label>
        <span class="unseen">{t.trigger}</span>
        <select
          value={filter.trigger ?? ""}
          onChange={({ currentTarget }) => change({ trigger: (currentTarget.value || null) as Trigger | null })}
        >
          <option value="">{t.anyTrigger}</option>
          {Object.entries(t.triggers).map(([trigger, words]) => (
            <option key={trigger} value={trigger}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <Period filter={filter} change={change} />
      <Search text={filter.text} change={(text) => change({ text })} />
    </div>
  );
}

function KindMark({ kind }: { kind: Kind }) {
  if (kind === "all") return null;
  return <Mark kind={kind === "lost" ? "missed" : kind} size={14} />;
}

const CHOSEN = "chosen";

function Period({ filter, change }: { filter: Filter; change: (part: Partial<Filter>) => void }) {
  const t = councilorMessages.value.history;
  const [span, setSpan] = useState<string>("");
  const { since, until } = filter;
  // Chosen elsewhere, as from an hour of the verdicts.
  const between = since !== null && until !== null;
  const value = between ? CHOSEN : since === null ? "" : span;
  const moment = (at: number) => formats.value.moment(at, now.peek());
  const choose = (chosen: string) => {
    const known = SPANS.find((each) => each === chosen);
    setSpan(chosen);
    if (chosen !== CHOSEN) change({ since: known ? now.peek() - SPAN_MS[known] : null, until: null });
  };
  return (
    <label>
      <span class="unseen">{t.period}</span>
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">{t.anyPeriod}</option>
        {SPANS.map((each) => (
          <option key={each} value={each}>
            {t.periods[each]}
          </option>
        ))}
        {between && <option value={CHOSEN}>{t.between(moment(since), moment(until))}</option>}
      </select>
    </label>
  );
}

/** Asked for when the reader pauses. */
function Search({ text, change }: { text: string; change: (text: string) => void }) {
  const t = councilorMessages.value.history;
  const [typed, setTyped] = useState(text);
  const newest = useRef(change);
  newest.current = change;
  const sent = useRef(text);
  // Cleared elsewhere; what was sent from here must not overwrite what is being typed.
  useEffect(() => {
    if (text === sent.current) return;
    sent.current = text;
    setTyped(text);
  }, [text]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      newest.current(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <label class="search">
      <span class="unseen">{t.search}</span>
      <input
        type="search"
        value={typed}
        placeholder={t.search}
        maxLength={200}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
    </label>
  );
}

interface RowsProps {
  listed: Listed;
  scroller: HistoryProps["scroller"];
  more: () => void;
}

function Rows({ listed, scroller, more }: RowsProps) {
  const tall = useNarrow();
  return (
    <VirtualList
      items={listed.rows}
      rowHeight={tall ? TALL_ROW_HEIGHT : ROW_HEIGHT}
      keyOf={(row) => row.task_id}
      render={(row) => <Row row={row} />}
      label={councilorMessages.value.history.list}
      scroller={scroller}
      total={listed.total ?? listed.rows.length}
      onEndNear={more}
    />
  );
}

function useNarrow(): boolean {
  const query = useMemo(() => matchMedia(NARROW), []);
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const changed = () => setNarrow(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return narrow;
}

const Row = memo(function Row({ row }: { row: TaskRow }) {
  const t = messages.value;
  const f = formats.value;
  const kind = markOf(row);
  const cost = row.usage?.cost_usd;
  const words = rowWords(row, t, f);
  return (
    <a class={`run is-${kind}`} href={executionAddress(row.task_id)} data-execution={row.task_id} data-status={row.status}>
      <span class="state">
        <Mark kind={kind} /> {stateWord(row, t)}
      </span>
      <span class="what" title={words}>
        {words}
      </span>
      <span class="origin">{councilorMessages.value.history.triggers[row.trigger] ?? row.trigger}</span>
      <span class="amount">{row.duration === null ? "" : f.duration(row.duration * 1000)}</span>
      <span class="amount cost">{cost ? f.cents(cost) : ""}</span>
      <span class="amount when">
        <When row={row} />
      </span>
    </a>
  );
});

const OLD_MS = 86_400_000;

/** Of a run its age; of one that lies days back, the moment. */
function When({ row }: { row: TaskRow }) {
  const at = row.completed_at ?? row.started_at ?? row.created_at;
  const moment = Date.parse(at);
  const old = useComputed(() => now.value - moment > OLD_MS).value;
  if (!old) return <Ago at={at} />;
  return (
    <time dateTime={at} title={formats.value.full(moment)}>
      {formats.value.moment(moment, now.peek())}
    </time>
  );
}

function Foot({ view, filter, clear }: { view: HistoryView; filter: Filter; clear: () => void }) {
  const t = councilorMessages.value.history;
  const { listed, history, stale } = view;
  const { rows, busy, error, atEnd, full } = listed;
  if (stale) return null;
  if (error !== null) {
    return (
      <p class="list-foot" role="alert">
        {t.failed(reasonOf(error))}
        <button type="button" class="button" onClick={() => void (rows.length === 0 ? history.restart() : history.more())}>
          {t.again}
        </button>
      </p>
    );
  }
  if (busy) return <p class="list-foot">{t.busy}</p>;
  if (full) return <p class="list-foot">{t.full(formats.value.number(ROWS_KEPT))}</p>;
  if (!atEnd) {
    return (
      <p class="list-foot">
        <button type="button" class="button" onClick={() => void history.more()}>
          {t.older}
        </button>
      </p>
    );
  }
  if (rows.length > 0) return <p class="list-foot">{t.end}</p>;
  const filtered = JSON.stringify(filter) !== JSON.stringify(NO_FILTER);
  return (
    <p class="list-foot">
      {t.none}
      {filtered && (
        <button type="button" class="button" onClick={clear}>
          {t.clear}
        </button>
      )}
    </p>
  );
}
