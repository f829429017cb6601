/** Call, pause and resume: each says whom it changes, and asks before it does. */
import { useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { type BulkAnswer, orderCouncil } from "../../api";
import { displayName } from "../../council/names";
import { messages } from "../../i18n";
import { ordersMessages } from "../../i18n/orders";
import { type Bulk, changedBy, pausedSingly, selectionOf, type Target } from "../../orders/selection";
import { canWrite, council } from "../../session";
import type { Agent } from "../../wire";
import { Confirm } from "./confirm";

const ORDERS: readonly Bulk[] = ["run", "pause", "resume"];

type Stage =
  | { readonly kind: "choosing" }
  | { readonly kind: "asking"; readonly order: Bulk }
  | { readonly kind: "done"; readonly order: Bulk; readonly answer: BulkAnswer }
  | { readonly kind: "failed"; readonly reason: string };

export function BulkOrders({ target, meant }: { target: Target; meant: readonly Agent[] }) {
  const t = ordersMessages.value;
  const [stage, setStage] = useState<Stage>({ kind: "choosing" });
  const [single, setSingle] = useState(false);
  const send = (order: Bulk) => {
    const body = { ...selectionOf(target), ...(order === "resume" && { include_single: single }) };
    return orderCouncil(order, body).then(
      (answer) => setStage({ kind: "done", order, answer }),
      (error: unknown) => setStage({ kind: "failed", reason: reasonOf(error) }),
    );
  };
  const alone = pausedSingly(meant).length;
  return (
    <section class="box" aria-labelledby="bulk-title">
      <h3 id="bulk-title">{t.bulk.title}</h3>
      <p class="about">{t.bulk.about}</p>
      <div class="buttons">
        {ORDERS.map((order) => (
          <OrderChoice key={order} order={order} n={changed(order, meant, single).length} choose={() => setStage({ kind: "asking", order })} />
        ))}
      </div>
      {alone > 0 && (
        <label class="tick">
          <input type="checkbox" checked={single} onChange={() => setSingle(!single)} />
          {t.bulk.single(alone)}
        </label>
      )}
      {stage.kind === "asking" && (
        <Confirm
          key={stage.order}
          question={t.bulk[stage.order].ask(changed(stage.order, meant, single).length)}
          yes={t.bulk[stage.order].yes(changed(stage.order, meant, single).length)}
          act={() => send(stage.order)}
          cancel={() => setStage({ kind: "choosing" })}
        />
      )}
      <div role="status">
        {stage.kind === "done" && <Done order={stage.order} answer={stage.answer} />}
        {stage.kind === "failed" && <p class="is-wrong">{t.failed(stage.reason)}</p>}
      </div>
    </section>
  );
}

function changed(order: Bulk, meant: readonly Agent[], single: boolean): Agent[] {
  const alone = order === "resume" && !single ? new Set(pausedSingly(meant)) : null;
  return changedBy(order, meant).filter((agent) => !alone?.has(agent));
}

function OrderChoice({ order, n, choose }: { order: Bulk; n: number; choose: () => void }) {
  const t = ordersMessages.value.bulk;
  const refused = n === 0 || !canWrite.value;
  return (
    <button
      type="button"
      class="button"
      aria-disabled={refused}
      title={canWrite.value ? (n === 0 ? t.nobody[order] : "") : messages.value.write.offline}
      onClick={() => !refused && choose()}
    >
      {t[order].order} <b>{n}</b>
    </button>
  );
}

function Done({ order, answer }: { order: Bulk; answer: BulkAnswer }) {
  const { list } = messages.value;
  const t = ordersMessages.value.bulk;
  const { started = [], changed = [], unchanged = [], still_paused: still = [], refused = [], failed = [] } = answer;
  const not = [...refused, ...failed];
  const same = unchanged.filter((agentId) => !still.includes(agentId)).length;
  const words = [
    order === "run" ? t.started(started.length) : (order === "pause" ? t.paused : t.resumed)(changed.length),
    same > 0 ? t.unchanged(same) : "",
    still.length > 0 ? t.stillPaused(list(still.map(nameOf))) : "",
  ];
  return (
    <>
      <p class="done">{words.filter(Boolean).join(" ")}</p>
      {not.length > 0 && (
        <>
          <p>{t.refused}</p>
          <ul class="refusals">
            {not.map(({ agent_id, detail }) => (
              <li key={agent_id}>
                <b>{nameOf(agent_id)}</b> <span lang="en">{detail}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

export function nameOf(agentId: string): string {
  const agent = council.value.agents.get(agentId);
  return agent ? displayName(agent) : agentId;
}
