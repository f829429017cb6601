/**
 * The JSON of the HTTP API, as it travels. Times are ISO 8601 in UTC or null; every text may come
 * from an agent and is shown as text only.
 */

export type Severity = "success" | "info" | "warning" | "error";
export type TaskStatus =
  | "pending"
  | "processing"
  | "completed"
  | "error"
  | "cancelled"
  | "skipped"
  | "missed";
export type Trigger = "schedule" | "manual" | "catch_up" | "backfill" | "api";
export type Iso = string;

export interface Finding {
  readonly title: string;
  readonly severity: Severity;
  readonly file: string | null;
  readonly line: number | null;
  readonly detail: string | null;
  readonly fingerprint: string;
}

export interface Verdict {
  readonly severity: Severity;
  readonly summary: string;
  readonly source: "contract" | "heuristic";
  readonly reason: string | null;
  readonly findings: readonly Finding[];
}

/** What the attempts of a run spent together; a figure that the provider does not tell is absent. */
export interface Usage {
  /** All that was read, the part from the cache included. */
  readonly input_tokens?: number;
  /** All that was written, the part that was thought included. */
  readonly output_tokens?: number;
  readonly cached_tokens?: number;
  readonly reasoning_tokens?: number;
  readonly turns?: number;
  readonly tool_calls?: number;
  readonly cost_usd?: number;
  readonly model?: string;
  readonly session_id?: string;
}

/**
 * One execution. `duration` is in seconds; every other length of the API is in milliseconds. What may
 * be absent is so in events that an older release wrote.
 */
export interface TaskRow {
  readonly task_id: string;
  readonly agent_id: string;
  readonly display_name: string;
  readonly title: string | null;
  readonly task_name: string;
  readonly emoji: string | null;
  readonly trigger: Trigger;
  readonly due_at: Iso | null;
  readonly status: TaskStatus;
  readonly severity: Severity | null;
  readonly verdict: Verdict | null;
  readonly error_kind: string | null;
  /** Finer than the kind: what a provider said went wrong. */
  readonly error_cause?: string | null;
  readonly error: string | null;
  /** What the agent asked for and was not allowed, one line each. */
  readonly permission_denied?: readonly string[];
  /** What a reader should know of this run beside its verdict. */
  readonly notes?: readonly string[];
  readonly skip_reason: string | null;
  readonly slot_from: Iso | null;
  readonly slot_to: Iso | null;
  readonly slot_count: number | null;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly not_before: Iso | null;
  /** When a run that failed is tried again; null when no try is to come. */
  readonly retry_at?: Iso | null;
  /** No try begins later than this. */
  readonly deadline_at?: Iso | null;
  /** 1 to 9; 9 goes first. */
  readonly priority?: number;
  /** `turn`: another run of its councilor must end first. */
  readonly waits_for?: "turn" | null;
  readonly cancel_requested?: boolean;
  /** Why it was cancelled, when it was not a person who asked. */
  readonly cancel_reason?: string | null;
  readonly worker_id: string | null;
  readonly created_at: Iso;
  readonly started_at: Iso | null;
  readonly completed_at: Iso | null;
  readonly duration: number | null;
  readonly exit_code: number | null;
  readonly result: string | null;
  /** Events carry at most 4 kB of `result`; true says that the rest has to be fetched. */
  readonly result_truncated?: boolean;
  readonly usage: Usage | null;
}

/** One execution as it is asked for by its id: with what it was told and what was started. */
export interface TaskDetails extends TaskRow {
  readonly prompt: string;
  readonly instructions: string;
  /** The whole prompt as the agent got it; null before the end, and for a program. */
  readonly sent_prompt: string | null;
  readonly provider: string;
  readonly model: string | null;
  readonly permissions: string;
  readonly cwd: string | null;
  readonly command: readonly string[];
}

/** A final task as a councilor's card needs it. */
export interface RecentMark {
  readonly task_id: string;
  readonly status: TaskStatus;
  readonly severity: Severity | null;
  readonly due_at: Iso | null;
  readonly completed_at: Iso | null;
  readonly duration_ms: number | null;
  readonly summary: string | null;
  /** Why the severity is not the agent's own. */
  readonly reason: string | null;
  readonly error_kind: string | null;
  readonly error_cause: string | null;
  readonly skip_reason: string | null;
  readonly slot_from: Iso | null;
  readonly slot_to: Iso | null;
  readonly slot_count: number | null;
}

/** What stands behind `timezone` may be absent in what an older release wrote. */
export interface Schedule {
  readonly type: "interval" | "cron" | "at";
  readonly value: string;
  readonly enabled: boolean;
  readonly timezone: string | null;
  readonly gap?: "run_after" | "skip";
  readonly fold?: "once" | "twice";
  readonly jitter_seconds?: number;
  readonly starts_at?: Iso | null;
  readonly ends_at?: Iso | null;
  readonly active_hours?: readonly string[];
  readonly excluded_dates?: readonly string[];
  readonly excluded_calendars?: readonly string[];
}

/** The rules of a councilor, as far as the page shows or edits them. */
export interface Policies {
  readonly permissions?: string;
  readonly max_cost_usd_per_day?: number | null;
  readonly max_attempts?: number;
  readonly deadline_seconds?: number | null;
  readonly priority?: number;
  readonly overlap?: "skip" | "queue" | "cancel_running" | "allow";
  readonly catch_up?: "one" | "all" | "none";
  readonly catch_up_max_age_seconds?: number;
}

export interface CouncilorConfig {
  readonly title: string;
  readonly schedule: Schedule;
  readonly task: { readonly name: string; readonly prompt: string };
  readonly policies?: Policies;
}

export interface Customization {
  readonly enabled: boolean;
  readonly display_name: string | null;
  readonly avatar_url: string | null;
  readonly color: string | null;
}

export interface Stats {
  readonly total_executions: number;
  readonly last_execution: Iso | null;
  readonly success_rate: number;
  readonly average_duration_ms: number | null;
  readonly skipped: number;
  readonly missed: number;
}

/** An agent without the live additions, as `councilor_updated` carries it. */
export interface BareAgent {
  readonly agent_id: string;
  readonly name: string;
  readonly title: string | null;
  readonly emoji: string | null;
  readonly description: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly cwd: string | null;
  readonly tags: readonly string[];
  readonly is_councilor: boolean;
  readonly councilor_config: CouncilorConfig | null;
  /** What the schedule means, without its zone; an older release does not tell. */
  readonly schedule_sentence?: Readonly<Record<"pt-BR" | "en", string>> | null;
  readonly customization: Customization | null;
  /** On leave together with others, and back together with them. */
  readonly paused_in_bulk?: boolean;
  readonly stats: Stats | null;
  readonly created_at: Iso;
}

export interface Agent extends BareAgent {
  readonly next_execution: Iso | null;
  readonly current: TaskRow | null;
  /** Final tasks, newest last. */
  readonly recent: readonly RecentMark[];
}

export interface CouncilorsAnswer {
  readonly agents: readonly Agent[];
  readonly count: number;
  readonly last_event_id: string;
  readonly now: Iso;
}

export interface TasksAnswer {
  readonly tasks: readonly TaskRow[];
  readonly total: number;
  readonly last_event_id: string;
}

export interface KpiWindow {
  readonly runs: number;
  readonly success: number;
  readonly info: number;
  readonly warning: number;
  readonly error: number;
  readonly cancelled: number;
  readonly success_rate: number | null;
  readonly missed: number;
  readonly skipped: number;
  readonly cost_usd: number | null;
  readonly average_duration_ms: number | null;
}

export interface KpisAnswer {
  readonly councilors: { readonly total: number; readonly active: number; readonly paused: number };
  readonly running: number;
  readonly pending: number;
  readonly today: KpiWindow;
  readonly days_7: KpiWindow;
  readonly days_30: KpiWindow;
  readonly last_event_id: string;
  readonly now: Iso;
}

/** `spent`: the limit of the day or of the month is reached. */
export interface Budget {
  readonly today_usd: number;
  readonly month_usd: number;
  readonly max_cost_usd_per_day: number | null;
  readonly max_cost_usd_per_month: number | null;
  readonly spent: boolean;
}

export interface UsageAnswer {
  /** The last one is today. */
  readonly days: readonly {
    readonly date: string;
    readonly councilors: Readonly<Record<string, { readonly cost_usd: number | null }>>;
  }[];
  readonly budgets: {
    readonly council: Budget;
    readonly councilors: Readonly<Record<string, Budget>>;
  };
}

interface EventBase {
  readonly event_id: string;
  readonly seq: number;
  readonly ts: number;
}

export interface ExecutionEvent extends EventBase {
  readonly type: "councilor_execution" | "councilor_skipped";
  readonly execution: TaskRow;
}

export interface UpdatedEvent extends EventBase {
  readonly type: "councilor_updated";
  readonly councilor_id: string;
  readonly change: "promoted" | "edited" | "paused" | "resumed" | "demoted" | "deleted";
  readonly agent: BareAgent | null;
}

/** What happened to schedules, to the clock and to the server. `detail` is a sentence in English. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: Iso;
  readonly kind: string;
  readonly agent_id: string | null;
  readonly display_name: string | null;
  readonly detail: string;
}

/** A time in which slots are skipped. Without `tags` and `agent_ids` it holds for everybody. */
export interface MaintenanceWindow {
  readonly window_id: string;
  readonly starts_at: Iso;
  /** null: until somebody ends it. */
  readonly ends_at: Iso | null;
  readonly reason: string;
  readonly tags: readonly string[];
  readonly agent_ids: readonly string[];
}

/** `local`: by the clock on the wall in the schedule's zone. `note`: what daylight saving did to it. */
export interface Slot {
  readonly at: Iso;
  readonly local: string;
  readonly note: null | "gap" | "fold_first" | "fold_second";
}

/** What a schedule comes to. `left_out`: slots of this time that do not run, by reason. */
export interface SlotsAnswer {
  readonly schedule: Schedule;
  readonly sentence: Readonly<Record<"pt-BR" | "en", string>>;
  readonly timezone: string;
  readonly slots: readonly Slot[];
  readonly left_out: Readonly<Record<string, number>>;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

export interface JournalAnswer {
  readonly entries: readonly JournalEntry[];
  /** `before` of the next page; null on the last. */
  readonly next_before: number | null;
}

export interface MaintenanceAnswer {
  readonly windows: readonly MaintenanceWindow[];
}

export interface JournalEvent extends EventBase {
  readonly type: "council_journal";
  readonly entry: JournalEntry;
  readonly window?: MaintenanceWindow | null;
}

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
