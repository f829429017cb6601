/** What was changed about a seat, and when: newest first, older ones on demand. */
import { journalWords } from "../../agenda/journal";
import { now } from "../../clock";
import { factOf } from "../../council/journal";
import { formats } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { entries as heard } from "../../journal";
import { zoneOf } from "../../text/schedule";
import type { Agent, JournalEntry } from "../../wire";
import { ByYourClock } from "./by_clock";
import { useJournalPages } from "./pages";

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
  const id = agent.agent_id;
  const told = heard.value.find((entry) => entry.agent_id === id);
  const seat = JSON.stringify([agent.councilor_config, agent.customization, told && factOf(told)]);
  const { pages, failed, readOlder } = useJournalPages(PAGE, seat, id);
  const { entries = [], before = null } = pages ?? {};
  return (
    <section class="box ledger" aria-labelledby="journal-title">
      <h3 id="journal-title">{t.title}</h3>
      <ByYourClock zone={zoneOf(agent.councilor_config?.schedule)} />
      {failed && <p role="alert">{t.failed}</p>}
      {pages && entries.length === 0 && <p>{t.none}</p>}
      <JournalList entries={entries} />
      {before !== null && (
        <button type="button" class="button" onClick={readOlder}>
          {t.older}
        </button>
      )}
    </section>
  );
}

/** `named`: each with whom it is about. */
export function JournalList({ entries, named = false }: { entries: readonly JournalEntry[]; named?: boolean }) {
  return (
    <ol>
      {entries.map((entry) => (
        <li key={entry.seq} data-kind={entry.kind}>
          <time dateTime={entry.at} title={formats.value.full(Date.parse(entry.at))}>
            {formats.value.moment(Date.parse(entry.at), now.peek())}
          </time>
          {named && entry.agent_id !== null && <Whom entry={entry} />}
          <Words entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function Whom({ entry }: { entry: JournalEntry }) {
  return <span class="whom">{entry.display_name ?? entry.agent_id}</span>;
}
