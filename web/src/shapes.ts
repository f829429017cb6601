/**
 * What the page needs of an answer before anything is drawn from it. TypeScript believes what the
 * server was said to send; a server of another release, or something that answers in its place, may
 * send other things. Fields that the page can do without are not looked at.
 */
import type {
  Agent,
  BareAgent,
  CouncilorConfig,
  CouncilorsAnswer,
  ExecutionEvent,
  JournalEntry,
  JournalEvent,
  KpisAnswer,
  KpiWindow,
  MaintenanceWindow,
  RecentMark,
  SessionAnswer,
  Stats,
  TaskRow,
  TasksAnswer,
  UpdatedEvent,
  UsageAnswer,
  Verdict,
  WorkersAnswer,
} from "./wire";

/** The path of the first fault below `at`, or null. A test for a wider type does for a narrower. */
export interface Test<Value> {
  (value: unknown, at: string): string | null;
  readonly accepts?: (value: Value) => void;
}

/** Of some fields of `Value`; others are not looked at. */
type Fields<Value> = { readonly [Name in keyof Value]?: Test<Value[Name]> };

/** Where `value` is not as it should be: `agents[2].recent`; null when it is. */
export function faultOf(value: unknown, test: Test<never>): string | null {
  return test(value, "");
}

function a(kind: "string" | "number" | "boolean") {
  return (value: unknown, at: string) => (typeof value === kind ? null : at);
}

const anything: Test<unknown> = () => null;
const text: Test<string> = a("string");
const number: Test<number> = a("number");
const flag: Test<boolean> = a("boolean");
/** What is no date cannot be told in words: Intl throws. */
const moment: Test<string> = (value, at) => (typeof value === "string" && !Number.isNaN(Date.parse(value)) ? null : at);

function maybe<Value>(test: Test<Value>): Test<Value | null> {
  return (value, at) => (value === null ? null : test(value, at));
}

function list<Value>(test: Test<Value>): Test<readonly Value[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return at;
    for (const [place, one] of value.entries()) {
      const fault = test(one, `${at}[${place}]`);
      if (fault !== null) return fault;
    }
    return null;
  };
}

function shape<Value>(fields: Fields<Value>): Test<Value> {
  const tests = Object.entries(fields) as [string, Test<unknown>][];
  return (value, at) => {
    if (typeof value !== "object" || value === null) return at;
    for (const [name, test] of tests) {
      const fault = test((value as Record<string, unknown>)[name], at ? `${at}.${name}` : name);
      if (fault !== null) return fault;
    }
    return null;
  };
}

const verdict = shape<Verdict>({ severity: text, summary: text, reason: maybe(text), findings: list(shape({})) });

export const taskRow = shape<TaskRow>({
  task_id: text,
  agent_id: text,
  display_name: text,
  task_name: text,
  trigger: text,
  status: text,
  severity: maybe(text),
  verdict: maybe(verdict),
  error: maybe(text),
  attempt: number,
  created_at: moment,
  started_at: maybe(moment),
  completed_at: maybe(moment),
  retry_at: maybe(moment),
  not_before: maybe(moment),
  duration: maybe(number),
  slot_from: maybe(moment),
  slot_to: maybe(moment),
  slot_count: maybe(number),
});

const mark = shape<RecentMark>({
  task_id: text,
  status: text,
  severity: maybe(text),
  completed_at: maybe(moment),
  slot_from: maybe(moment),
  slot_to: maybe(moment),
});

const config = shape<CouncilorConfig>({
  title: text,
  schedule: shape({ type: text, value: text, enabled: flag }),
  task: shape({ name: text }),
});

const bare: Fields<BareAgent> = {
  agent_id: text,
  name: text,
  tags: list(text),
  is_councilor: flag,
  councilor_config: maybe(config),
  customization: maybe(shape({})),
  created_at: moment,
};

/** What of a list is as it should be. */
export function fitting<Value>(values: readonly Value[], test: Test<Value>): Value[] {
  return values.filter((value) => faultOf(value, test) === null);
}

export const session = shape<SessionAnswer>({ name: maybe(text), role: maybe(text), login_required: flag });

/** The rows are tested one by one. */
export const council = shape<CouncilorsAnswer>({ agents: list(anything), last_event_id: text, now: moment });
export const taskPage = shape<TasksAnswer>({ tasks: list(anything), total: number });

export const agent = shape<Agent>({
  ...bare,
  stats: shape<Stats>({ total_executions: number, success_rate: number }),
  next_execution: maybe(moment),
  current: maybe(taskRow),
  recent: list(mark),
});

const tally = shape<KpiWindow>({ runs: number, missed: number, success_rate: maybe(number), cost_usd: maybe(number) });

export const kpis = shape<KpisAnswer>({
  councilors: shape({ total: number, active: number, paused: number }),
  running: number,
  pending: number,
  today: tally,
  days_7: tally,
});

export const usage = shape<UsageAnswer>({
  days: list(shape({ councilors: shape({}) })),
  budgets: shape({ council: shape({}), councilors: shape({}) }),
});

export const workers = shape<WorkersAnswer>({
  queues: list(
    shape({
      queue: maybe(text),
      workers: number,
      waiting: number,
      unserved_since: maybe(moment),
      remedy: maybe(shape({ kind: text, command: text })),
    }),
  ),
});

export const journalEntry = shape<JournalEntry>({ seq: number, at: moment, kind: text, detail: text });

export const maintenanceWindow = shape<MaintenanceWindow>({
  window_id: text,
  starts_at: moment,
  ends_at: maybe(moment),
  tags: list(text),
  agent_ids: list(text),
});

const execution = shape<ExecutionEvent>({ seq: number, execution: taskRow });

export const EVENTS = {
  councilor_execution: execution,
  councilor_skipped: execution,
  councilor_updated: shape<UpdatedEvent>({ councilor_id: text, change: text, agent: maybe(shape(bare)) }),
  council_journal: shape<JournalEvent>({ entry: journalEntry }),
} as const;
