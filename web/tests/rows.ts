/** Rows of the API as the tests need them: everything quiet unless said otherwise. */
import type { Agent, CouncilEvent, RecentMark, TaskRow } from "../src/wire";

export const T0 = Date.parse("2026-11-22T12:00:00Z");

export function at(seconds: number): string {
  return new Date(T0 + seconds * 1000).toISOString();
}

export function task(over: Partial<TaskRow> = {}): TaskRow {
  return {
    task_id: "t1",
    agent_id: "otavia",
    display_name: "Otávia",
    title: null,
    task_name: "Busca de segredos",
    emoji: "🔐",
    trigger: "schedule",
    due_at: at(0),
    status: "pending",
    severity: null,
    verdict: null,
    error_kind: null,
    error: null,
    skip_reason: null,
    slot_from: null,
    slot_to: null,
    slot_count: null,
    attempt: 1,
    max_attempts: 1,
    not_before: null,
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

export function agent(over: Partial<Agent> = {}): Agent {
  return {
    agent_id: "otavia",
    name: "Otávia",
    title: null,
    emoji: "🔐",
    description: null,
    provider: "command",
    model: null,
    cwd: null,
    tags: [],
    is_councilor: true,
    councilor_config: {
      title: "Guardiã dos segredos",
      schedule: { type: "interval", value: "10m", enabled: true, timezone: null },
      task: { name: "Busca de segredos", prompt: "Procure." },
    },
    customization: null,
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
  const type = row.status === "skipped" || row.status === "missed" ? "councilor_skipped" : "councilor_execution";
  return { type, event_id: String(seq), seq, ts: T0 / 1000, execution: row, ...over };
}
