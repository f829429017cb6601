/**
 * What is wrong with a field of the form of a seat: what can be told at once, and the server's most
 * frequent sentences in the reader's words. The server has the last word.
 */
import { inWords as scheduleWords, judge as judgeSchedule, type Mistakes } from "../agenda/mistakes";
import { spanSeconds, valueOf } from "../agenda/draft";
import type { AgendaMessages } from "../i18n/agenda.pt-BR";
import type { SeatMessages } from "../i18n/seat.pt-BR";
import { asWritten } from "../text/as_written";
import { isAgentId } from "./agent_id";
import { argumentsOf, COMMAND, numberOf, PROMPT_LIMIT, type SeatDraft } from "./draft";

type Words = SeatMessages["wrong"];
type ScheduleWords = AgendaMessages["form"]["wrong"];

export interface Known {
  /** The agent is there already: it has its id. */
  readonly isThere: boolean;
  /** Ids of all agents; true for those with a seat. */
  readonly taken: ReadonlyMap<string, boolean>;
}

/** What is wrong with what was written; an empty field is none. */
export function judge(draft: SeatDraft, known: Known, t: Words, schedule: ScheduleWords): Mistakes {
  const length = lengthOf(draft.prompt);
  const found: Record<string, string | null> = {
    agent_id: known.isThere ? null : judgeId(draft.agentId.trim(), known.taken, t),
    prompt: length > PROMPT_LIMIT ? t.tooLong(String(PROMPT_LIMIT)) : null,
    command: draft.provider === COMMAND ? commandLine(draft, t) : null,
    channels: draft.channels.length === 0 ? t.channels : null,
    retry_backoff_factor: aNumber(draft.backoffFactor, t),
    retry_jitter: aNumber(draft.retryJitter, t),
    max_cost_usd: aNumber(draft.maxCost, t),
    max_cost_usd_per_day: aNumber(draft.maxCostDay, t),
    max_cost_usd_per_month: aNumber(draft.maxCostMonth, t),
    timeout_seconds: spanSeconds(draft.timeout) === null ? t.required : null,
  };
  return { ...asMistakes(found), ...judgeSchedule(draft, schedule) };
}

/** What has to be filled in and is not: told once somebody wants to save. */
export function missing(draft: SeatDraft, known: Known, t: Words): Mistakes {
  const required: Record<string, string> = {
    ...(!known.isThere && { agent_id: draft.agentId }),
    name: draft.name,
    provider: draft.provider,
    title: draft.title,
    task_name: draft.taskName,
    prompt: draft.prompt,
    value: valueOf(draft),
  };
  const empty = Object.entries(required).filter(([, value]) => value.trim() === "");
  const found: Record<string, string | null> = Object.fromEntries(empty.map(([field]) => [field, t.required]));
  if (draft.provider === COMMAND && argumentsOf(draft).length === 0) found.command = t.command;
  return asMistakes(found);
}

function judgeId(id: string, taken: ReadonlyMap<string, boolean>, t: Words): string | null {
  if (id === "") return null;
  if (!isAgentId(id)) return t.idShape;
  return taken.has(id) ? (taken.get(id) ? t.idSeated : t.idTaken) : null;
}

/** A whole command line in place of the program, as one writes it in a terminal: no program has such a name. */
function commandLine(draft: SeatDraft, t: Words): string | null {
  const [program = ""] = draft.shell ? [] : argumentsOf(draft);
  const [first = "", next = "", ...rest] = program.trim().split(/\s+/);
  const isLine = next !== "" && (!first.includes("/") || [next, ...rest].some((word) => word.startsWith("-")));
  return isLine ? t.commandLine(first, next) : null;
}

function aNumber(text: string, t: Words): string | null {
  return typeof numberOf(text) === "string" ? t.number : null;
}

/** As the server counts: blanks around do not, and a letter beyond the first plane is one. */
export function lengthOf(text: string): number {
  return [...asWritten(text).trim()].length;
}

function asMistakes(found: Readonly<Record<string, string | null>>): Mistakes {
  const mistakes = Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(mistakes.map(([field, own]) => [field, { own, said: "" }]));
}

type Translate = (found: RegExpExecArray, t: Words, field: Readonly<Record<string, string>>) => string;

const KNOWN: readonly (readonly [RegExp, Translate])[] = [
  [/^must have at most (\d+) characters$/, ([, n], t) => t.tooLong(n!)],
  [/^must be one line without control characters/, (_, t) => t.oneLine],
  [/^must have 1 to 128 letters/, (_, t) => t.idShape],
  [/^must have 1 to 64 letters/, (_, t) => t.queueShape],
  [/^'(.*)' lies outside the workspaces of this server \((.*)\)$/s, ([, folder, allowed], t) => t.outside(folder!, allowed!)],
  [/must be an absolute path$/, (_, t) => t.absolute],
  [/must be a path relative to the agent's cwd/, (_, t) => t.inside],
  [/^is required by provider 'command'/, (_, t) => t.command],
  [/^with 'shell', write a list of one text/, (_, t) => t.shell],
  [/^there is no provider /, (_, t) => t.provider],
  [/^must be a path or begin with/, (_, t) => t.avatar],
  [/is not a web address/, (_, t) => t.web],
  [/^must have at least 1 entry$/, (_, t) => t.channels],
  [/^must be at least (max_cost\w+), which is (\S+)$/, ([, part, value], t, field) => t.notBelow(field[part!] ?? part!, value!)],
  [/ is below the minimum .*, (\S+) s: /s, ([, least], t) => t.tooOften(least!)],
  [/ never fires|^never fires/, (_, t) => t.never],
  [/^there is no calendar '(.*?)'/, ([, name], t) => t.calendar(name!)],
];

/** The server's sentence in the reader's words; null when it is none of the frequent ones. */
export function inWords(said: string, words: SeatMessages, schedule: ScheduleWords): string | null {
  for (const [pattern, say] of KNOWN) {
    const found = pattern.exec(said);
    if (found) return say(found, words.wrong, words.field);
  }
  return scheduleWords(said, schedule);
}
