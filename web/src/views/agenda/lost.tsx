/** Slots that did not run: how many, of what time, and why. Never silence. */
import { useEffect, useState } from "preact/hooks";

import { lostWords } from "../../agenda/lost";
import { getLostSlots } from "../../api";
import { formats } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { Mark } from "../../parts/mark";
import { executionAddress } from "../../route";
import { connection, council } from "../../session";
import { zoneOf } from "../../text/schedule";
import type { Agent, TaskRow } from "../../wire";
import { ByYourClock } from "./by_clock";

export function LostSlots({ agent }: { agent: Agent }) {
  const t = agendaMessages.value.lost;
  const rows = useLostRows(agent);
  return (
    <section class="box ledger" aria-labelledby="lost-title">
      <h3 id="lost-title">{t.title}</h3>
      <ByYourClock zone={zoneOf(agent.councilor_config?.schedule)} />
      {rows === "failed" && <p role="alert">{t.failed}</p>}
      {Array.isArray(rows) && rows.length === 0 && <p>{t.none}</p>}
      <ul>
        {Array.isArray(rows) &&
          rows.map((row) => (
            <li key={row.task_id}>
              <Mark kind={row.status === "missed" ? "missed" : "skipped"} />
              <a href={executionAddress(row.task_id)}>{lostWords(row, agendaMessages.value, formats.value)}</a>
            </li>
          ))}
      </ul>
    </section>
  );
}

/** Asked for when shown, when the signal is back, and when the stream tells of another lost slot. */
function useLostRows(agent: Agent): readonly TaskRow[] | "failed" | null {
  const [rows, setRows] = useState<readonly TaskRow[] | "failed" | null>(null);
  const live = council.value.executions.filter((row) => row.agent_id === agent.agent_id && row.slot_count !== null);
  const heard = live.map((row) => `${row.task_id} ${row.slot_count}`).join();
  const signal = connection.value.kind === "live";
  useEffect(() => {
    let current = true;
    getLostSlots(agent.agent_id).then(
      (found) => current && setRows(found),
      () => current && setRows((had) => had ?? "failed"),
    );
    return () => {
      current = false;
    };
  }, [agent.agent_id, heard, signal]);
  return rows;
}
