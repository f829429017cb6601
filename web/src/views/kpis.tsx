/** Six figures, parted by rules. What runs now is counted from the stream, the rest by the server. */
import type { ComponentChildren } from "preact";

import { displayName } from "../council/names";
import { isPaused } from "../council/standing";
import { formats, messages } from "../i18n";
import { seated } from "../overview";
import { Mark } from "../parts/mark";
import { heardAt, kpis, lost, usageToday } from "../session";

/** Up to this many names of who runs; beyond it a name says less than the number. */
const NAMED = 2;

export function Kpis() {
  const t = messages.value.kpis;
  return (
    <section class="kpis" aria-label={t.label}>
      <dl>
        <Active />
        <Running />
        <Runs />
        <Rate />
        <Missed />
        <Cost />
      </dl>
    </section>
  );
}

interface CellProps {
  name: string;
  label: string;
  value: string;
  children?: ComponentChildren;
}

function Cell({ name, label, value, children }: CellProps) {
  return (
    <div class={`kpi kpi-${name}`} data-kpi={name}>
      <dt>{label}</dt>
      <dd>
        <b>{value}</b> <span class="aside">{children}</span>
      </dd>
    </div>
  );
}

function Active() {
  const t = messages.value.kpis;
  const onLeave = seated.value.filter(isPaused).length;
  const active = formats.value.number(seated.value.length - onLeave);
  return (
    <Cell name="active" label={t.active} value={active}>
      {onLeave > 0 ? t.onLeave(onLeave) : t.allSeated}
    </Cell>
  );
}

function Running() {
  const t = messages.value.kpis;
  const working = seated.value.filter((agent) => agent.current?.status === "processing");
  const queued = seated.value.filter((agent) => agent.current?.status === "pending").length;
  const names = working.length <= NAMED ? working.map(displayName) : [];
  const said = [
    ...(names.length > 0 ? [messages.value.list(names)] : []),
    ...(queued > 0 ? [t.queued(queued)] : []),
  ];
  const label = lost.value ? t.ran(working.length, formats.value.clock(heardAt.value)) : t.running;
  return (
    <Cell name="running" label={label} value={formats.value.number(working.length)}>
      {said.join(", ") || (working.length === 0 ? t.nobody : "")}
    </Cell>
  );
}

function Runs() {
  const t = messages.value.kpis;
  const figures = kpis.value;
  const label = lost.value ? t.runsUntil(formats.value.clock(heardAt.value)) : t.runs;
  return (
    <Cell name="runs" label={label} value={number(figures?.today.runs)}>
      {t.runsWeek(number(figures?.days_7.runs))}
    </Cell>
  );
}

function Rate() {
  const t = messages.value.kpis;
  const today = kpis.value?.today.success_rate ?? null;
  const week = kpis.value?.days_7.success_rate ?? null;
  const value = today === null ? "–" : formats.value.percent(today, 1);
  const isOnly = kpis.value?.today.runs === kpis.value?.days_7.runs;
  return (
    <Cell name="rate" label={t.rate} value={value}>
      {today === null ? t.noRuns : isOnly ? t.rateOnly : <Trend difference={today - (week ?? today)} />}
    </Cell>
  );
}

function Trend({ difference }: { difference: number }) {
  const t = messages.value.kpis;
  const tenths = Math.round(difference * 10) / 10;
  if (tenths === 0) return <>{t.rateSame}</>;
  const points = formats.value.number(Math.abs(tenths));
  const up = tenths > 0;
  return (
    <span class={up ? "up" : "down"}>
      <svg viewBox="0 0 8 8" width="8" height="8" role="img" aria-label={up ? "+" : "−"}>
        <path d={up ? "M4 .5L8 7.5H0z" : "M4 7.5L0 .5h8z"} />
      </svg>{" "}
      {t.rateUp(points)}
    </span>
  );
}

function Missed() {
  const t = messages.value.kpis;
  const missed = kpis.value?.today.missed ?? 0;
  return (
    <Cell name="missed" label={t.missed} value={number(kpis.value?.today.missed)}>
      {missed > 0 && <Mark kind="missed" />} {t.missedWeek(number(kpis.value?.days_7.missed))}
    </Cell>
  );
}

function Cost() {
  const t = messages.value.kpis;
  const today = kpis.value?.today.cost_usd ?? null;
  const week = kpis.value?.days_7.cost_usd ?? null;
  return (
    <Cell name="cost" label={t.cost} value={today === null ? "–" : formats.value.money(today)}>
      {costAside() ?? (today === null && week === null ? t.noCost : t.costWeek(formats.value.money(week ?? 0)))}
    </Cell>
  );
}

/** The whole council's budget, when it has one. */
function costAside() {
  const t = messages.value.kpis;
  const budget = usageToday.value?.budgets.council;
  if (budget?.spent) {
    return (
      <>
        <Mark kind="warning" size={13} /> {t.costSpent}
      </>
    );
  }
  const limit = budget?.max_cost_usd_per_day ?? null;
  return limit === null ? null : <>{t.costOf(formats.value.money(limit))}</>;
}

function number(value: number | undefined): string {
  return value === undefined ? "–" : formats.value.number(value);
}
