/**
 * The newest executions as a table: what ran, what it said, how long it took. Fetched after the council,
 * below which it stands.
 */
import "../styles/recent.css";

import { useState } from "preact/hooks";

import { formats, messages } from "../i18n";
import { markOf } from "../council/standing";
import { Mark } from "../parts/mark";
import { Ago } from "../parts/time";
import { executionAddress, JOURNAL_ADDRESS } from "../route";
import { council } from "../session";
import { newsOf, stateWord } from "../text/news";
import type { TaskRow } from "../wire";

const SHOWN = 10;

export function RecentRuns() {
  const t = messages.value.recent;
  const [all, setAll] = useState(false);
  const rows = council.value.executions;
  const shown = all ? rows : rows.slice(0, SHOWN);
  return (
    <section class="recent" aria-labelledby="recent-title">
      <header class="section-head">
        <h2 id="recent-title">{t.title}</h2>
        <a class="button quiet" href={JOURNAL_ADDRESS}>
          {t.journal}
        </a>
      </header>
      {rows.length === 0 ? <p class="nobody">{t.none}</p> : <RunTable rows={shown} />}
      {rows.length > SHOWN && (
        <button type="button" class="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.fewer : t.more(rows.length)}
        </button>
      )}
    </section>
  );
}

function RunTable({ rows }: { rows: readonly TaskRow[] }) {
  const t = messages.value.recent.columns;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t.state}</th>
          <th scope="col">{t.who}</th>
          <th scope="col">{t.task}</th>
          <th scope="col">{t.summary}</th>
          <th scope="col" class="amount">{t.duration}</th>
          <th scope="col" class="amount">{t.when}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <RunRow key={row.task_id} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function RunRow({ row }: { row: TaskRow }) {
  const t = messages.value;
  const kind = markOf(row);
  return (
    <tr class={`is-${kind}`} data-execution={row.task_id} data-status={row.status}>
      <td class="state">
        <Mark kind={kind} /> {stateWord(row, t)}
      </td>
      <td class="who">{row.display_name}</td>
      <td class="task">{row.task_name}</td>
      <td class="summary">
        <a href={executionAddress(row.task_id)}>{newsOf(row, t, formats.value)}</a>
      </td>
      <td class="amount">{row.duration === null ? "" : formats.value.duration(row.duration * 1000)}</td>
      <td class="amount">
        <Ago at={row.completed_at ?? row.started_at ?? row.created_at} />
      </td>
    </tr>
  );
}
