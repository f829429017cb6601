/** While slots are skipped because people said so: why, for whom, and how long still. */
import { endWindow } from "../actions";
import { now } from "../clock";
import { displayName } from "../council/names";
import { formats, messages } from "../i18n";
import { active } from "../journal";
import { Mark } from "../parts/mark";
import { OrderButton } from "../parts/order";
import { ORDERS_ADDRESS } from "../route";
import { council, lost } from "../session";
import type { MaintenanceWindow } from "../wire";

export function MaintenanceBanner() {
  const t = messages.value.maintenance;
  const [window, ...others] = active.value;
  if (!window) return null;
  return (
    <section class="maintenance" aria-label={t.label}>
      <Mark kind="paused" />
      <p>
        <b>{t.active(window.reason)}</b>
        <span>
          {t.noRuns(whomWords(window))}, <Until window={window} />
          {others.length > 0 && `, ${t.more(others.length)}`}
        </span>
      </p>
      <a class="button quiet" href={ORDERS_ADDRESS}>
        {t.see}
      </a>
      <OrderButton about={window.window_id} act={() => endWindow(window.window_id)}>
        {t.end}
      </OrderButton>
    </section>
  );
}

export function whomWords({ tags, agent_ids }: Pick<MaintenanceWindow, "tags" | "agent_ids">): string {
  const { list, maintenance: t } = messages.value;
  const named = agent_ids.map((id) => {
    const agent = council.value.agents.get(id);
    return agent ? displayName(agent) : id;
  });
  const whom = [...tags.map(t.tag), ...named];
  return whom.length > 0 ? list(whom) : t.everybody;
}

/** Counts down by itself; without a signal it tells only the time of the clock. */
export function Until({ window }: { window: MaintenanceWindow }) {
  const t = messages.value.maintenance;
  if (window.ends_at === null) return <>{t.open}</>;
  const end = Date.parse(window.ends_at);
  const at = formats.value.moment(end, now.value);
  return <>{lost.value ? t.untilAt(at) : t.until(at, messages.value.span(Math.max(0, end - now.value)))}</>;
}
