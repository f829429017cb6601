/** What was changed about a seat, and when: newest first, older ones on demand. */
import { useEffect, useState } from "preact/hooks";

import { journalWords } from "../../agenda/journal";
import { getJournal } from "../../api";
import { now } from "../../clock";
import { factOf, withEntry } from "../../council/journal";
import { formats } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { entries as heard } from "../../journal";
import type { JournalEntry } from "../../wire";

const PAGE = 10;

interface Told {
  readonly entries: readonly JournalEntry[];
  /** Where the next page begins; null when all are here. */
  readonly before: number | null;
}

function Words({ entry }: { entry: JournalEntry }) {
  const [what, more] = journalWords(entry, agendaMessages.value);
  return (
    <div>
      <b>{what}</b>
      {more && <p lang="en">{more}</p>}
    </div>
  );
}

export function SeatJournal({ agentId }: { agentId: string }) {
  const t = agendaMessages.value.journal;
  const [told, setTold] = useState<Told | null>(null);
  const [failed, setFailed] = useState(false);
  const more = (before?: number) =>
    getJournal({ limit: PAGE, agentId, ...(before !== undefined && { before }) }).then(
      (answer) => {
        setFailed(false);
        setTold((had) => ({
          entries: answer.entries.toReversed().reduce(withEntry, had?.entries ?? []),
          before: answer.next_before,
        }));
      },
      () => setFailed(true),
    );
  useEffect(() => void more(), [agentId]);
  const live = heard.value.filter((entry) => entry.agent_id === agentId).toReversed();
  const entries = live.reduce(withEntry, told?.entries ?? []);
  const { before = null } = told ?? {};
  return (
    <section class="box ledger" aria-labelledby="journal-title">
      <h3 id="journal-title">{t.title}</h3>
      {failed && <p role="alert">{t.failed}</p>}
      {told && entries.length === 0 && <p>{t.none}</p>}
      <ol>
        {entries.map((entry) => (
          <li key={factOf(entry)}>
            <time dateTime={entry.at} title={formats.value.full(Date.parse(entry.at))}>
              {formats.value.moment(Date.parse(entry.at), now.peek())}
            </time>
            <Words entry={entry} />
          </li>
        ))}
      </ol>
      {before !== null && (
        <button type="button" class="button" onClick={() => void more(before)}>
          {t.older}
        </button>
      )}
    </section>
  );
}
