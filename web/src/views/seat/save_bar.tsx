/** The foot of the form: what stands in the way, how things are, and the buttons. */
import type { RefObject } from "preact";

import { reasonOf } from "../../actions";
import type { Mistakes } from "../../agenda/mistakes";
import { ApiError } from "../../api";
import { messages } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { seatMessages } from "../../i18n/seat";
import { Mark } from "../../parts/mark";
import { canWrite } from "../../session";
import { labelOf } from "../form/labels";
import { reveal } from "../form/saving";

interface SummaryProps {
  form: RefObject<HTMLFormElement | null>;
  mistakes: Mistakes;
}

/** All that has to be put right, each a way to its field. Read out when it shows. */
export function Summary({ form, mistakes }: SummaryProps) {
  const t = seatMessages.value.save;
  const fields = Object.keys(mistakes);
  const go = (name: string) => {
    const field = form.current?.elements.namedItem(name);
    // Several controls of one name are a list.
    const first = field instanceof RadioNodeList ? field[0] : field;
    if (first instanceof HTMLElement) reveal(first);
  };
  return (
    <div class="summary" role="alert">
      {fields.length > 0 && (
        <>
          <p>
            <Mark kind="error" /> {t.mistakes(fields.length)}
          </p>
          <ul>
            {fields.map((name) => (
              <li key={name}>
                <button type="button" class="button" onClick={() => go(name)}>
                  <b>{labelOf(name)}</b> {mistakes[name]!.own ?? agendaMessages.value.form.wrong.other}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

interface SaveBarProps {
  status: string;
  /** `status` tells of something that went wrong. */
  isWrong: boolean;
  done: boolean;
  discard: (() => void) | null;
  discardLabel: string;
  label: string;
  /** There is nothing to send, or something has to be decided first. */
  idle: boolean;
}

export function SaveBar({ status, isWrong, done, discard, discardLabel, label, idle }: SaveBarProps) {
  const offline = !canWrite.value;
  return (
    <div class="save-bar">
      <p class={isWrong ? "is-wrong" : done ? "is-done" : ""} role="status">
        {isWrong && <Mark kind="error" />}
        {done && <Mark kind="success" />}
        <span>{offline ? messages.value.write.offline : status}</span>
      </p>
      {discard && (
        <button type="button" class="button" onClick={discard}>
          {discardLabel}
        </button>
      )}
      <button type="submit" class="button filled" aria-disabled={idle || offline}>
        {label}
      </button>
    </div>
  );
}

/** Why nothing was saved, when no field says it. */
export function failureWords(error: unknown): string {
  const t = seatMessages.value.save;
  if (error instanceof ApiError && error.status === 0) return t.away;
  if (error instanceof ApiError && error.errors.length > 0) return t.refused;
  return `${t.failed(reasonOf(error))} ${t.lost}`;
}
