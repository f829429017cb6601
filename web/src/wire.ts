/**
 * The JSON of the HTTP API by the names that the page uses for it. What it holds is told by the
 * server (openapi.json, `make api`). Every text may come from an agent and is shown as text only.
 */
import type { components } from "../generated/openapi";

type Schemas = components["schemas"];

/** ISO 8601 in UTC. */
export type Iso = string;
export type Severity = Schemas["Severity"];
export type TaskStatus = Schemas["Status"];
export type Trigger = Schemas["Trigger"];

export type Finding = Schemas["Finding"];
export type Verdict = Schemas["Verdict"];
/** What the attempts of a run spent together; a figure that the provider does not tell is absent. */
export type Usage = Schemas["Spent"];

/** One execution. `duration` is in seconds; every other length of the API is in milliseconds. */
export type TaskRow = Schemas["TaskRow"];
/** One execution as it is asked for by its id: with what it was told and what was started. */
export type TaskDetails = Schemas["WholeTask"];
/** A final task as a councilor's card needs it. */
export type RecentMark = Schemas["Mark"];

export type Schedule = Schemas["Schedule"];
export type Policies = Schemas["Policies"];
export type CouncilorConfig = Schemas["CouncilorConfig"];
export type Customization = Schemas["Customization"];
export type Stats = Schemas["Stats"];

/** An agent without the live additions, as `councilor_updated` carries it. */
export type BareAgent = Schemas["BareAgent"];
/** `recent`: final tasks, newest last. */
export type Agent = Schemas["Agent"];

export type CouncilorsAnswer = Schemas["Council"];
export type TasksAnswer = Schemas["TaskPage"];

export type KpiWindow = Schemas["KpiWindow"];
export type KpisAnswer = Schemas["Kpis"];
/** `spent`: the limit of the day or of the month is reached. */
export type Budget = Schemas["BudgetState"];
/** Of `days` the last one is today. */
export type UsageAnswer = Schemas["UsageReport"];

/** Who serves a queue and what waits in it; `queue` null is that of agents without one. */
export type Queue = Schemas["Queue"];
export type WorkersAnswer = Schemas["Workers"];

/** What happened to schedules, to the clock and to the server. `detail` is a sentence in English. */
export type JournalEntry = Schemas["JournalEntry"];
export type JournalKind = Schemas["JournalKind"];
export type JournalAnswer = Schemas["JournalPage"];
/** A time in which slots are skipped. Without `tags` and `agent_ids` it holds for everybody. */
export type MaintenanceWindow = Schemas["Window"];
export type MaintenanceAnswer = Schemas["Windows"];

export type Slot = Schemas["Slot"];
/** What a schedule comes to. `left_out`: slots of this time that do not run, by reason. */
export type SlotsAnswer = Schemas["Preview"];

/** What ended over a span of time, by councilor; a lane with many rows has bars that count them. */
export type TimelineAnswer = Schemas["Timeline"];
export type LaneRow = Schemas["LaneRow"];
export type LaneBar = Schemas["Bar"];

export type SessionAnswer = Schemas["Session"];

/** `started` and `refused` of a call, the others of a pause or resume. */
export type BulkAnswer = Partial<Schemas["BulkRun"] & Schemas["Switched"]>;
export type BackfillPlan = Schemas["BackfillPlan"];
export type StartedBackfill = Schemas["StartedBackfill"];

export type ExecutionEvent =
  | ({ readonly type: "councilor_execution" } & Schemas["ExecutionEvent"])
  | ({ readonly type: "councilor_skipped" } & Schemas["SkippedEvent"]);
export type UpdatedEvent = { readonly type: "councilor_updated" } & Schemas["UpdatedEvent"];
export type JournalEvent = { readonly type: "council_journal" } & Schemas["JournalEvent"];

/**
 * The events the page acts on. `councilor_started`, `councilor_completed` and `councilor_error` are
 * left out: `councilor_execution` says the same, and more, at the same moment.
 */
export type CouncilEvent = ExecutionEvent | UpdatedEvent | JournalEvent;

export const COUNCIL_EVENT_TYPES = [
  "councilor_execution",
  "councilor_skipped",
  "councilor_updated",
  "council_journal",
] as const satisfies readonly CouncilEvent["type"][];
