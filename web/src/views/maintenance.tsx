/** While slots are skipped because people said so: why, for whom, and how long still. */
import { endWindow } from "../actions";
import { now } from "../clock";
import { displayName, shortName } from "../council/names";
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
        <b title={window.reason}>{t.active(window.reason)}</b>
        <span title={namesOf(window).join(", ")}>
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

/** The tags and names that a window is for; none means everybody. */
export function namesOf({ tags, agent_ids }: Pick<MaintenanceWindow, "tags" | "agent_ids">): string[] {
  const named = agent_ids.map((id) => {
    const agent = council.value.agents.get(id);
    return agent ? displayName(agent) : id;
  });
  return [...tags, ...named];
}

const NAMED = 3;

/** The same as part of a sentence, which stays short however many and long they are. */
export function whomWords(window: Pick<MaintenanceWindow, "tags" | "agent_ids">): string {
  const { list, maintenance: t } = messages.value;
  const all = namesOf(window).map(shortName);
  if (all.length === 0) return t.everybody;
  const words = all.map((name, at) => (at < window.tags.length ? t.tag(name) : name));
  const rest = all.length - NAMED;
  // "and one more" would be no shorter than its name.
  return list(rest > 1 ? [...words.slice(0, NAMED), t.others(rest)] : words);
}

/** Counts down by itself; without a signal it tells only the time of the clock. */
export function Until({ window }: { window: MaintenanceWindow }) {
  const t = messages.value.maintenance;
  if (window.ends_at === null) return <>{t.open}</>;
  const end = Date.parse(window.ends_at);
  const at = formats.value.moment(end, now.value);
  return <>{lost.value ? t.untilAt(at) : t.until(at, messages.value.span(Math.max(0, end - now.value)))}</>;
}
