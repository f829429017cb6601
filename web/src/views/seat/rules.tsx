/** The rules that most seats leave as they are: those of the schedule, and those of each run. */
import { blankDraft, COMMAND, seatSections, type SeatDraft } from "../../seat/draft";
import { same, type Fields } from "../../seat/patch";
import { seatMessages } from "../../i18n/seat";
import { countOwn as countOwnOfSchedule, Folded, Group, ScheduleRules } from "../agenda/advanced";
import { ChoiceField, SpanField, TextField, Tick } from "../form/fields";
import type { PartProps } from "./parts";

const OF_SCHEDULE = new Set(["catch_up", "catch_up_max_age_seconds", "overlap", "priority", "max_attempts", "deadline_seconds"]);

/** How many of the rules are not the usual ones of its provider. */
export function countOwn(draft: SeatDraft): number {
  const usual = seatSections(blankDraft(draft.provider, "UTC")).policies as Fields;
  const rules = Object.entries(seatSections(draft).policies as Fields).filter(([name]) => !OF_SCHEDULE.has(name));
  const ping = draft.pingUrl.trim() === "" ? 0 : 1;
  return countOwnOfSchedule(draft) + rules.filter(([name, value]) => !same(value, usual[name])).length + ping;
}

export function RulesPart({ draft, change }: PartProps) {
  const t = seatMessages.value;
  const own = countOwn(draft);
  return (
    <Folded title={t.part.more} own={own > 0 ? t.part.own(own) : ""}>
      <ScheduleRules draft={draft} change={change} />
      <BoundRules draft={draft} change={change} />
      {draft.provider !== COMMAND && <AgentRules draft={draft} change={change} />}
      <Group title={t.group.watch}>
        <TextField
          name="ping_url"
          label={t.field.ping_url!}
          hint={t.hint.ping_url}
          type="url"
          value={draft.pingUrl}
          onChange={(pingUrl) => change({ pingUrl })}
        />
      </Group>
    </Folded>
  );
}

function BoundRules({ draft, change }: PartProps) {
  const t = seatMessages.value;
  const { field, hint } = t;
  return (
    <>
      <Group title={t.group.bounds}>
        <SpanField
          name="timeout_seconds"
          label={field.timeout_seconds!}
          hint={hint.timeout_seconds}
          value={draft.timeout}
          onChange={(timeout) => change({ timeout })}
        />
        <SpanField
          name="silence_timeout_seconds"
          label={field.silence_timeout_seconds!}
          hint={hint.silence_timeout_seconds}
          value={draft.silence}
          onChange={(silence) => change({ silence })}
        />
      </Group>
      {Number(draft.attempts) !== 1 && (
        <Group title={t.group.retries}>
          <SpanField
            name="retry_backoff_seconds"
            label={field.retry_backoff_seconds!}
            value={draft.backoff}
            onChange={(backoff) => change({ backoff })}
          />
          <TextField
            name="retry_backoff_factor"
            label={field.retry_backoff_factor!}
            hint={hint.retry_backoff_factor}
            decimal
            value={draft.backoffFactor}
            onChange={(backoffFactor) => change({ backoffFactor })}
          />
          <SpanField
            name="retry_backoff_max_seconds"
            label={field.retry_backoff_max_seconds!}
            value={draft.backoffMax}
            onChange={(backoffMax) => change({ backoffMax })}
          />
          <TextField
            name="retry_jitter"
            label={field.retry_jitter!}
            hint={hint.retry_jitter}
            decimal
            value={draft.retryJitter}
            onChange={(retryJitter) => change({ retryJitter })}
          />
          <Tick
            name="retry_on_timeout"
            label={t.retryOnTimeout}
            value={draft.retryOnTimeout}
            onChange={(retryOnTimeout) => change({ retryOnTimeout })}
          />
        </Group>
      )}
    </>
  );
}

/** What only means something with a model. */
function AgentRules({ draft, change }: PartProps) {
  const t = seatMessages.value;
  const { field, hint } = t;
  return (
    <>
      <Group title={t.group.agent}>
        <ChoiceField
          name="permissions"
          label={field.permissions!}
          words={t.permission}
          value={draft.permissions}
          onChange={(permissions) => change({ permissions })}
        />
        <ChoiceField name="evidence" label={field.evidence!} words={t.evidence} value={draft.evidence} onChange={(evidence) => change({ evidence })} />
        <Tick
          name="continuity"
          label={t.continuity}
          value={draft.continuity}
          onChange={(continuity) => change({ continuity })}
        />
      </Group>
      <Group title={t.group.budget}>
        <TextField
          name="max_cost_usd"
          label={field.max_cost_usd!}
          hint={hint.max_cost}
          decimal
          value={draft.maxCost}
          onChange={(maxCost) => change({ maxCost })}
        />
        <TextField
          name="max_cost_usd_per_day"
          label={field.max_cost_usd_per_day!}
          hint={hint.max_cost}
          decimal
          value={draft.maxCostDay}
          onChange={(maxCostDay) => change({ maxCostDay })}
        />
        <TextField
          name="max_cost_usd_per_month"
          label={field.max_cost_usd_per_month!}
          hint={hint.max_cost}
          decimal
          value={draft.maxCostMonth}
          onChange={(maxCostMonth) => change({ maxCostMonth })}
        />
      </Group>
    </>
  );
}
