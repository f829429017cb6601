/** The journal of the whole council: what happened to seats, clock and server. Fetched when first opened. */
import "../../styles/panel.css";
import "../../styles/agenda.css";

import { agendaMessages } from "../../i18n/agenda";
import { told } from "../../journal";
import { usePanel } from "../../parts/panel";
import { closePanel } from "../../route";
import { JournalList } from "../agenda/journal";
import { useJournalPages } from "../agenda/pages";
import { ZONE } from "../card";

const PAGE = 50;

export function JournalPanel() {
  const t = agendaMessages.value;
  const panel = usePanel();
  const { pages, failed, readOlder } = useJournalPages(PAGE, String(told.value));
  const { entries = [], before = null } = pages ?? {};
  return (
    <div class="panel journal-panel" role="dialog" aria-label={t.journal.council} tabIndex={-1} ref={panel}>
      <div class="panel-bar">
        <b class="panel-name">{t.journal.council}</b>
        <button type="button" class="button" onClick={closePanel}>
          {t.close} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      <div class="panel-body">
        <div>
          <h2>{t.journal.council}</h2>
          <p class="about">
            {t.journal.councilAbout} {t.yourClock(ZONE)}.
          </p>
        </div>
        <section class="box ledger" aria-label={t.journal.council} aria-busy={pages === null}>
          {failed && <p role="alert">{t.journal.failed}</p>}
          {pages && entries.length === 0 && <p>{t.journal.none}</p>}
          <JournalList entries={entries} named />
          {before !== null && (
            <button type="button" class="button" onClick={readOlder}>
              {t.journal.older}
            </button>
          )}
        </section>
      </div>
    </div>
  );
}
