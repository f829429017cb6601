/** The foot of the form: what stands in the way, how things are, and the buttons. */
import type { RefObject } from "preact";

import type { Mistakes } from "../../agenda/mistakes";
import { messages } from "../../i18n";
import { seatMessages } from "../../i18n/seat";
import { Mark } from "../../parts/mark";
import { canWrite } from "../../session";
import { labelOf } from "../form/labels";
import { reveal } from "../form/saving";

interface SaveBarProps {
  form: RefObject<HTMLFormElement | null>;
  status: string;
  /** `status` tells of something that went wrong. */
  isWrong: boolean;
  /** `status` tells that it was saved. */
  isDone?: boolean;
  /** What has to be put right before it can be saved. */
  mistakes: Mistakes;
  discard: (() => void) | null;
  label: string;
  /** There is nothing to send, or something has to be decided first. */
  idle: boolean;
}

export function SaveBar({ form, status, isWrong, isDone = false, mistakes, discard, label, idle }: SaveBarProps) {
  const t = seatMessages.value.save;
  const offline = !canWrite.value;
  const n = Object.keys(mistakes).length;
  const wrong = offline || isWrong || n > 0;
  const words = [isWrong || n === 0 ? status : "", n > 0 ? t.mistakes(n) : ""].filter(Boolean).join(" ");
  return (
    <div class="save-bar">
      <p class={wrong ? "is-wrong" : isDone ? "is-done" : ""} role="status">
        {wrong ? <Mark kind="error" /> : isDone && <Mark kind="success" />}
        <span>{offline ? messages.value.write.offline : words}</span>
      </p>
      {n > 0 && <ToMend form={form} fields={Object.keys(mistakes)} />}
      {discard && (
        <button type="button" class="button" onClick={discard}>
          {t.discard}
        </button>
      )}
      <button type="submit" class="button filled" aria-disabled={idle || offline}>
        {label}
      </button>
    </div>
  );
}

/** Each a way to its field, which says what is wrong with it. */
function ToMend({ form, fields }: { form: RefObject<HTMLFormElement | null>; fields: readonly string[] }) {
  const go = (name: string) => {
    const field = form.current?.elements.namedItem(name);
    // Several controls of one name are a list.
    const first = field instanceof RadioNodeList ? field[0] : field;
    if (first instanceof HTMLElement) reveal(first);
  };
  return (
    <ul class="to-mend">
      {fields.map((name) => (
        <li key={name}>
          <button type="button" class="button" onClick={() => go(name)}>
            {labelOf(name)}
          </button>
        </li>
      ))}
    </ul>
  );
}
