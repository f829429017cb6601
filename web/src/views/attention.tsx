/** Who needs the reader, worst first, each with what happened and what can be done about it. */
import { useEffect, useState } from "preact/hooks";

import { acknowledge, runNow } from "../actions";
import { getTask } from "../api";
import { now } from "../clock";
import { type Attention, since } from "../council/attention";
import { displayName } from "../council/names";
import { formats, type Messages, messages } from "../i18n";
import { attention, attentionAsCards, SHOWN } from "../overview";
import { Mark } from "../parts/mark";
import { Portrait } from "../parts/portrait";
import { Ago, ageText } from "../parts/time";
import { OrderButton } from "../parts/order";
import { executionAddress } from "../route";
import { council, lost } from "../session";
import { endsOf } from "../text/format";
import { causeOf, firstLine, markNews, missedReason, newsOf } from "../text/news";
import { doubtOf, reasonWords, worstFirst } from "../text/verdict";
import type { Finding, TaskRow } from "../wire";

export function AttentionList() {
  const t = messages.value.attention;
  const [all, setAll] = useState(false);
  const open = attention.value;
  if (open.length === 0 || !attentionAsCards.value) return null;
  const shown = all ? open : open.slice(0, SHOWN);
  return (
    <section class="attention" aria-labelledby="attention-title">
      <header class="section-head">
        <h2 id="attention-title">{t.title}</h2>
        <p>{openWords(open, messages.value)}</p>
        {open.length > SHOWN && (
          <button type="button" class="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t.fewer : t.more(open.length - SHOWN)}
          </button>
        )}
      </header>
      <ul>
        {shown.map((item, at) => (
          <AttentionCard key={item.agent.agent_id} item={item} worst={at === 0} />
        ))}
      </ul>
    </section>
  );
}

function openWords(open: readonly Attention[], t: Messages): string {
  const oldest = Math.min(...open.map((item) => since(item.mark)));
  const words = ageText(oldest);
  return lost.value ? t.attention.were(open.length, words) : t.attention.open(open.length, words);
}

const FACE = { error: "distressed", missed: "absent", warning: "worried" } as const;

function AttentionCard({ item, worst }: { item: Attention; worst: boolean }) {
  const t = messages.value;
  const { agent, kind, mark } = item;
  const name = displayName(agent);
  const row = useRow(mark.task_id);
  const address = executionAddress(mark.task_id);
  return (
    <li class={`attention-card is-${kind}`} data-needs>
      <div class="niche-column">
        <Portrait agent={agent} mood={FACE[kind]} width={94} />
      </div>
      <div class="matter">
        <p class="who">
          <Mark kind={kind} /> <b class="state">{t.mark[kind]}</b>
          <span>
            {name}, <Since item={item} />
            {item.streak > 1 && `, ${t.attention.streak(item.streak)}`}
          </span>
        </p>
        <div class="say">
          <h3 title={titleOf(item, row, t)}>{titleOf(item, row, t)}</h3>
          <p class="detail" title={detailOf(item, row, t)}>
            {detailOf(item, row, t)}
          </p>
        </div>
        <div class="buttons">
          <a class={`button ${worst ? "filled" : ""}`} href={address}>
            {kind === "missed" ? t.attention.seeMissed : t.attention.see}
          </a>
          {worst && (
            <OrderButton
              about={agent.agent_id}
              class="again"
              busy={agent.current !== null}
              act={() => runNow(agent.agent_id)}
            >
              {kind === "missed" ? t.attention.run : t.attention.again}
            </OrderButton>
          )}
          <button type="button" class="button quiet" title={t.attention.knownHint} onClick={() => acknowledge(mark.task_id)}>
            {t.attention.known}
          </button>
        </div>
      </div>
    </li>
  );
}

function Since({ item }: { item: Attention }) {
  const { mark, kind } = item;
  const from = mark.slot_from ?? mark.due_at;
  if (kind !== "missed" || from === null) return <Ago at={mark.completed_at} />;
  return <>{messages.value.attention.since(formats.value.moment(Date.parse(from), now.value))}</>;
}

function titleOf({ kind, mark }: Attention, row: TaskRow | null, t: Messages): string {
  if (kind === "missed") return t.attention.missedSlots(mark.slot_count ?? 1);
  return row ? newsOf(row, t, formats.value) : markNews(mark, t, formats.value);
}

/** What to do about a run that failed or was kept from something; else its worst finding, or why. */
function detailOf(item: Attention, row: TaskRow | null, t: Messages): string {
  const { kind, mark } = item;
  if (kind === "missed") return missedDetail(mark, t);
  if (row?.permission_denied?.length && doubtOf(row.verdict, row.permission_denied, t)) return t.attention.deniedCure;
  const finding = row?.verdict && worstFirst(row.verdict.findings)[0];
  if (finding) {
    const title = firstLine(finding.title).replace(/\.$/, "");
    // What stands above is not said again.
    const same = titleOf(item, row, t).replace(/\.$/, "") === title;
    const what = [same ? "" : title, placeOf(finding)].filter(Boolean).join(", ");
    if (!what) return firstLine(finding.detail);
    return `${what}. ${firstLine(finding.detail)}`.trim();
  }
  if (mark.error_kind !== null) {
    const [happened, advice] = causeOf(row ?? mark, t);
    return happened === titleOf(item, row, t) ? advice : `${happened} ${advice}`;
  }
  return firstLine(reasonWords(row?.verdict ?? null, row?.permission_denied, t).join(" "));
}

function placeOf({ file, line }: Finding): string {
  if (file === null) return "";
  return line === null ? file : `${file}:${line}`;
}

function missedDetail(mark: Attention["mark"], t: Messages): string {
  const from = mark.slot_from ?? mark.due_at;
  const reason = missedReason(mark.skip_reason, t);
  if (from === null) return reason;
  const to = mark.slot_to ?? from;
  const several = to !== from && (mark.slot_count ?? 1) > 1;
  const say = several ? endsOf(Date.parse(from), Date.parse(to), formats.value) : formats.value.moment;
  const clock = (at: string) => say(Date.parse(at), now.value);
  const when = several ? t.attention.slotsFromTo(clock(from), clock(to)) : t.attention.slotAt(clock(from));
  return `${when} ${reason}`.trim();
}

/** The whole execution: from the list when it is there, fetched once when it is older than that. */
function useRow(taskId: string): TaskRow | null {
  const known = council.value.executions.find((row) => row.task_id === taskId) ?? null;
  const [fetched, setFetched] = useState<TaskRow | null>(null);
  const missing = known === null && fetched?.task_id !== taskId;
  useEffect(() => {
    // The card still says what the mark knows when the rest cannot be had.
    if (missing) getTask(taskId).then(setFetched, () => undefined);
  }, [missing, taskId]);
  return known ?? (fetched?.task_id === taskId ? fetched : null);
}
