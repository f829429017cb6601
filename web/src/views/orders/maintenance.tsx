/** Maintenance windows: those that are open or planned, and a new one in two clicks. */
import { useState } from "preact/hooks";

import { mayOperate } from "../../access";
import { endWindow, reasonOf } from "../../actions";
import { addMaintenance } from "../../api";
import { now } from "../../clock";
import { someDiffer } from "../../council/clocks";
import { windowState } from "../../council/journal";
import { formats, messages } from "../../i18n";
import { ordersMessages } from "../../i18n/orders";
import { heardOfWindow, windows } from "../../journal";
import { seated } from "../../overview";
import { Mark } from "../../parts/mark";
import { OrderButton } from "../../parts/order";
import { canWrite } from "../../session";
import { momentOf } from "../../text/zoned";
import type { Target } from "../../orders/selection";
import type { MaintenanceWindow } from "../../wire";
import { ZONE } from "../card";
import { namesOf, Until, whomWords } from "../maintenance";
import { Confirm } from "./confirm";

export function MaintenanceOrders({ target }: { target: Target }) {
  const t = ordersMessages.value.maintenance;
  const present = windows.value.filter((window) => windowState(window, now.value) !== "over");
  return (
    <section class="box" aria-labelledby="maintenance-title">
      <h3 id="maintenance-title">{t.title}</h3>
      <p class="about">{t.about}</p>
      {present.length === 0 && <p class="none">{t.none}</p>}
      <ul class="windows">
        {present.map((window) => (
          <Window key={window.window_id} window={window} />
        ))}
      </ul>
      {mayOperate.value && <NewWindow target={target} />}
    </section>
  );
}

function Window({ window }: { window: MaintenanceWindow }) {
  const t = ordersMessages.value.maintenance;
  const state = windowState(window, now.value);
  const starts = formats.value.moment(Date.parse(window.starts_at), now.value);
  return (
    <li class={`is-${state}`}>
      <Mark kind={state === "active" ? "paused" : "waiting"} />
      <p>
        <b>{window.reason || t.anyReason}</b> <em>{t.state[state]}</em>
        <span title={namesOf(window).join(", ")}>
          {whomWords(window)}, {state === "planned" && `${t.from(starts)}, `}
          <Until window={window} />
        </span>
      </p>
      <OrderButton about={window.window_id} act={() => endWindow(window.window_id, state === "planned")}>
        {state === "planned" ? t.callOff : t.end}
      </OrderButton>
    </li>
  );
}

const LENGTHS = ["30m", "2h", "open", "plan"] as const;
type Length = (typeof LENGTHS)[number];

function NewWindow({ target }: { target: Target }) {
  const t = ordersMessages.value.maintenance;
  const [length, setLength] = useState<Length>("30m");
  const [reason, setReason] = useState("");
  const [starts, setStarts] = useState("");
  const [ends, setEnds] = useState("");
  const [said, setSaid] = useState<{ readonly wrong: boolean; readonly text: string } | null>(null);
  const [sending, setSending] = useState(false);
  const [asking, setAsking] = useState(false);
  const order = length === "plan" ? t.plan : t.start;
  const begin = () => {
    if (sending) return;
    if (!canWrite.value) return setSaid({ wrong: true, text: messages.value.write.offline });
    if (length === "plan" && starts === "") return setSaid({ wrong: true, text: t.noStart });
    if (target !== "") return void send();
    setSaid(null);
    setAsking(true);
  };
  const send = () => {
    setSending(true);
    setAsking(false);
    return addMaintenance({ ...times(length, starts, ends), reason, tags: target === "" ? [] : [target] })
      .then(
        ({ window }) => {
          heardOfWindow(window);
          setReason("");
          setSaid({ wrong: false, text: t.set });
        },
        (error: unknown) => setSaid({ wrong: true, text: ordersMessages.value.failed(reasonOf(error)) }),
      )
      .finally(() => setSending(false));
  };
  return (
    <form
      class="new-window"
      aria-label={t.begin}
      onSubmit={(event) => {
        event.preventDefault();
        begin();
      }}
    >
      <fieldset class="kinds">
        <legend>{t.length}</legend>
        {LENGTHS.map((each) => (
          <label key={each}>
            <input type="radio" name="length" value={each} checked={each === length} onChange={() => setLength(each)} />
            {t.lengths[each]}
          </label>
        ))}
      </fieldset>
      {length === "plan" && (
        <div class="pair">
          <TimeField id="window-starts" label={t.starts} hint={clockHint()} value={starts} onChange={setStarts} />
          <TimeField id="window-ends" label={t.ends} hint={t.endsHint} value={ends} onChange={setEnds} />
        </div>
      )}
      <div class="field">
        <label for="window-reason">{t.reason}</label>
        <input
          id="window-reason"
          maxLength={500}
          autocomplete="off"
          aria-describedby="window-reason-hint"
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <p class="hint" id="window-reason-hint">
          {t.reasonHint}
        </p>
      </div>
      {asking && <Confirm question={t.askAll} yes={order} act={send} cancel={() => setAsking(false)} />}
      <div class="buttons">
        <button type="submit" hidden={asking} class="button filled" aria-disabled={sending || !canWrite.value}>
          {order}
        </button>
        <p role="status" class={said?.wrong ? "is-wrong" : "done"}>
          {said?.text}
        </p>
      </div>
    </form>
  );
}

/** As the API takes them, from what the fields hold by the reader's clock. */
function times(length: Length, starts: string, ends: string): Record<string, string> {
  if (length === "open") return {};
  if (length !== "plan") return { duration: length };
  return { starts_at: momentOf(starts, ZONE) ?? starts, ...(ends && { ends_at: momentOf(ends, ZONE) ?? ends }) };
}

/** Fields of this panel are by the reader's clock; said where somebody in the council has another. */
export function clockHint(): string {
  return someDiffer(seated.value, ZONE) ? ordersMessages.value.yourClock(ZONE) : "";
}

interface TimeFieldProps {
  id: string;
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
}

export function TimeField({ id, label, hint, value, onChange }: TimeFieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        value={value}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}
