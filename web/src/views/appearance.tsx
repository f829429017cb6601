/** How the page looks, speaks up and listens: the reader's choices. Fetched when first asked for. */
import "../styles/appearance.css";

import { useId } from "preact/hooks";

import { appearanceMessages } from "../i18n/appearance";
import { dialog } from "../keys";
import { askToNotify, permission } from "../notifications/system";
import { tone } from "../notifications/tone";
import { density, flip, languageChoice, letterKeys, sound, systemNotes, theme } from "../preferences";

export function AppearanceChoices() {
  const t = appearanceMessages.value;
  return (
    <>
      <Choice title={t.theme} choice={theme} words={t.themes} />
      <Choice title={t.language} choice={languageChoice} words={t.languages} />
      <Choice title={t.density} choice={density} words={t.densities} />
      <fieldset>
        <legend>{t.notices}</legend>
        <SystemNotes />
        <Tick on={sound.value === "on"} flip={flipSound}>
          {t.sound}
        </Tick>
        {sound.value === "on" && <p class="hint">{t.soundBlocked}</p>}
      </fieldset>
      <fieldset class="keyboard-choice">
        <legend>{t.keyboard}</legend>
        <Tick on={letterKeys.value === "on"} flip={() => flip(letterKeys)}>
          {t.letterKeys}
        </Tick>
        <button type="button" class="button" onClick={() => (dialog.value = "shortcuts")}>
          {t.allKeys} <kbd aria-hidden="true">?</kbd>
        </button>
      </fieldset>
    </>
  );
}

/** The first tone is the sample, and the click that lets the browser play the others. */
function flipSound(): void {
  flip(sound);
  if (sound.value === "on") tone();
}

function SystemNotes() {
  const t = appearanceMessages.value;
  const state = permission.value;
  const on = systemNotes.value === "on" && state === "granted";
  const hint = {
    unsupported: t.notifyMissing,
    denied: t.notifyDenied,
    default: t.notifyAsk,
    granted: t.notifyOn,
  }[state];
  return (
    <>
      <Tick on={on} disabled={state === "unsupported"} flip={() => void (on ? flip(systemNotes) : askToNotify())}>
        {t.notify}
      </Tick>
      <p class="hint" role="status">
        {hint}
      </p>
    </>
  );
}

interface ChoiceProps<Value extends string> {
  title: string;
  choice: { value: Value };
  words: Readonly<Record<Value, string>>;
}

function Choice<Value extends string>({ title, choice, words }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset>
      <legend>{title}</legend>
      <div class="choices">
        {(Object.entries(words) as [Value, string][]).map(([value, word]) => (
          <label key={value}>
            <input
              type="radio"
              name={name}
              value={value}
              checked={choice.value === value}
              onChange={() => (choice.value = value)}
            />
            {word}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface TickProps {
  on: boolean;
  flip: () => void;
  disabled?: boolean;
  children: string;
}

function Tick({ on, flip, disabled = false, children }: TickProps) {
  return (
    <label>
      <input type="checkbox" checked={on} disabled={disabled} onChange={(event) => refuse(event.currentTarget, on, flip)} />
      {children}
    </label>
  );
}

/** The box shows what is chosen, which the browser may keep from being what was clicked. */
function refuse(box: HTMLInputElement, on: boolean, flip: () => void): void {
  box.checked = on;
  flip();
}
