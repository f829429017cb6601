/**
 * The command palette: one field, and a list of what one may mean. The focus stays in the field, as in
 * the combobox pattern of ARIA; the list is worked out once for each query, so that nothing moves away
 * under the reader's hands.
 */
import "../styles/dialog.css";

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { language } from "../i18n";
import { paletteMessages } from "../i18n/palette";
import { keyNames, takeTypedAhead } from "../keys";
import { allCommands, type Command, firstCommands, type Group } from "../palette/commands";
import { prepared, ranked } from "../palette/rank";
import { useDialog } from "../parts/dialog";
import { Mark } from "../parts/mark";

const MOST = 50;
const PAGE = 8;

export function Palette() {
  const t = paletteMessages.value;
  const { ref, leave, handlers } = useDialog();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  // After the effect of the dialog, which gives the field the focus.
  useEffect(() => setQuery((typed) => takeTypedAhead() + typed), []);
  const everything = useMemo(() => prepared(allCommands(t)), [language.value]);
  const typed = query.trim() !== "";
  const found = useMemo(() => (typed ? ranked(everything, query, MOST) : firstCommands(t)), [everything, query]);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at, found]);

  const choose = (command: Command | undefined) => {
    if (!command || command.refusal?.()) return;
    // The focus is back before the order takes it elsewhere.
    leave();
    command.act();
  };
  const move = (to: number) => setAt(found.length === 0 ? 0 : (to + found.length) % found.length);
  const press = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      PageDown: () => setAt(Math.min(found.length - 1, at + PAGE)),
      PageUp: () => setAt(Math.max(0, at - PAGE)),
      Enter: () => choose(found[at]),
    };
    const step = event.isComposing ? undefined : steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  };
  return (
    <dialog ref={ref} class="palette" aria-label={t.label} {...handlers}>
      <div class="palette-box">
        <input
          type="text"
          role="combobox"
          aria-label={t.label}
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={found[at] ? optionId(at) : undefined}
          placeholder={t.placeholder}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
        <div id="palette-list" role="listbox" aria-label={t.label} ref={list}>
          {grouped(found, typed).map(([group, commands]) => (
            <div key={group ?? "all"} role="group" aria-label={group ? t.groups[group] : t.label}>
              {group && (
                <p class="group" aria-hidden="true">
                  {t.groups[group]}
                </p>
              )}
              {commands.map(([place, command]) => (
                <Option
                  key={command.id}
                  command={command}
                  place={place}
                  active={place === at}
                  showGroup={typed}
                  point={() => setAt(place)}
                  choose={() => choose(command)}
                />
              ))}
            </div>
          ))}
        </div>
        <p class={found.length === 0 ? "none" : "unseen"} role="status">
          {found.length === 0 ? t.nothing(query.trim()) : typed ? (found.length === MOST ? t.foundMost(MOST) : t.found(found.length)) : ""}
        </p>
      </div>
    </dialog>
  );
}

type Placed = readonly [number, Command];

/** What was typed for is ranked; before that the commands stand by what they are for. */
function grouped(found: readonly Command[], typed: boolean): [Group | null, Placed[]][] {
  const groups = new Map<Group | null, Placed[]>();
  found.forEach((command, place) => {
    const group = typed ? null : command.group;
    groups.set(group, [...(groups.get(group) ?? []), [place, command]]);
  });
  return [...groups];
}

function optionId(place: number): string {
  return `palette-option-${place}`;
}

interface OptionProps {
  command: Command;
  place: number;
  active: boolean;
  showGroup: boolean;
  point: () => void;
  choose: () => void;
}

function Option({ command, place, active, showGroup, point, choose }: OptionProps) {
  const t = paletteMessages.value;
  const refusal = command.refusal?.() ?? null;
  const hint = refusal ?? command.hint;
  return (
    <div
      id={optionId(place)}
      role="option"
      class="option"
      aria-selected={active}
      aria-disabled={refusal !== null}
      onPointerMove={active ? undefined : point}
      onClick={choose}
    >
      {command.mark ? <Mark kind={command.mark} /> : <span class="no-mark" />}
      <span class="what">{command.label}</span>
      {hint && <span class="hint">{hint}</span>}
      {showGroup && <span class="kind">{t.groups[command.group]}</span>}
      {command.keys && (
        <span class="keys" aria-hidden="true">
          {keyNames(command.keys).map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>
      )}
    </div>
  );
}
