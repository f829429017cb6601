/** A question before something that touches many: it takes the focus, and is answered once. */
import { useEffect, useRef, useState } from "preact/hooks";

import { ordersMessages } from "../../i18n/orders";

interface ConfirmProps {
  question: string;
  yes: string;
  act: () => Promise<unknown>;
  cancel: () => void;
}

export function Confirm({ question, yes, act, cancel }: ConfirmProps) {
  const [sent, setSent] = useState(false);
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  return (
    <div
      class="confirm"
      role="alertdialog"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        cancel();
      }}
    >
      <p>{question}</p>
      <div class="buttons">
        <button
          type="button"
          class="button filled"
          aria-disabled={sent}
          onClick={() => {
            if (sent) return;
            setSent(true);
            void act();
          }}
        >
          {yes}
        </button>
        <button type="button" class="button" ref={no} onClick={cancel}>
          {ordersMessages.value.no}
        </button>
      </div>
    </div>
  );
}
