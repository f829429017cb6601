/**
 * What a person writes of a councilor, as the fields of the form hold it, and turned into what the
 * API takes. The schedule and its rules are those of the schedule's own form.
 */
import {
  type Draft as ScheduleDraft,
  draftOf as scheduleDraftOf,
  listOf,
  policiesOf,
  SCHEDULE_FIELDS,
  scheduleOf,
  type Span,
  spanOf,
  spanSeconds,
} from "../agenda/draft";
import type { Schedule } from "../wire";
import type { Channel, Entry, Evidence, OutputFormat, Permissions, SeatAgent, SeatConfig } from "./documents";
import type { FieldOf } from "./merge";
import type { Fields, Sections } from "./patch";

export interface SeatDraft extends ScheduleDraft {
  // The agent.
  readonly agentId: string;
  /** Written by hand: not proposed anew when the name changes. */
  readonly ownId: boolean;
  readonly name: string;
  readonly emoji: string;
  readonly description: string;
  readonly instructions: string;
  /** Empty until somebody, or the health of the providers, has chosen. */
  readonly provider: string;
  readonly model: string;
  /** One argument a line, or all of them as a JSON list; one line for a shell. */
  readonly command: string;
  readonly shell: boolean;
  readonly cwd: string;
  readonly tags: string;
  readonly queue: string;
  // The seat.
  readonly title: string;
  readonly displayName: string;
  readonly avatarUrl: string;
  /** Empty: that of its face. */
  readonly color: string;
  readonly lookEnabled: boolean;
  readonly taskName: string;
  readonly prompt: string;
  readonly contextFiles: string;
  readonly outputFormat: OutputFormat;
  readonly onSuccess: boolean;
  readonly onWarning: boolean;
  readonly onError: boolean;
  readonly channels: readonly Channel[];
  readonly pingUrl: string;
  readonly timeout: Span;
  readonly silence: Span;
  readonly backoff: Span;
  readonly backoffFactor: string;
  readonly backoffMax: Span;
  /** In percent. */
  readonly retryJitter: string;
  readonly retryOnTimeout: boolean;
  readonly continuity: boolean;
  readonly permissions: Permissions;
  readonly evidence: Evidence;
  readonly maxCost: string;
  readonly maxCostDay: string;
  readonly maxCostMonth: string;
}

export const PROMPT_LIMIT = 10_000;
export const CHANNELS_OFFERED = ["panel", "toast", "email"] as const satisfies readonly Channel[];
/** Runs any program; all others have a model behind them, or come from a file of the server. */
export const COMMAND = "command";
const BUILT_IN_CHECKS = ["python", "-m", "conselho.checks"];
/** An agent that reads a repository takes minutes; the usual bound is made for checks. */
const AGENT_TIMEOUT_SECONDS = 1_800;

/** The field of the form that each part of the draft stands in. */
export const SEAT_FIELDS: FieldOf<SeatDraft> = {
  ...SCHEDULE_FIELDS,
  agentId: "agent_id",
  ownId: "agent_id",
  name: "name",
  emoji: "emoji",
  description: "description",
  instructions: "instructions",
  provider: "provider",
  model: "model",
  command: "command",
  shell: "command",
  cwd: "cwd",
  tags: "tags",
  queue: "queue",
  title: "title",
  displayName: "display_name",
  avatarUrl: "avatar_url",
  color: "color",
  lookEnabled: "enabled",
  taskName: "task_name",
  prompt: "prompt",
  contextFiles: "context_files",
  outputFormat: "output_format",
  onSuccess: "on_success",
  onWarning: "on_warning",
  onError: "on_error",
  channels: "channels",
  pingUrl: "ping_url",
  timeout: "timeout_seconds",
  silence: "silence_timeout_seconds",
  backoff: "retry_backoff_seconds",
  backoffFactor: "retry_backoff_factor",
  backoffMax: "retry_backoff_max_seconds",
  retryJitter: "retry_jitter",
  retryOnTimeout: "retry_on_timeout",
  continuity: "continuity",
  permissions: "permissions",
  evidence: "evidence",
  maxCost: "max_cost_usd",
  maxCostDay: "max_cost_usd_per_day",
  maxCostMonth: "max_cost_usd_per_month",
};

/** Fields of the agent itself; the others are those of its seat. */
export const AGENT_FIELDS = ["name", "emoji", "description", "instructions", "provider", "model", "command", "cwd", "tags", "queue"];

// Beginnings.

/** Of an agent with a seat as it is; of one without, a blank seat. */
export function draftOfAgent(agent: SeatAgent, zone: string): SeatDraft {
  const config = agent.councilor_config ?? blankConfig(zone);
  const look = agent.customization;
  return {
    ...draftOfConfig(config),
    agentId: agent.agent_id,
    ownId: true,
    name: agent.name,
    emoji: agent.emoji ?? "",
    description: agent.description ?? "",
    instructions: agent.instructions ?? "",
    provider: agent.provider ?? "",
    model: agent.model ?? "",
    command: commandText(agent.command ?? []),
    shell: agent.shell ?? false,
    cwd: agent.cwd ?? "",
    tags: agent.tags.join(", "),
    queue: agent.queue ?? "",
    displayName: look?.display_name ?? "",
    avatarUrl: look?.avatar_url ?? "",
    color: look?.color?.toLowerCase() ?? "",
    lookEnabled: look?.enabled ?? true,
  };
}

/** Of nobody yet, for a provider: it decides how long a run may take. */
export function blankDraft(provider: string, zone: string): SeatDraft {
  const config = blankConfig(zone);
  return {
    ...draftOfConfig({ ...config, policies: { timeout_seconds: timeoutFor(provider) } }),
    agentId: "",
    ownId: false,
    name: "",
    emoji: "🔎",
    description: "",
    instructions: "",
    provider,
    model: "",
    command: "",
    shell: false,
    cwd: "",
    tags: "",
    queue: "",
    displayName: "",
    avatarUrl: "",
    color: "",
    lookEnabled: true,
  };
}

/**
 * Of an entry of the catalogue, for a provider. A program is told the task alone: a template becomes
 * its built-in check where there is one, an investigator's instructions stand in the task.
 */
export function draftOfEntry(entry: Entry, provider: string, zone: string): SeatDraft {
  const program = provider === COMMAND;
  const check = program && entry.kind === "template" && entry.check.length > 0;
  const task = entry.kind === "template" ? { name: entry.name, prompt: entry.prompt, output_format: entry.output_format } : entry.task;
  const trade = entry.kind === "investigator" ? entry.instructions : "";
  return {
    ...blankDraft(provider, zone),
    ...whenOf(entry.schedule, zone),
    agentId: entry.agent_id,
    name: entry.name,
    emoji: entry.emoji,
    description: entry.description,
    title: entry.title,
    instructions: program ? "" : trade,
    command: check ? [...BUILT_IN_CHECKS, ...entry.check].join("\n") : "",
    taskName: task.name,
    prompt: check ? entry.description : program && trade ? `${trade}\n\n${task.prompt}` : task.prompt,
    outputFormat: task.output_format,
  };
}

/** Whether an entry needs no model: the check that comes along does the same. */
export function isFree(entry: Entry): boolean {
  return entry.kind === "template" && entry.check.length > 0;
}

function timeoutFor(provider: string): number {
  return provider === COMMAND || provider === "" ? 600 : AGENT_TIMEOUT_SECONDS;
}

function blankConfig(zone: string): SeatConfig {
  const schedule = { type: "interval", value: "1d", timezone: zone } as const;
  // Who fills in a form looks at the page: there it is told, too.
  return { title: "", schedule, task: { name: "", prompt: "" }, notifications: { channels: ["panel", "toast"] } };
}

function whenOf(schedule: Pick<Schedule, "type" | "value">, zone: string): ScheduleDraft {
  return scheduleDraftOf({ schedule: { ...schedule, timezone: zone } });
}

function draftOfConfig({ title, schedule, task, notifications: told = {}, policies = {} }: SeatConfig) {
  return {
    ...scheduleDraftOf({ schedule, policies }),
    title,
    taskName: task.name,
    prompt: task.prompt,
    contextFiles: (task.context_files ?? []).join("\n"),
    outputFormat: task.output_format ?? "checklist",
    onSuccess: told.on_success ?? false,
    onWarning: told.on_warning ?? true,
    onError: told.on_error ?? true,
    channels: told.channels ?? ["panel"],
    pingUrl: told.ping_url ?? "",
    ...rulesOf(policies),
  };
}

function rulesOf(policies: NonNullable<SeatConfig["policies"]>) {
  return {
    timeout: spanOf(policies.timeout_seconds ?? 600),
    silence: spanOf(policies.silence_timeout_seconds ?? null),
    backoff: spanOf(policies.retry_backoff_seconds ?? 5),
    backoffFactor: String(policies.retry_backoff_factor ?? 2),
    backoffMax: spanOf(policies.retry_backoff_max_seconds ?? 3_600),
    retryJitter: String(Math.round((policies.retry_jitter ?? 0.25) * 1e6) / 1e4),
    retryOnTimeout: policies.retry_on_timeout ?? false,
    continuity: policies.continuity ?? false,
    permissions: policies.permissions ?? "read-only",
    evidence: policies.evidence ?? "required",
    maxCost: money(policies.max_cost_usd),
    maxCostDay: money(policies.max_cost_usd_per_day),
    maxCostMonth: money(policies.max_cost_usd_per_month),
  };
}

function money(usd: number | null | undefined): string {
  return usd === null || usd === undefined ? "" : String(usd);
}

// What is sent.

/** A new catalogue entry. */
export function agentForm(draft: SeatDraft): Fields {
  return { agent_id: draft.agentId.trim(), ...agentSections(draft) };
}

/** All that the form says. The names of the agent's fields and of the seat's parts differ. */
export function allSections(draft: SeatDraft): Sections {
  return { ...agentSections(draft), ...seatSections(draft) };
}

/** The agent itself, as `PATCH agents` takes it. What means nothing to a plain program is left out for one. */
export function agentSections(draft: SeatDraft): Sections {
  const program = draft.provider === COMMAND;
  return {
    name: draft.name,
    emoji: orNull(draft.emoji),
    description: orNull(draft.description),
    provider: draft.provider,
    ...(program
      ? { command: argumentsOf(draft), shell: draft.shell }
      : { instructions: orNull(draft.instructions), model: orNull(draft.model) }),
    cwd: orNull(draft.cwd.trim()),
    tags: listOf(draft.tags),
    queue: orNull(draft.queue.trim()),
  };
}

/** The program and its arguments; one text for a shell. */
export function argumentsOf({ command, shell }: Pick<SeatDraft, "command" | "shell">): string[] {
  if (shell) return [command.trim()].filter(Boolean);
  return listedArguments(command) ?? command.split("\n").filter((line) => line.trim());
}

/** Arguments of several lines, or of none, cannot stand one a line. */
function commandText(command: readonly string[]): string {
  const isPlain = command.every((argument) => argument.trim() !== "" && !argument.includes("\n"));
  return isPlain || command.length < 2 ? command.join("\n") : JSON.stringify(command);
}

function listedArguments(text: string): string[] | null {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((each) => typeof each === "string") ? list : null;
  } catch {
    return null;
  }
}

export function promoteForm(draft: SeatDraft): Fields {
  const { customization, ...config } = seatSections(draft);
  return { councilor_config: config, customization };
}

/** Of an agent that had no looks of its own before: without any, there is nothing to say of them. */
export function newSeatForm(draft: SeatDraft): Fields {
  const { customization, ...form } = promoteForm(draft);
  const isPlain = !draft.displayName.trim() && !draft.avatarUrl.trim() && !draft.color;
  return isPlain ? form : { ...form, customization };
}

/**
 * Everything of a seat, as `PATCH councilor-config` takes it. What a plain program makes nothing of is
 * neither shown for one nor sent.
 */
export function seatSections(draft: SeatDraft): Sections {
  return {
    title: draft.title,
    schedule: scheduleOf(draft),
    task: {
      name: draft.taskName,
      prompt: draft.prompt,
      ...(draft.provider !== COMMAND && { context_files: linesOf(draft.contextFiles) }),
      output_format: draft.outputFormat,
    },
    notifications: {
      on_success: draft.onSuccess,
      on_warning: draft.onWarning,
      on_error: draft.onError,
      channels: draft.channels,
      ping_url: orNull(draft.pingUrl.trim()),
    },
    policies: { ...policiesOf(draft), ...runPolicies(draft), ...(draft.provider !== COMMAND && agentPolicies(draft)) },
    customization: {
      enabled: draft.lookEnabled,
      display_name: orNull(draft.displayName),
      avatar_url: orNull(draft.avatarUrl.trim()),
      color: orNull(draft.color),
    },
  };
}

function runPolicies(draft: SeatDraft): Fields {
  return {
    timeout_seconds: spanSeconds(draft.timeout),
    silence_timeout_seconds: spanSeconds(draft.silence),
    retry_backoff_seconds: spanSeconds(draft.backoff),
    retry_backoff_factor: numberOf(draft.backoffFactor),
    retry_backoff_max_seconds: spanSeconds(draft.backoffMax),
    retry_jitter: share(draft.retryJitter),
    retry_on_timeout: draft.retryOnTimeout,
  };
}

function agentPolicies(draft: SeatDraft): Fields {
  return {
    continuity: draft.continuity,
    permissions: draft.permissions,
    evidence: draft.evidence,
    max_cost_usd: numberOf(draft.maxCost),
    max_cost_usd_per_day: numberOf(draft.maxCostDay),
    max_cost_usd_per_month: numberOf(draft.maxCostMonth),
  };
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/** With a comma or a point; what is no number goes as it was written, and empty is none. */
export function numberOf(text: string): number | string | null {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : text;
}

function share(percent: string): number | string | null {
  const value = numberOf(percent);
  return typeof value === "number" ? value / 100 : value;
}

function orNull(text: string): string | null {
  return text.trim() === "" ? null : text;
}
