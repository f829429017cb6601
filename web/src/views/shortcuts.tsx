/** Every shortcut of the page, from the table that the keys themselves obey. */
import "../styles/dialog.css";

import { paletteMessages } from "../i18n/palette";
import { keyNames, SHORTCUTS, type ShortcutId } from "../keys";
import { useDialog } from "../parts/dialog";
import { flip, letterKeys } from "../preferences";

export function Shortcuts() {
  const t = paletteMessages.value.help;
  const { ref, leave, handlers } = useDialog();
  return (
    <dialog ref={ref} class="shortcuts" aria-label={t.label} {...handlers}>
      <div class="shortcuts-box">
        <header>
          <h2>{t.label}</h2>
          <button type="button" class="button" onClick={leave}>
            {t.close} <kbd aria-hidden="true">Esc</kbd>
          </button>
        </header>
        <dl>
          {(Object.keys(SHORTCUTS) as ShortcutId[]).map((id) => (
            <div key={id} class={letterKeys.value === "off" && isLetter(id) ? "is-off" : ""}>
              <dt>{t[id]}</dt>
              <dd>
                <Keys names={keyNames(id)} chord={SHORTCUTS[id].includes("+")} />
              </dd>
            </div>
          ))}
          <div>
            <dt>{t.escape}</dt>
            <dd>
              <kbd>Esc</kbd>
            </dd>
          </div>
        </dl>
        <label>
          <input type="checkbox" checked={letterKeys.value === "on"} onChange={() => flip(letterKeys)} />
          {t.letters}
        </label>
        <p>{t.lettersHint}</p>
      </div>
    </dialog>
  );
}

function isLetter(id: ShortcutId): boolean {
  return !SHORTCUTS[id].startsWith("Mod+");
}

/** Keys held together, or one after the other. */
function Keys({ names, chord }: { names: readonly string[]; chord: boolean }) {
  const t = paletteMessages.value.help;
  return (
    <>
      {names.map((name, at) => (
        <span key={name}>
          {at > 0 && (chord ? " + " : ` ${t.then} `)}
          <kbd>{name}</kbd>
        </span>
      ))}
    </>
  );
}
