/** What a schedule that is being written comes to: its sentence and its next slots. */
import type { ComponentChildren } from "preact";

import { language } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";
import { capital } from "../../text/format";
import { NextSlots, type SlotsState } from "./next";

interface OutcomeProps {
  state: SlotsState;
  /** Nothing was written yet that could come to something. */
  blank: boolean;
  /** A field says what is wrong. */
  marked: boolean;
  children?: ComponentChildren;
}

/** The sentence is what the form says; it is read out when it settles on another one. */
export function Outcome({ state, blank, marked, children }: OutcomeProps) {
  const t = agendaMessages.value;
  if (blank) {
    return (
      <div class="outcome">
        {children}
        <p class="quiet-box">{t.next.blank}</p>
      </div>
    );
  }
  return (
    <div class={`outcome ${state.error === null ? "" : "is-before"}`}>
      {children}
      <p class="sentence" aria-live="polite">
        {capital(state.answer?.sentence[language.value] ?? "")}
      </p>
      <NextSlots title={t.next.preview} state={state} marked={marked} />
    </div>
  );
}
