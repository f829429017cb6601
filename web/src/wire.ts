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
export type Trigger = "schedule" | "manual" | "catch_up" | "api";
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
  readonly cancel_requested?: boolean;
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

export interface Schedule {
  readonly type: "interval" | "cron";
  readonly value: string;
  readonly enabled: boolean;
  readonly timezone: string | null;
}

export interface CouncilorConfig {
  readonly title: string;
  readonly schedule: Schedule;
  readonly task: { readonly name: string; readonly prompt: string };
  readonly policies?: { readonly permissions?: string; readonly max_cost_usd_per_day?: number | null };
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
  readonly customization: Customization | null;
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

/**
 * The events the page acts on. `councilor_started`, `councilor_completed` and `councilor_error` are
 * left out: `councilor_execution` says the same, and more, at the same moment.
 */
export type CouncilEvent = ExecutionEvent | UpdatedEvent;

export const COUNCIL_EVENT_TYPES = [
  "councilor_execution",
  "councilor_skipped",
  "councilor_updated",
] as const satisfies readonly CouncilEvent["type"][];
