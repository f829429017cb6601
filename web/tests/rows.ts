/** Rows of the API as the tests need them: everything quiet unless said otherwise. */
import type { Agent, CouncilEvent, CouncilorConfig, Policies, RecentMark, Schedule, TaskRow } from "../src/wire";

export const T0 = Date.parse("2026-11-22T12:00:00Z");

export function at(seconds: number): string {
  return new Date(T0 + seconds * 1000).toISOString();
}

export function task(over: Partial<TaskRow> = {}): TaskRow {
  const task_id = over.task_id ?? "t1";
  return {
    _id: task_id,
    task_id,
    execution_id: task_id,
    instance_id: "councilor_otavia",
    is_councilor_execution: true,
    idempotency_key: task_id,
    agent_id: "otavia",
    queue: null,
    display_name: "Otávia",
    title: "Guardiã dos segredos",
    task_name: "Busca de segredos",
    emoji: "🔐",
    trigger: "schedule",
    due_at: at(0),
    status: "pending",
    severity: null,
    verdict: null,
    error_kind: null,
    error_cause: null,
    error: null,
    permission_denied: [],
    notes: [],
    skip_reason: null,
    slot_from: null,
    slot_to: null,
    slot_count: null,
    attempt: 1,
    max_attempts: 1,
    retry_policy: { max_attempts: 1, backoff_seconds: 5, factor: 2, max_seconds: 3600, jitter: 0.25 },
    retry_at: null,
    deadline_at: null,
    not_before: null,
    priority: 5,
    waits_for: null,
    cancel_requested: false,
    cancel_reason: null,
    worker_id: null,
    created_at: at(0),
    started_at: null,
    completed_at: null,
    duration: null,
    exit_code: null,
    result: null,
    usage: null,
    ...over,
  };
}

export function done(over: Partial<TaskRow> = {}): TaskRow {
  const severity = over.severity ?? "success";
  return task({
    status: "completed",
    severity,
    started_at: at(1),
    completed_at: at(3),
    duration: 2,
    verdict: { severity, summary: "Tudo em ordem", source: "contract", reason: null, findings: [] },
    ...over,
  });
}

export function mark(over: Partial<RecentMark> = {}): RecentMark {
  return {
    task_id: "m1",
    status: "completed",
    severity: "success",
    due_at: at(0),
    completed_at: at(3),
    duration_ms: 2000,
    summary: "Tudo em ordem",
    reason: null,
    error_kind: null,
    error_cause: null,
    skip_reason: null,
    slot_from: null,
    slot_to: null,
    slot_count: null,
    ...over,
  };
}

export function schedule(over: Partial<Schedule> = {}): Schedule {
  return {
    type: "interval",
    value: "10m",
    enabled: true,
    timezone: "UTC",
    gap: "run_after",
    fold: "once",
    jitter_seconds: 0,
    starts_at: null,
    ends_at: null,
    active_hours: [],
    excluded_dates: [],
    excluded_calendars: [],
    ...over,
  };
}

export function policies(over: Partial<Policies> = {}): Policies {
  return {
    timeout_seconds: 600,
    silence_timeout_seconds: null,
    max_attempts: 1,
    retry_backoff_seconds: 5,
    retry_backoff_factor: 2,
    retry_backoff_max_seconds: 3600,
    retry_jitter: 0.25,
    retry_on_timeout: false,
    deadline_seconds: null,
    priority: 5,
    overlap: "skip",
    catch_up: "one",
    catch_up_max_age_seconds: 86_400,
    max_cost_usd: null,
    max_cost_usd_per_day: null,
    max_cost_usd_per_month: null,
    continuity: false,
    permissions: "read-only",
    evidence: "required",
    ...over,
  };
}

export function config(over: Partial<CouncilorConfig> = {}): CouncilorConfig {
  return {
    title: "Guardiã dos segredos",
    schedule: schedule(),
    task: { name: "Busca de segredos", prompt: "Procure.", context_files: [], output_format: "checklist" },
    notifications: { on_success: false, on_warning: true, on_error: true, channels: ["panel"], ping_url: null },
    policies: policies(),
    ...over,
  };
}

export function agent(over: Partial<Agent> = {}): Agent {
  const agent_id = over.agent_id ?? "otavia";
  return {
    _id: agent_id,
    agent_id,
    queue: null,
    name: "Otávia",
    title: null,
    emoji: "🔐",
    description: null,
    instructions: null,
    prompt: null,
    provider: "command",
    model: null,
    command: ["true"],
    shell: false,
    cwd: null,
    tags: [],
    is_councilor: true,
    councilor_config: config(),
    customization: null,
    anchor_at: null,
    slots_from: null,
    paused_in_bulk: false,
    source: null,
    source_digest: null,
    updated_at: at(-86_400),
    version: 1,
    schedule_sentence: null,
    stats: {
      total_executions: 3,
      last_execution: at(-600),
      success_rate: 100,
      average_duration_ms: 2000,
      skipped: 0,
      missed: 0,
    },
    created_at: at(-86_400),
    next_execution: at(600),
    current: null,
    recent: [],
    ...over,
  };
}

let seq = 0;

export function execution(row: TaskRow, over: { seq?: number } = {}): CouncilEvent {
  seq += 1;
  const { agent_id, task_id, display_name, task_name, emoji, instance_id, severity, started_at, completed_at } = row;
  const common = { display_name, task_name, emoji, instance_id, is_councilor_execution: true };
  const told = { ...common, event_id: String(seq), seq, ts: T0 / 1000, councilor_id: agent_id, execution_id: task_id };
  if (row.status === "skipped" || row.status === "missed") {
    const { skip_reason: reason, slot_from, slot_to, slot_count } = row;
    const lost = { status: row.status, reason, slot_from, slot_to, slot_count };
    return { ...told, type: "councilor_skipped", ...lost, execution: row, ...over };
  }
  const status = row.status === "processing" ? "running" : row.status;
  const times = { started_at, completed_at, duration_ms: null, summary: row.verdict?.summary ?? null };
  return { ...told, type: "councilor_execution", status, severity, ...times, execution: row, ...over };
}
