/** What ends a seat, or an agent: each says what stays, and asks first. */
import { useRef, useState } from "preact/hooks";

import { displayName, shortName } from "../../council/names";
import { seatMessages } from "../../i18n/seat";
import { deleteAgent, demote } from "../../seat/api";
import type { SeatAgent } from "../../seat/documents";
import { Confirm } from "../orders/confirm";
import { seatReason } from "./reason";

type Order = "demote" | "remove";

interface SeatOrdersProps {
  agent: SeatAgent;
  onGone: (how: "demoted" | "deleted") => void;
}

export function SeatOrders({ agent, onGone }: SeatOrdersProps) {
  const t = seatMessages.value;
  const [asking, setAsking] = useState<Order | null>(null);
  const [failed, setFailed] = useState("");
  const buttons = useRef<HTMLDivElement>(null);
  const name = shortName(displayName(agent));
  const question = asking === "remove" ? t.orders.removeAsk(name) : t.orders.demoteAsk(name);
  const act = () =>
    (asking === "remove" ? deleteAgent(agent.agent_id) : demote(agent.agent_id)).then(
      () => onGone(asking === "remove" ? "deleted" : "demoted"),
      (error: unknown) => {
        setAsking(null);
        setFailed(t.save.failed(seatReason(error)));
      },
    );
  const cancel = () => {
    setAsking(null);
    buttons.current?.querySelector<HTMLButtonElement>(`[data-order=${asking}]`)?.focus();
  };
  const ask = (order: Order) => () => {
    setFailed("");
    setAsking(order);
  };
  return (
    <section class="part endings" aria-label={t.orders.title}>
      <h3>{t.orders.title}</h3>
      <div>
        <div class="buttons" ref={buttons}>
          <button type="button" class="button" data-order="demote" onClick={ask("demote")}>
            {t.orders.demote}
          </button>
          <button type="button" class="button" data-order="remove" onClick={ask("remove")}>
            {t.orders.remove}
          </button>
        </div>
        {asking && (
          <Confirm
            key={asking}
            question={asking === "demote" && agent.source ? `${question} ${t.orders.demoteFile(agent.source)}` : question}
            yes={asking === "remove" ? t.orders.removeYes : t.orders.demoteYes}
            act={act}
            cancel={cancel}
          />
        )}
        <p class="is-wrong" role="alert">
          {failed}
        </p>
      </div>
    </section>
  );
}
