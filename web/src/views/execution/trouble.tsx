/** What went wrong or was withheld, each with what to do about it. */
import { now } from "../../clock";
import { formats, messages } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { Mark } from "../../parts/mark";
import { lost } from "../../session";
import { causeOf, isRetry, newsOf, retryAt } from "../../text/news";
import { ownWords } from "../../text/own_words";
import { inReadersWords, leavesOut } from "../../text/server_words";
import type { Agent, TaskRow } from "../../wire";

/** Why a run failed: what is known by its kind, its own message, then what a person can do. */
export function Cause({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  if (row.status !== "error" || (row.error_kind === null && row.error === null)) return null;
  const [happened, advice] = causeOf(row, messages.value);
  return (
    <section class="box cause" aria-labelledby="cause-title">
      <h3 id="cause-title">{t.whatHappened}</h3>
      <p>
        {happened} <Kinds row={row} />
      </p>
      <OwnWords row={row} besides={[happened, newsOf(row, messages.value, formats.value)]} />
      <h3>{t.whatToDo}</h3>
      <p>{advice}</p>
    </section>
  );
}

/** The words that code, logs and docs use for it. */
function Kinds({ row }: { row: TaskRow }) {
  const kinds = [row.error_kind, row.error_cause].filter((kind) => kind && kind !== "other");
  return kinds.length > 0 ? <code>{kinds.join(" ")}</code> : null;
}

/** Unless they only repeat what is said already. */
function OwnWords({ row, besides }: { row: TaskRow; besides: readonly string[] }) {
  const words = ownWords(row).trim();
  const isTold = besides.includes(inReadersWords(words, messages.value)) && !leavesOut(words);
  return words && !isTold ? <p class="own-words" dir="auto">{words}</p> : null;
}

/** A failed attempt whose next one is to come: when, and why there is one. */
export function Waiting({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  if (row.status === "pending" && !isRetry(row)) return <Turn row={row} />;
  if (!isRetry(row)) return null;
  const [happened] = causeOf(row, messages.value);
  return (
    <section class="box cause" aria-labelledby="waiting-title">
      <h3 id="waiting-title">{t.triesWhen}</h3>
      <p>
        <Start at={retryAt(row)} /> <Deadline row={row} />
      </p>
      {row.error_kind !== null && (
        <>
          <h3>{t.whyAgain}</h3>
          <p>
            {happened} <Kinds row={row} />
          </p>
          <OwnWords row={row} besides={[happened]} />
        </>
      )}
    </section>
  );
}

/** One that has not begun: what it waits for, and how long it may. */
function Turn({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  return (
    <section class="box cause" aria-labelledby="turn-title">
      <h3 id="turn-title">{t.triesWhen}</h3>
      <p>
        {row.waits_for === "turn" ? t.turnWhy : t.queuedWhy} <Deadline row={row} />
      </p>
    </section>
  );
}

function Deadline({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  if (!row.deadline_at) return null;
  const at = formats.value.moment(Date.parse(row.deadline_at), now.value);
  return (
    <>
      {t.deadline}: <b>{at}</b>. {t.deadlinePassed}
    </>
  );
}

function Start({ at }: { at: string | null }) {
  const t = executionMessages.value;
  const left = at === null ? 0 : Date.parse(at) - now.value;
  if (at === null || left < 1_000) return <>{t.triesAgainNow}</>;
  const clock = formats.value.clockSeconds(Date.parse(at));
  return <>{lost.value ? t.triesAgainAt(clock) : t.triesAgainIn(clock, messages.value.span(left))}</>;
}

/** A slot that did not run because the money is spent. */
export function Spent({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  if (row.status !== "skipped" || row.skip_reason !== "budget") return null;
  return (
    <section class="box cause" aria-labelledby="spent-title">
      <h3 id="spent-title">{t.whatToDo}</h3>
      <p>{t.budgetCure}</p>
    </section>
  );
}

/** What the agent asked for and did not get. */
export function Denied({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  const t = executionMessages.value;
  const denied = row.permission_denied ?? [];
  if (denied.length === 0) return null;
  const granted = agent?.councilor_config?.policies?.permissions ?? "";
  return (
    <section class="box denied" aria-labelledby="denied-title">
      <h3 id="denied-title">
        <Mark kind="warning" /> {t.denied(denied.length)}
      </h3>
      <ul>
        {denied.map((what, at) => (
          <li key={at}>
            <code>{what}</code>
          </li>
        ))}
      </ul>
      <p>{t.deniedWhat}</p>
      <p>{t.deniedCure(granted)}</p>
    </section>
  );
}

export function Notes({ row }: { row: TaskRow }) {
  const notes = row.notes ?? [];
  if (notes.length === 0) return null;
  return (
    <section class="box notes" aria-labelledby="notes-title">
      <h3 id="notes-title">{executionMessages.value.notes}</h3>
      <ul>
        {notes.map((note, at) => (
          <li key={at}>{note}</li>
        ))}
      </ul>
    </section>
  );
}
