/** Somebody else has saved while this form was open: what they changed, and who wins. */
import { seatMessages } from "../../i18n/seat";
import { messages } from "../../i18n";
import { Mark } from "../../parts/mark";
import type { Difference } from "../../seat/values";
import { labelOf } from "./labels";

interface MeanwhileProps {
  taken: readonly string[];
  conflict: readonly Difference[];
  settle: (winner: "mine" | "theirs") => void;
}

export function Meanwhile({ taken, conflict, settle }: MeanwhileProps) {
  const t = seatMessages.value.meanwhile;
  return (
    <>
      <div role="status">
        {taken.length > 0 && (
          <p class="meanwhile">
            <Mark kind="info" /> {t.taken(messages.value.list(taken.map(labelOf)))}
          </p>
        )}
      </div>
      {conflict.length > 0 && (
        <section class="meanwhile is-conflict" role="alert" aria-labelledby="conflict-title">
          <h3 id="conflict-title">
            <Mark kind="warning" /> {t.conflict}
          </h3>
          <dl>
            {conflict.map(({ field, mine, theirs }) => (
              <div key={field}>
                <dt>{labelOf(field)}</dt>
                <dd>
                  <b>{t.mine}:</b> {valueWords(mine)}
                </dd>
                <dd>
                  <b>{t.theirs}:</b> {valueWords(theirs)}
                </dd>
              </div>
            ))}
          </dl>
          <div class="buttons">
            <button type="button" class="button filled" onClick={() => settle("mine")}>
              {t.keepMine}
            </button>
            <button type="button" class="button" onClick={() => settle("theirs")}>
              {t.keepTheirs}
            </button>
          </div>
        </section>
      )}
    </>
  );
}

const SHOWN = 160;

function valueWords(value: unknown): string {
  const t = seatMessages.value.meanwhile;
  if (typeof value === "boolean") return value ? t.yes : t.no;
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  if (text === "") return t.nothing;
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
