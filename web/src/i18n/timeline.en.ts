/** The words of the timeline, in English. */
import type { TimelineMessages } from "./timeline.pt-BR";

const count = (n: number, text: string, one: string, many: string) => `${text} ${n === 1 ? one : many}`;

export const timelineEn: TimelineMessages = {
  label: "Timeline",
  title: {
    hours: "Six hours back, six ahead",
    day: "One day back, one day ahead",
    week: "One week back, one ahead",
  },
  reach: "How much time",
  reaches: { hours: "6 hours", day: "24 hours", week: "7 days" },
  order: "Order",
  orders: { seats: "by seat", needs: "who needs you first" },

  present: (n, needing) =>
    `${count(n, String(n), "councilor", "councilors")}, ${needing === 0 ? "nobody needs you" : needing === 1 ? "1 needs you" : `${needing} need you`}`,
  werePresent: (n, needing) =>
    `there ${n === 1 ? "was 1 councilor" : `were ${n} councilors`}, ${needing === 0 ? "nobody needed you" : `${needing} needed you`}`,
  lanes: "A lane for each councilor. The arrow keys move between marks and between lanes.",

  loading: "Fetching the timeline",
  failed: (why) => `The timeline could not be fetched: ${why}`,
  again: "Try again",
  stale: "This picture is an older one: the new one did not come.",
  empty: "The chamber is open. The seats are not taken.",
  promote: "Promote a councilor",

  legend: "Legend",
  legendOf: {
    planned: "Planned",
    stretch: "Planned, many",
    bar: { 900: "15 minutes of runs", 3600: "One hour of runs", 21600: "Six hours of runs", 86400: "One day of runs" },
    night: "Night",
  },

  hour: (hours, minutes) => `${hours}:${minutes}`,
  today: "today",
  yesterday: "yesterday",
  tomorrow: "tomorrow",
  now: (at) => `now ${at}`,
  lastSignal: (at) => `last signal ${at}`,
  unknown: "no news",
  unknownSince: (at) => `No news since ${at}`,

  absence: { away: "Not there", suspended: "The machine slept", blocked: "The server stood still" },
  maintenance: (reason) => (reason ? `Maintenance: ${reason}` : "Maintenance"),
  at: (clock) => `at ${clock}`,
  atOn: (date, clock) => `on ${date}, ${clock}`,
  fromTo: (from, to) => `${from} to ${to}`,
  fromToOn: (date, from, to) => `${date}, ${from} to ${to}`,
  fromDayTo: (from, to) => `${from} to ${to}`,
  fromOn: (from) => `since ${from}, until somebody ends it`,
  forWhom: (whom) => `for ${whom}`,

  paused: "on leave",
  pausedLong: "On leave: no slot is planned.",
  beyond: (at) => `next: ${at}`,
  beyondLost: (at) => `planned: ${at}`,

  lane: (name, parts) => `${name}: ${parts}`,
  nothing: "nothing in this time",
  runs: (n, text) => count(n, text, "run", "runs"),
  missedSlots: (n, text) => count(n, text, "slot missed", "slots missed"),
  skippedSlots: (n, text) => count(n, text, "slot skipped", "slots skipped"),
  plannedSlots: (n, text) => count(n, text, "slot planned", "slots planned"),
  manyPlanned: "many slots planned",
  kind: {
    success: (_n, text) => `${text} in order`,
    info: (n, text) => count(n, text, "note", "notes"),
    warning: (n, text) => count(n, text, "warning", "warnings"),
    error: (n, text) => count(n, text, "error", "errors"),
    cancelled: (_n, text) => `${text} cancelled`,
    skipped: (n, text) => count(n, text, "slot skipped", "slots skipped"),
    missed: (n, text) => count(n, text, "slot missed", "slots missed"),
  },

  took: (span) => `took ${span}`,
  workingSince: (at) => `Working since ${at}`,
  workingFor: (span) => `Working for ${span}`,
  workedAt: (at) => `Was working at ${at}`,
  began: (when) => `Began ${when}.`,
  waiting: "In the queue",
  wasWaiting: (at) => `Was in the queue at ${at}`,
  several: (n, when) => `${n} runs, ${when}`,
  moreInReport: (n) => (n === 1 ? "One more in the report" : `${n} more in the report`),
  why: (reason) => `Why: ${reason}`,
  slot: (when) => `It was due ${when}.`,
  slots: (n, when) => `${n} slots, ${when}.`,
  planned: (at) => `Planned for ${at}`,
  wasPlanned: (at) => `Was planned for ${at}`,
  plannedIn: (span) => `In ${span}.`,
  every: (span, when) => `Every ${span}, ${when}`,
  wasEvery: (span, when) => `Would be every ${span}, ${when}`,
  about: (n) => `About ${n} slots.`,
  maintained: "Will be skipped: maintenance window.",
  wouldBeMaintained: "Would be skipped: maintenance window.",

  seeRun: "See the run",
  seeSlot: "See what happened",
  seeCouncilor: "See the report",
  seeAgenda: "See the schedule",
};
