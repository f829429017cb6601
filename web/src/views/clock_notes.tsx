/** What happened to the server's clock or machine within the last hour: it explains what slots did. */
import type { ClockKind } from "../council/journal";
import { factOf, lengthIn } from "../council/journal";
import { messages } from "../i18n";
import { clockNotes, knowClock } from "../journal";
import { Mark } from "../parts/mark";
import { Ago } from "../parts/time";

export function ClockNotes() {
  const t = messages.value.clockNote;
  const notes = clockNotes.value;
  if (notes.length === 0) return null;
  return (
    <ul class="clock-notes" aria-label={t.label}>
      {notes.map((entry) => {
        const length = lengthIn(entry.detail);
        return (
          <li key={factOf(entry)}>
            <Mark kind="info" />
            <p title={entry.detail}>
              {t[entry.kind as ClockKind](length === null ? "" : messages.value.span(length))}{" "}
              <span>
                <Ago at={entry.at} />
              </span>
            </p>
            <button type="button" class="button quiet" onClick={() => knowClock(entry)}>
              {t.known}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
