/**
 * Orders to many at once: call, pause and resume; maintenance windows; slots of the past. All of them
 * are for the same people, chosen once at the top. Fetched when first opened.
 */
import "../../styles/panel.css";
import "../../styles/orders.css";

import { useState } from "preact/hooks";

import { mayOperate } from "../../access";
import { messages } from "../../i18n";
import { ordersMessages } from "../../i18n/orders";
import { meantBy, tagsOf, type Target } from "../../orders/selection";
import { seated } from "../../overview";
import { Mark } from "../../parts/mark";
import { usePanel } from "../../parts/panel";
import { closePanel } from "../../route";
import { canWrite } from "../../session";
import { Backfill } from "./backfill";
import { BulkOrders } from "./bulk";
import { MaintenanceOrders } from "./maintenance";

export function OrdersPanel() {
  const t = ordersMessages.value;
  const panel = usePanel();
  const [target, setTarget] = useState<Target>("");
  const meant = meantBy(target, seated.value);
  return (
    <div class="panel is-wide orders-panel" role="dialog" aria-label={t.label} tabIndex={-1} ref={panel}>
      <div class="panel-bar">
        <p class="crumbs">
          <button type="button" onClick={closePanel}>
            {t.plenary}
          </button>
          <b>{t.label}</b>
        </p>
        <span class="gap" />
        <button type="button" class="button" onClick={closePanel}>
          {t.close} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      <div class="panel-body">
        <div>
          <h2>{t.label}</h2>
          <div role="status">
            {!canWrite.value && (
              <p class="no-signal">
                <Mark kind="missed" /> {messages.value.write.offline}
              </p>
            )}
          </div>
        </div>
        {seated.value.length === 0 ? (
          <p class="panel-note">{t.nobody}</p>
        ) : !mayOperate.value ? (
          <>
            <p class="panel-note">{t.viewer}</p>
            <MaintenanceOrders target="" />
          </>
        ) : (
          <>
            <Whom target={target} choose={setTarget} />
            {/* Another target: what was asked about the former one is void. */}
            <div class="columns" key={target}>
              <div class="matter-column">
                <BulkOrders target={target} meant={meant} />
                <Backfill target={target} />
              </div>
              <div class="side-column">
                <MaintenanceOrders target={target} />
              </div>
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function Whom({ target, choose }: { target: Target; choose: (target: Target) => void }) {
  const t = ordersMessages.value;
  const all = seated.value;
  const choices: readonly [Target, string, number][] = [
    ["", t.everybody, all.length],
    ...tagsOf(all).map(([tag, n]): [Target, string, number] => [tag, tag, n]),
  ];
  return (
    <fieldset class="kinds">
      <legend>{t.whom}</legend>
      {choices.map(([value, label, n]) => (
        <label key={value}>
          <input type="radio" name="target" value={value} checked={value === target} onChange={() => choose(value)} />
          {label}&nbsp;<b>{n}</b>
        </label>
      ))}
    </fieldset>
  );
}
