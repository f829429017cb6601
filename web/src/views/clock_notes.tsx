/** What happened to the server, its clock or its machine within the last hour: it explains what slots did. */
import { type ClockKind, clockKind, factOf, lengthIn } from "../council/journal";
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
        const kind = clockKind(entry)!;
        return (
          <li key={factOf(entry)}>
            <Mark kind="info" />
            <p title={entry.detail}>
              {noteWords(kind, entry.detail)}{" "}
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

function noteWords(kind: ClockKind, detail: string): string {
  const t = messages.value.clockNote;
  if (kind === "killed") return t.killed;
  const length = lengthIn(detail);
  return t[kind](length === null ? "" : messages.value.span(length));
}
