/** A question before something that touches many: it takes the focus, and is answered once. */
import { useEffect, useRef, useState } from "preact/hooks";

import { messages } from "../../i18n";
import { ordersMessages } from "../../i18n/orders";
import { canWrite } from "../../session";

interface ConfirmProps {
  question: string;
  yes: string;
  act: () => Promise<unknown>;
  cancel: () => void;
}

export function Confirm({ question, yes, act, cancel }: ConfirmProps) {
  const [sent, setSent] = useState(false);
  const refused = sent || !canWrite.value;
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
          aria-disabled={refused}
          title={canWrite.value ? "" : messages.value.write.offline}
          onClick={() => {
            if (refused) return;
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
