/**
 * A button that orders something of the server: refused, with the reason, while nobody is listening,
 * and not offered to those who may only look.
 */
import type { ComponentChildren } from "preact";

import { mayOperate } from "../access";
import { ordering } from "../actions";
import { messages } from "../i18n";
import { canWrite } from "../session";

interface OrderButtonProps {
  /** What the order is about: one order at a time for each. */
  about: string;
  act: () => void;
  /** The order makes no sense now, as running again what runs. */
  busy?: boolean;
  label?: string;
  class?: string;
  children: ComponentChildren;
}

/**
 * `aria-disabled` rather than `disabled`: the button keeps the focus and can still say why.
 */
export function OrderButton({ about, act, busy = false, label, class: look = "", children }: OrderButtonProps) {
  if (!mayOperate.value) return null;
  const refused = !canWrite.value || busy || ordering.value.has(about);
  const why = canWrite.value ? label : messages.value.write.offline;
  return (
    <button
      type="button"
      class={`button ${look}`}
      aria-label={label}
      aria-disabled={refused}
      title={why}
      // A double click, or a key held down, would order again what the first has put here.
      onKeyDown={(event) => {
        if (event.repeat) event.preventDefault();
      }}
      onClick={(event) => {
        if (!refused && event.detail < 2) act();
      }}
    >
      {children}
    </button>
  );
}
