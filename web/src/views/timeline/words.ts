/** What a mark tells: for the card beside it, and for who cannot see either. */
import { computed } from "@preact/signals";

import { now } from "../../clock";
import { isMaintained } from "../../council/journal";
import type { MarkKind } from "../../council/standing";
import { formats, language, messages } from "../../i18n";
import { timelineMessages } from "../../i18n/timeline";
import { agendaAddress, councilorAddress, executionAddress } from "../../route";
import { capital } from "../../text/format";
import { markNews, missedNews, missedReason, skippedNews } from "../../text/news";
import type { BareAgent, MaintenanceWindow } from "../../wire";
import { type Current, isLost, type Kind, type Lane, type Row, weightOf } from "../../timeline/lanes";
import type { BarMark, FutureMark, LostMark, RunMark, SlotMark, StretchMark } from "../../timeline/layout";
import { type Span, stepStart } from "../../timeline/span";

export type AnyMark = RunMark | LostMark | BarMark | FutureMark | CurrentMark;

export interface CurrentMark {
  readonly type: "current";
  readonly key: string;
  readonly current: Current;
}

export interface Told {
  readonly mark: MarkKind | "planned" | null;
  readonly title: string;
  readonly lines: readonly string[];
}

/** Whether the page hears the server, and if not, since when. */
export interface Hearing {
  readonly lost: boolean;
  readonly heardAt: number;
}

export interface About {
  readonly lane: Lane;
  readonly span: Span;
  readonly agent: BareAgent | undefined;
  readonly windows: readonly MaintenanceWindow[];
}

/** Where a mark leads: to what ran, else to the councilor or its schedule. */
export function addressFor(mark: AnyMark, laneId: string): string {
  switch (mark.type) {
    case "run":
    case "lost":
      return executionAddress(mark.row.id);
    case "current":
      return executionAddress(mark.current.id);
    case "bar":
      return mark.rows[0] ? executionAddress(mark.rows[0].id) : councilorAddress(laneId);
    default:
      return agendaAddress(laneId);
  }
}

export function leadWord(mark: AnyMark): string {
  const t = timelineMessages.value;
  if (mark.type === "lost") return t.seeSlot;
  if (mark.type === "slot" || mark.type === "stretch") return t.seeAgenda;
  return mark.type === "bar" ? t.seeCouncilor : t.seeRun;
}

export function tell(mark: AnyMark, about: About, hearing: Hearing): Told {
  switch (mark.type) {
    case "run":
      return mark.rows.length > 1 ? tellSeveral(mark) : tellRun(mark.row);
    case "lost":
      return tellLost(mark.row);
    case "bar":
      return tellBar(mark, about.span);
    case "current":
      return tellCurrent(mark.current, hearing);
    case "slot":
      return tellSlot(mark, about, hearing);
    case "stretch":
      return tellStretch(mark, about, hearing);
  }
}

/** One line for a screen reader. It does not change from second to second. */
export function labelOf(mark: AnyMark, about: About, hearing: Hearing): string {
  if (mark.type === "current" && mark.current.works && mark.current.since !== null && !hearing.lost)
    return timelineMessages.value.workingSince(moment(mark.current.since));
  const { title, lines } = tell(mark, about, hearing);
  const still = mark.type === "slot" && !hearing.lost ? lines.slice(1) : lines;
  return [title, ...still].join(". ");
}

export function wordOf(kind: Kind): string {
  return messages.value.mark[kind];
}

export function whenOf(row: Row): string {
  return moment(row.to);
}

function moment(at: number): string {
  return formats.value.moment(at, now.peek());
}

const dates = computed(() => new Intl.DateTimeFormat(language.value, { day: "numeric", month: "short" }));

/** "at 14:26", and on which day when that is another one. */
function atWords(at: number): string {
  const [t, f] = [timelineMessages.value, formats.value];
  return isOfOneDay(at, now.peek()) ? t.at(f.clock(at)) : t.atOn(dates.value.format(at), f.clock(at));
}

/** "14:00 to 15:00": the day is told where it is another one, or each end's where they differ. */
export function spanWords(from: number, to: number): string {
  const [t, f] = [timelineMessages.value, formats.value];
  if (to === from) return atWords(to);
  if (!isOfOneDay(from, to)) return t.fromDayTo(f.moment(from, to), f.moment(to, from));
  const say = to - from < MINUTE_MS ? f.clockSeconds : f.clock;
  if (isOfOneDay(from, now.peek())) return t.fromTo(say(from), say(to));
  return t.fromToOn(dates.value.format(from), say(from), say(to));
}

const MINUTE_MS = 60_000;

function isOfOneDay(a: number, b: number): boolean {
  return new Date(a).setHours(0, 0, 0, 0) === new Date(b).setHours(0, 0, 0, 0);
}

function tellRun(row: Row): Told {
  const t = timelineMessages.value;
  const length = row.mark.duration_ms;
  const took = length === null ? "" : `, ${t.took(formats.value.duration(length))}`;
  return {
    mark: row.kind,
    title: `${wordOf(row.kind)}, ${atWords(row.to)}${took}`,
    lines: [newsOfRow(row)],
  };
}

export function newsOfRow(row: Row): string {
  return markNews(row.mark, messages.value, formats.value);
}

function tellSeveral({ rows, row }: RunMark): Told {
  const times = rows.map((each) => each.to);
  const when = spanWords(Math.min(...times), Math.max(...times));
  const title = timelineMessages.value.several(rows.length, when);
  return { mark: row.kind, title, lines: [countWords(countsOf(rows))] };
}

function countsOf(rows: readonly Row[]): Partial<Record<Kind, number>> {
  const counts: Partial<Record<Kind, number>> = {};
  for (const row of rows) counts[row.kind] = (counts[row.kind] ?? 0) + weightOf(row);
  return counts;
}

const KINDS: readonly Kind[] = ["error", "missed", "warning", "skipped", "cancelled", "info", "success"];

/** "2 erros", "118 em ordem": one text a kind, the worst first. */
export function kindWords(counts: Readonly<Partial<Record<Kind, number>>>): [Kind, string][] {
  const t = timelineMessages.value;
  return KINDS.filter((kind) => (counts[kind] ?? 0) > 0).map((kind) => {
    const n = counts[kind] as number;
    return [kind, t.kind[kind](n, formats.value.number(n))];
  });
}

function countWords(counts: Readonly<Partial<Record<Kind, number>>>): string {
  return messages.value.list(kindWords(counts).map(([, words]) => words));
}

function tellLost(row: Row): Told {
  const [t, m, f] = [timelineMessages.value, messages.value, formats.value];
  if (row.kind === "missed") {
    const why = missedReason(row.mark.skip_reason, m);
    return { mark: "missed", title: missedNews(row.mark, m, f), lines: why ? [t.why(why)] : [] };
  }
  const slots = weightOf(row);
  const which = slots === 1 ? t.slot(atWords(row.to)) : t.slots(f.number(slots), spanWords(row.from, row.to));
  return { mark: "skipped", title: skippedNews(row.mark.skip_reason, row.mark.summary, m), lines: [which] };
}

function tellBar(mark: BarMark, span: Span): Told {
  const when = spanWords(stepStart(span, mark.step), stepStart(span, mark.step + 1));
  return { mark: mark.worst, title: capital(when), lines: [countWords(mark.counts)] };
}

function tellCurrent({ works, since }: Current, { lost, heardAt }: Hearing): Told {
  const [t, f] = [timelineMessages.value, formats.value];
  const heard = f.clock(heardAt);
  if (!works) return { mark: "waiting", title: lost ? t.wasWaiting(heard) : t.waiting, lines: [] };
  const lines = since === null ? [] : [t.began(atWords(since))];
  if (lost || since === null) return { mark: "running", title: lost ? t.workedAt(heard) : wordRunning(), lines };
  const length = messages.value.span(Math.max(0, now.value - since));
  return { mark: "running", title: t.workingFor(length), lines };
}

function wordRunning(): string {
  return messages.value.mark.running;
}

function tellSlot(mark: SlotMark, about: About, { lost }: Hearing): Told {
  const t = timelineMessages.value;
  const at = moment(mark.at);
  const lines = lost ? [] : [t.plannedIn(messages.value.span(Math.max(0, mark.at - now.value)))];
  return {
    mark: "planned",
    title: lost ? t.wasPlanned(at) : t.planned(at),
    lines: [...lines, ...maintainedWords(about, mark.at, lost)],
  };
}

function tellStretch({ repeats }: StretchMark, about: About, { lost }: Hearing): Told {
  const t = timelineMessages.value;
  const { from, until, every } = repeats;
  const length = messages.value.span(every);
  const when = spanWords(from, until);
  const number = formats.value.number(Math.max(1, Math.round((until - from) / every)));
  return {
    mark: "planned",
    title: lost ? t.wasEvery(length, when) : t.every(length, when),
    lines: [t.about(number), ...maintainedWords(about, from, lost)],
  };
}

function maintainedWords({ agent, windows }: About, at: number, lost: boolean): string[] {
  const t = timelineMessages.value;
  if (!agent || !isMaintained(windows, agent, at)) return [];
  return [lost ? t.wouldBeMaintained : t.maintained];
}

/** The lane in a line: how much ran, was lost and is to come. */
export function laneWords(lane: Lane, past: readonly (RunMark | LostMark | BarMark)[], future: readonly FutureMark[]): string {
  const [t, f] = [timelineMessages.value, formats.value];
  const sum = { runs: 0, missed: 0, skipped: 0 };
  const add = (kind: Kind, n: number) => {
    if (kind === "missed" || kind === "skipped") sum[kind] += n;
    else sum.runs += n;
  };
  for (const mark of past) {
    if (mark.type === "bar") for (const [kind, n] of Object.entries(mark.counts)) add(kind as Kind, n);
    else if (mark.type === "lost") add(mark.row.kind, weightOf(mark.row));
    else for (const row of mark.rows) add(row.kind, isLost(row.kind) ? weightOf(row) : 1);
  }
  const planned = future.some((mark) => mark.type === "stretch")
    ? [t.manyPlanned]
    : future.length > 0
      ? [t.plannedSlots(future.length, f.number(future.length))]
      : [];
  const parts = [
    ...(sum.runs > 0 ? [t.runs(sum.runs, f.number(sum.runs))] : []),
    ...(sum.missed > 0 ? [t.missedSlots(sum.missed, f.number(sum.missed))] : []),
    ...(sum.skipped > 0 ? [t.skippedSlots(sum.skipped, f.number(sum.skipped))] : []),
    ...planned,
  ];
  return t.lane(lane.name, parts.length > 0 ? messages.value.list(parts) : t.nothing);
}
