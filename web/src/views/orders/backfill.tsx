/** Slots of the past: a range, what it would start for each councilor, and only then the start. */
import { useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { ApiError, type BackfillPlan, planBackfill, startBackfill } from "../../api";
import { formats, messages } from "../../i18n";
import { ordersMessages } from "../../i18n/orders";
import { selectionOf, type Target } from "../../orders/selection";
import { canWrite } from "../../session";
import { momentOf } from "../../text/zoned";
import { ZONE } from "../card";
import { nameOf } from "./bulk";
import { Confirm } from "./confirm";
import { TimeField, clockHint } from "./maintenance";

type Stage =
  | { readonly kind: "choosing"; readonly wrong?: string }
  | { readonly kind: "counting" }
  | { readonly kind: "planned"; readonly plan: BackfillPlan; readonly again: boolean }
  | { readonly kind: "started"; readonly n: number };

export function Backfill({ target }: { target: Target }) {
  const t = ordersMessages.value.backfill;
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const [stage, setStage] = useState<Stage>({ kind: "choosing" });
  const failed = (error: unknown) => setStage({ kind: "choosing", wrong: ordersMessages.value.failed(reasonOf(error)) });
  const asked = () => ({
    ...selectionOf(target),
    from: momentOf(from, ZONE) ?? from,
    ...(until && { until: momentOf(until, ZONE) ?? until }),
  });
  const count = async (again: boolean) => {
    if (!canWrite.value) return setStage({ kind: "choosing", wrong: messages.value.write.offline });
    if (from === "") return setStage({ kind: "choosing", wrong: t.noFrom });
    setStage({ kind: "counting" });
    await planBackfill(asked()).then((plan) => setStage({ kind: "planned", plan, again }), failed);
  };
  // `until` as it was counted: without it "now" would have moved on since.
  const start = (plan: BackfillPlan) =>
    startBackfill({ ...asked(), until: plan.until ?? asked().until, confirm: plan.confirm }).then(
      ({ started }) => setStage({ kind: "started", n: started }),
      (error: unknown) => (error instanceof ApiError && error.status === 409 ? count(true) : failed(error)),
    );
  const reset = (set: (value: string) => void) => (value: string) => {
    set(value);
    setStage({ kind: "choosing" });
  };
  return (
    <section class="box" aria-labelledby="backfill-title">
      <h3 id="backfill-title">{t.title}</h3>
      <p class="about">{t.about}</p>
      <form
        class="backfill"
        aria-labelledby="backfill-title"
        onSubmit={(event) => {
          event.preventDefault();
          void count(false);
        }}
      >
        <TimeField id="backfill-from" label={t.from} hint={clockHint()} value={from} onChange={reset(setFrom)} />
        <TimeField id="backfill-until" label={t.until} hint={t.untilHint} value={until} onChange={reset(setUntil)} />
        <button type="submit" class="button" aria-disabled={stage.kind === "counting" || !canWrite.value}>
          {stage.kind === "counting" ? t.counting : t.count}
        </button>
      </form>
      <div role="status">
        {stage.kind === "choosing" && stage.wrong && <p class="is-wrong">{stage.wrong}</p>}
        {stage.kind === "started" && <p class="done">{t.started(stage.n, formats.value.number(stage.n))}</p>}
        {stage.kind === "planned" && stage.again && <p>{t.changed}</p>}
        {stage.kind === "planned" && <Plan plan={stage.plan} />}
      </div>
      {stage.kind === "planned" && stage.plan.confirm > 0 && (
        <Confirm
          key={stage.plan.confirm}
          question={t.would(stage.plan.confirm, formats.value.number(stage.plan.confirm)).replace(/:$/, ".")}
          yes={t.yes(stage.plan.confirm, formats.value.number(stage.plan.confirm))}
          act={() => start(stage.plan)}
          cancel={() => setStage({ kind: "choosing" })}
        />
      )}
    </section>
  );
}

function Plan({ plan }: { plan: BackfillPlan }) {
  const t = ordersMessages.value.backfill;
  const { number } = formats.value;
  const rows = Object.entries(plan.per_councilor)
    .filter(([, n]) => n > 0)
    .sort((a, b) => b[1] - a[1]);
  const leftOut = Object.values(plan.left_out ?? {}).reduce((sum, n) => sum + n, 0);
  const aside = [
    plan.duplicates ? t.before(plan.duplicates, number(plan.duplicates)) : "",
    leftOut > 0 ? t.leftOut(leftOut, number(leftOut)) : "",
  ].filter(Boolean);
  return (
    <>
      {plan.confirm === 0 && <p>{t.none}</p>}
      {rows.length > 0 && (
        <dl class="facts plan">
          {rows.map(([agentId, n]) => (
            <div key={agentId}>
              <dt>{nameOf(agentId)}</dt>
              <dd>{t.slots(n, number(n))}</dd>
            </div>
          ))}
        </dl>
      )}
      {aside.length > 0 && <p class="about">{aside.join(" ")}</p>}
    </>
  );
}
