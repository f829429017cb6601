/** What was changed about a seat, and when: newest first, older ones on demand. */
import { useEffect, useState } from "preact/hooks";

import { journalWords } from "../../agenda/journal";
import { getJournal } from "../../api";
import { now } from "../../clock";
import { factOf, type Pages, withNewest, withOlder } from "../../council/journal";
import { formats } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { entries as heard } from "../../journal";
import { connection } from "../../session";
import type { Agent, JournalAnswer, JournalEntry } from "../../wire";

const PAGE = 10;

function Words({ entry }: { entry: JournalEntry }) {
  const [what, more] = journalWords(entry, agendaMessages.value);
  return (
    <div>
      <b>{what}</b>
      {more && <p lang="en">{more}</p>}
    </div>
  );
}

export function SeatJournal({ agent }: { agent: Agent }) {
  const t = agendaMessages.value.journal;
  const { pages, failed, readOlder } = usePages(agent);
  const { entries = [], before = null } = pages ?? {};
  return (
    <section class="box ledger" aria-labelledby="journal-title">
      <h3 id="journal-title">{t.title}</h3>
      {failed && <p role="alert">{t.failed}</p>}
      {pages && entries.length === 0 && <p>{t.none}</p>}
      <ol>
        {entries.map((entry) => (
          <li key={entry.seq}>
            <time dateTime={entry.at} title={formats.value.full(Date.parse(entry.at))}>
              {formats.value.moment(Date.parse(entry.at), now.peek())}
            </time>
            <Words entry={entry} />
          </li>
        ))}
      </ol>
      {before !== null && (
        <button type="button" class="button" onClick={readOlder}>
          {t.older}
        </button>
      )}
    </section>
  );
}

/**
 * The newest page is asked for when shown, when the signal is back, and when the seat was changed or
 * the stream told of it: what is told there has no number yet, and would not find its place.
 */
function usePages(agent: Agent) {
  const [pages, setPages] = useState<Pages | null>(null);
  const [failed, setFailed] = useState(false);
  const id = agent.agent_id;
  const read = (take: (had: Pages | null, page: JournalAnswer) => Pages, before?: number) =>
    void getJournal({ limit: PAGE, agentId: id, ...(before !== undefined && { before }) }).then(
      (page) => {
        setFailed(false);
        setPages((had) => take(had, page));
      },
      () => setFailed(true),
    );
  const told = heard.value.find((entry) => entry.agent_id === id);
  const seat = JSON.stringify([agent.councilor_config, agent.customization]);
  const live = connection.value.kind === "live";
  useEffect(() => read(withNewest), [id, seat, told && factOf(told), live]);
  const before = pages?.before ?? undefined;
  const readOlder = () => read((had, page) => (had ? withOlder(had, page) : withNewest(had, page)), before);
  return { pages, failed, readOlder };
}
