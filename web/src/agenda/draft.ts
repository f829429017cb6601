/**
 * What a person edits of a schedule, as the fields of the form hold it: texts, all of them. Made from
 * a councilor's seat, and turned again into what the API takes. Nothing is judged here: the server
 * does that, and says which field is wrong.
 */
import type { FieldOf } from "../seat/merge";
import { changes, type Fields, type Sections } from "../seat/patch";
import { momentOf, wallTime } from "../text/zoned";
import type { Policies, Schedule } from "../wire";

export const UNITS = ["s", "m", "h", "d"] as const;
export type Unit = (typeof UNITS)[number];
const UNIT_SECONDS: Readonly<Record<Unit, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A length of time; an empty amount means none. */
export interface Span {
  readonly amount: string;
  readonly unit: Unit;
}

export interface Draft {
  readonly kind: Schedule["type"];
  readonly every: Span;
  readonly cron: string;
  /** By the clock on the wall in `timezone`, as are `startsAt` and `endsAt`. */
  readonly at: string;
  readonly timezone: string;
  readonly gap: NonNullable<Schedule["gap"]>;
  readonly fold: NonNullable<Schedule["fold"]>;
  readonly jitter: Span;
  readonly startsAt: string;
  readonly endsAt: string;
  /** One a line, or parted by commas, as are the two below. */
  readonly activeHours: string;
  readonly excludedDates: string;
  readonly excludedCalendars: string;
  readonly catchUp: NonNullable<Policies["catch_up"]>;
  readonly catchUpMaxAge: Span;
  readonly overlap: NonNullable<Policies["overlap"]>;
  readonly priority: string;
  readonly attempts: string;
  readonly deadline: Span;
}

/** A schedule and its rules, of which an older server may not tell all. */
export interface ScheduleParts {
  readonly schedule: Pick<Schedule, "type" | "value" | "timezone"> & Partial<Schedule>;
  readonly policies?: Partial<Policies>;
}

export function draftOf({ schedule, policies = {} }: ScheduleParts): Draft {
  const timezone = schedule.timezone ?? "UTC";
  const wall = (at: string | null | undefined) => (at ? (wallTime(Date.parse(at), timezone) ?? "") : "");
  return {
    kind: schedule.type,
    every: intervalSpan(schedule),
    cron: schedule.type === "cron" ? schedule.value : "",
    at: schedule.type === "at" ? wallOf(schedule.value, timezone) : "",
    timezone,
    gap: schedule.gap ?? "run_after",
    fold: schedule.fold ?? "once",
    jitter: spanOf(schedule.jitter_seconds || null),
    startsAt: wall(schedule.starts_at),
    endsAt: wall(schedule.ends_at),
    activeHours: (schedule.active_hours ?? []).join("\n"),
    excludedDates: (schedule.excluded_dates ?? []).join("\n"),
    excludedCalendars: (schedule.excluded_calendars ?? []).join("\n"),
    catchUp: policies.catch_up ?? "one",
    catchUpMaxAge: spanOf(policies.catch_up_max_age_seconds ?? 86_400),
    overlap: policies.overlap ?? "skip",
    priority: String(policies.priority ?? 5),
    attempts: String(policies.max_attempts ?? 1),
    deadline: spanOf(policies.deadline_seconds ?? null),
  };
}

/** A moment that tells an offset is shown by the schedule's own clock. */
function wallOf(value: string, zone: string): string {
  const told = /(?:Z|[+-]\d\d:?\d\d)$/i.test(value);
  return (told ? wallTime(Date.parse(value), zone) : null) ?? value.replace(" ", "T").slice(0, 16);
}

function intervalSpan({ type, value }: Pick<Schedule, "type" | "value">): Span {
  const parts = /^(\d+)([smhd])$/.exec(value);
  return type === "interval" && parts ? { amount: parts[1]!, unit: parts[2] as Unit } : { amount: "30", unit: "m" };
}

/** In the largest unit that leaves a whole number. */
export function spanOf(seconds: number | null): Span {
  if (seconds === null) return { amount: "", unit: "m" };
  const unit = [...UNITS].reverse().find((each) => seconds % UNIT_SECONDS[each] === 0) ?? "s";
  return { amount: String(seconds / UNIT_SECONDS[unit]), unit: seconds === 0 ? "s" : unit };
}

/** null for none; NaN for what is no number. */
export function spanSeconds({ amount, unit }: Span): number | null {
  return amount.trim() === "" ? null : Number(amount) * UNIT_SECONDS[unit];
}

/** Empty while nothing was written for the chosen kind: nothing to judge yet. */
export function valueOf(draft: Draft): string {
  if (draft.kind === "cron") return draft.cron;
  if (draft.kind === "at") return draft.at;
  return draft.every.amount.trim() && `${draft.every.amount.trim()}${draft.every.unit}`;
}

export function listOf(text: string): string[] {
  return text
    .split(/[\n,;]/)
    .map((each) => each.trim())
    .filter(Boolean);
}

/** `schedule` as the API takes it. */
export function scheduleOf(draft: Draft): Fields {
  const zone = draft.timezone.trim();
  // What cannot be told goes as it was written: the server says what is wrong with it.
  const moment = (wall: string) => (wall === "" ? null : (momentOf(wall, zone) ?? wall));
  return {
    type: draft.kind,
    value: valueOf(draft),
    timezone: zone,
    gap: draft.gap,
    fold: draft.fold,
    jitter_seconds: spanSeconds(draft.jitter) ?? 0,
    starts_at: moment(draft.startsAt),
    ends_at: moment(draft.endsAt),
    active_hours: listOf(draft.activeHours),
    excluded_dates: listOf(draft.excludedDates),
    excluded_calendars: listOf(draft.excludedCalendars),
  };
}

/** `policies` as the API takes them: those that the form edits. */
export function policiesOf(draft: Draft): Fields {
  const whole = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : text);
  return {
    catch_up: draft.catchUp,
    catch_up_max_age_seconds: spanSeconds(draft.catchUpMaxAge),
    overlap: draft.overlap,
    priority: whole(draft.priority),
    max_attempts: whole(draft.attempts),
    deadline_seconds: spanSeconds(draft.deadline),
  };
}

/** What the form of a schedule edits of a seat, as the API takes it. */
export function sectionsOf(draft: Draft): Sections {
  return { schedule: scheduleOf(draft), policies: policiesOf(draft) };
}

/** Only what was changed; null when nothing was. */
export function patchOf(before: Draft, after: Draft): Sections | null {
  return changes(sectionsOf(before), sectionsOf(after));
}

/** The field of the form that each part of the draft stands in. */
export const SCHEDULE_FIELDS: FieldOf<Draft> = {
  kind: "value",
  every: "value",
  cron: "value",
  at: "value",
  timezone: "timezone",
  gap: "gap",
  fold: "fold",
  jitter: "jitter_seconds",
  startsAt: "starts_at",
  endsAt: "ends_at",
  activeHours: "active_hours",
  excludedDates: "excluded_dates",
  excludedCalendars: "excluded_calendars",
  catchUp: "catch_up",
  catchUpMaxAge: "catch_up_max_age_seconds",
  overlap: "overlap",
  priority: "priority",
  attempts: "max_attempts",
  deadline: "deadline_seconds",
};

/** The field of the form that a path of the API's errors means, such as `schedule.active_hours.0`. */
export function fieldOf(path: string): string {
  const steps = path.split(".").filter((step) => !/^\d+$/.test(step) && step !== "councilor_config");
  if (steps.length === 1 && steps[0] === "schedule") return "value";
  // An agent and its task both have a name.
  if (steps[0] === "task" && (steps.length === 1 || steps[1] === "name")) return "task_name";
  return steps.at(steps.length > 1 ? 1 : 0) ?? "";
}
