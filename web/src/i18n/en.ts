/** The page's own words in English: the same keys as `pt-BR.ts`, held by the type and by a test. */
import { capital, twoUnits } from "../text/format";
import type { Messages } from "./pt-BR";

const NUMBERS =
  "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

const word = (n: number) => NUMBERS[n] ?? String(n);
const list = (items: readonly string[]) =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
const ordinal = (n: number) => {
  const suffix = { one: "st", two: "nd", few: "rd" } as Record<string, string>;
  return `${n}${suffix[new Intl.PluralRules("en", { type: "ordinal" }).select(n)] ?? "th"}`;
};

export const en: Messages = {
  list,
  skipToContent: "Skip to the chamber",

  mark: {
    success: "In order",
    info: "Note",
    warning: "Warning",
    error: "Error",
    missed: "Missed",
    skipped: "Skipped",
    paused: "On leave",
    running: "Working",
    waiting: "Queued",
    cancelled: "Cancelled",
    new: "No verdict yet",
  },
  mood: {
    serene: "serene",
    proud: "proud",
    attentive: "attentive",
    worried: "worried",
    distressed: "distressed",
    working: "working",
    absent: "absent, empty chair",
    on_leave: "on leave",
    new: "no verdict yet",
  },
  trigger: {
    schedule: "by its schedule",
    manual: "asked for by a person",
    catch_up: "catching up on a slot",
    backfill: "for a slot of the past",
    api: "asked for by the API",
  },

  places: {
    label: "Views",
    plenary: "Chamber",
    timeline: "Timeline",
    providers: "Providers",
    search: "Search or order",
  },

  connection: {
    connecting: "Calling the council",
    live: (age) => `Live, last signal ${age}`,
    liveShort: "Live",
    liveLate: "Live; news of other servers up to a second late, for Redis does not answer",
    behind: "Behind: the database does not answer the server",
    behindShort: "Behind",
    reconnecting: "Reconnecting",
    lost: (age, retry) => `No signal for ${age}. Trying in ${retry}`,
    lostTrying: (age) => `No signal for ${age}. Trying now`,
    polling: (at) => `No stream: picture of ${at}, every 30 s`,
    pollingShort: "Every 30 s",
    lostShort: (age) => `No signal: ${age}`,
    announceLost: "No signal from the server.",
    announceBack: "The signal is back. The page is up to date.",
  },
  loadError: {
    title: "The server did not send the council.",
    unreachable: "It did not answer. See that conselho serve is up; this page keeps trying.",
    other: (what) => `${capital(what)} This page keeps trying.`,
  },

  region: {
    broken: "This part could not be shown. The rest of the page goes on.",
    again: "Try again",
    missing: {
      kpis: (why) => `The figures are missing: ${why}`,
      executions: (why) => `The latest runs are missing: ${why}`,
    },
    unreadable: (n) =>
      n === 1
        ? "One councilor is not shown here: the server told of it in a way that cannot be read. If it was upgraded, reload the page."
        : `${n} councilors are not shown here: the server told of them in a way that cannot be read. If it was upgraded, reload the page.`,
  },

  who: {
    open: (name) => `Logged in: ${name}`,
    role: {
      viewer: "looks only (viewer)",
      operator: "runs, pauses and cancels (operator)",
      admin: "edits too (admin)",
    },
    out: "Log out",
  },

  headline: {
    empty: "The chamber is open. The seats are not taken.",
    allInOrder: "All in order. You may look elsewhere.",
    wereInOrder: "All were in order.",
    onLeave: "The whole council is on leave.",
    waiting: "No verdict yet.",
    unproven: (n) => `Nothing wrong so far. ${capital(word(n))} without a verdict yet.`,
    one: (name) => `${name} asks for your attention.`,
    oneWas: (name) => `${name} was asking for your attention.`,
    many: (n) => `${capital(word(n))} councilors ask for your attention.`,
    manyWere: (n) => `${capital(word(n))} councilors were asking for your attention.`,
    known: (n) =>
      n === 1 ? "Nothing new. You know about one open matter." : `Nothing new. You know about ${word(n)} open matters.`,
    emptyMore:
      "A councilor is an agent with a schedule: it looks at one part of the project, on time, and says what it saw. Start with one.",
    troubles: (errors, missed, warnings) =>
      capital(
        list(
          [
            errors > 0 && (errors === 1 ? "one error" : `${word(errors)} errors`),
            missed > 0 && (missed === 1 ? "one empty chair" : `${word(missed)} empty chairs`),
            warnings > 0 && (warnings === 1 ? "one warning" : `${word(warnings)} warnings`),
          ].filter((part) => part !== false),
        ),
      ) + ".",
    restInOrder: "The rest of the house is in order.",
    working: (n) => (n === 1 ? "One is working now." : `${capital(word(n))} are working now.`),
    next: (name, when) => `Next: ${name}, ${when}.`,
    calmSince: (at) => `So since ${at}.`,
    picture: (at) =>
      `This is the picture of ${at}. What came after, this page does not know yet. It comes back by itself with the signal.`,
    loading: "Calling the council.",
  },
  seats: {
    inOrder: (total) => `of ${total} in order`,
    wereInOrder: (total) => `of ${total} were in order`,
    none: "seats taken",
    label: (ok, total) => `Chamber: ${ok} of ${total} councilors in order`,
  },
  changes: {
    title: "What changed last",
    error: "turned to error",
    warning: "raised a warning",
    recovered: "is back in order",
    missed: "stopped showing up",
    none: "No change in the latest runs.",
    since: (age) => `Changed since your last visit, ${age}`,
    noneSince: "Nothing.",
    many: {
      error: "turned to error",
      warning: "raised a warning",
      recovered: "are back in order",
      missed: "stopped showing up",
    },
  },

  kpis: {
    label: "Figures of the council",
    active: "Councilors active",
    onLeave: (n) => `${n} on leave`,
    allSeated: "none on leave",
    running: "Working now",
    ran: (n, at) => `${n === 1 ? "Was" : "Were"} working at ${at}`,
    queued: (n) => `${n} queued`,
    nobody: "nobody",
    runs: "Runs today",
    runsUntil: (at) => `Runs until ${at}`,
    runsWeek: (n) => `${n} in 7 days`,
    rate: "Success rate",
    rateUp: (points) => `${points} on 7 days`,
    rateSame: "same as 7 days",
    rateOnly: "only today in 7 days",
    noRuns: "no run today",
    missed: "Slots missed",
    missedWeek: (n) => `${n} in 7 days`,
    cost: "Cost today",
    noCost: "nothing charged",
    costWeek: (money) => `${money} in 7 days`,
    costOf: (limit) => `of ${limit} a day`,
    costSpent: "budget spent",
  },

  attention: {
    title: "Needs you",
    open: (n, age) => `${n} open, the oldest ${age}`,
    were: (n, at) => `${n === 1 ? "was 1" : `were ${n}`}, the oldest ${at}`,
    more: (n) => `${n} more`,
    fewer: "Fewer",
    streak: (n) => `${ordinal(n)} in a row`,
    missedSlots: (n) => (n === 1 ? "Missed a slot" : `Missed ${n} slots`),
    slotsFromTo: (from, to) => `From ${from} to ${to}.`,
    slotAt: (at) => `It was the one of ${at}.`,
    since: (at) => `since ${at}`,
    see: "See what it saw",
    seeMissed: "See the slot",
    again: "Run again",
    run: "Run now",
    known: "I know",
    deniedCure: "Change the task or policies.permissions.",
    knownHint: "Takes it off until the next verdict",
  },

  council: {
    title: "The council",
    filter: "Filter by name or task",
    all: "All",
    others: "The others",
    needs: "Needs you",
    orderLabel: "Order",
    order: { needs: "who needs you first", news: "news first", name: "by name" },
    nobody: "Nobody of that name or task.",
    clear: "Clear the filter",
    groups: "Filter by tag",
    moreTags: (n) => `${n} more`,
    fewerTags: "Fewer",
    foldAll: "Fold all",
    openAll: "Open all",
    orders: "Orders",
    promote: "Promote",
    ordersHint: "Call, pause and resume many at once; maintenance; run slots of the past",
    agenda: (name) => `Schedule of ${name}`,
    rate: "Success rate",
    history: (n) => `Last ${n} runs`,
    noHistory: "No runs yet",
    works: (age) => `working for ${age}`,
    began: (at) => `began at ${at}`,
    queued: "queued",
    turn: "waits its turn",
    triesIn: (span) => `tries in ${span}`,
    triesAt: (at) => `tries at ${at}`,
    costToday: (money) => `${money} today`,
    budgetSpent: "budget spent",
    next: (span) => `in ${span}`,
    nextNow: "now",
    expected: (at) => `due ${at}`,
    noNext: "next to be confirmed",
    maintained: "under maintenance",
    paused: "on leave",
    justRunning: (task) => `Working: ${task}`,
    skippedOverlap: "Skipped: the previous run was still going",
    giveLeave: "Send on leave",
    callBack: "Call back",
    pause: (name) => `Send ${name} on leave`,
    resume: (name) => `Call ${name} back`,
    runNow: (name) => `Run ${name} now`,
    cancel: (name) => `Cancel the run of ${name}`,
  },

  maintenance: {
    label: "Maintenance at present",
    active: (reason) => (reason ? `Under maintenance: ${reason}` : "Under maintenance"),
    noRuns: (who) => `No slot runs for ${who}`,
    everybody: "the whole council",
    tag: (tag) => `those of ${tag}`,
    others: (n) => `${n} more`,
    until: (at, span) => `until ${at}, ${span} left`,
    untilAt: (at) => `until ${at}`,
    open: "until somebody ends it",
    more: (n) => (n === 1 ? "and one more window" : `and ${n} more windows`),
    end: "End it",
    ended: "The window has ended. Slots come again.",
    calledOff: "The window is called off.",
    see: "See windows",
  },
  queueNote: {
    label: "Queues without a worker",
    stuck: (queue, waiting) =>
      `${queue === null ? "No worker is there" : `No worker serves the queue ${queue}`}, and ` +
      `${waiting === 1 ? "1 run waits" : `${waiting} runs wait`}.`,
    remedy: {
      start_worker: "Start one:",
      restart_server: "Start the server again, with its other options and these:",
    },
  },
  clockNote: {
    label: "The server's clock",
    clock_back: (span) =>
      `The server's clock was set back${span && ` by ${span}`}. No slot runs twice for that.`,
    clock_forward: (span) =>
      `The server's clock was set forward${span && ` by ${span}`}. The slots it leapt over count as missed.`,
    suspended: (span) => `The server's machine slept${span && ` for ${span}`}. What passed meanwhile was counted.`,
    blocked: (span) => `The server was stuck${span && ` for ${span}`}. What passed meanwhile was counted.`,
    killed:
      "The server was killed, or its machine went down, and it has started again. What passed meanwhile was counted.",
    known: "I know",
  },

  age: {
    now: "now",
    ago: (span) => `${span} ago`,
    at: (at) => `at ${at}`,
  },

  recent: {
    title: "Recent runs",
    journal: "Journal of the council",
    more: (n) => `Show all ${n}`,
    fewer: "Show fewer",
    none: "No run yet. The first one shows here and in the footer.",
    columns: {
      state: "State",
      who: "Who",
      task: "Task",
      summary: "What it said",
      duration: "Duration",
      when: "When",
    },
  },

  footer: {
    title: "Footer",
    stopped: "Footer stopped",
    empty: "The council's news shows here. For now, an honest silence.",
    turns: (n, of) => `${n} of ${of}, turns every 8 s`,
    held: "held while you look",
    still: (of) => (of < 2 ? "1 item" : `the newest of ${of}`),
    unseen: (n) => (n === 1 ? "1 error you have not seen" : `${n} errors you have not seen`),
    turn: "Turn through the news",
    noTurn: "does not turn without a signal",
    open: "Open the footer",
    close: "Close",
    openShort: "Open",
    all: "All",
    results: "Results",
    alerts: "Warnings and errors",
    about: "The 50 newest. Each run shows once and changes in place.",
    nothing: "None of this kind among the 50 newest.",
    filters: "Filter the footer",
  },
  news: {
    started: (trigger) => `Started: a run ${trigger}`,
    waiting: "Queued",
    retry: (attempt, max, at) => `New attempt${at && ` at ${at}`} (${attempt} of ${max})`,
    cancelled: "Cancelled before its end",
    cancelledFor: (reason) => `Cancelled: ${reason}`,
    cancelledForNext: "Cancelled: it made room for the next slot",
    cancelledInLine: "Cancelled before its turn: the councilor went on leave or lost its seat",
    turn: "Waits for the previous run to end",
    silent: "Ended without a word",
  },

  ended: {
    exit: (code, last) => `Ended with exit code ${code}${last ? `: ${last}` : " without a word"}`,
    silent: "Ended without any output.",
    notFound: (program) => `The program ${program} was not found. Install it, or give its whole path.`,
    notThere: (program) => `The program ${program} does not exist. Install it, or correct its path.`,
    notExecutable: (program) => `The program ${program} may not be executed. Try: chmod +x ${program}`,
    noFolder: (folder) => `The working directory ${folder} does not exist. Make it, or give the agent another one.`,
  },
  skipReason: {
    overlap: "Skipped: the previous run was still going",
    budget: "Skipped: today's budget is spent",
    monthBudget: "Skipped: this month's budget is spent",
    quietHours: "Skipped: outside its active hours",
    excludedDate: "Skipped: an excluded date",
    maintenance: "Skipped: a maintenance window",
    other: (reason) => `Skipped: ${reason}`,
    unknown: "Skipped",
  },
  doubt: {
    noTool: "Ended without using a tool: a note, not an approval.",
    noToolWorked: (n) =>
      n === 1
        ? "The only tool it called failed: a note, not an approval."
        : `None of the ${n} tools it called worked: a note, not an approval.`,
    denied: (what) => `Not allowed: ${what}`,
    lacking: (what) => `A context file was missing: ${what}.`,
    nothingPrinted: "Ended with exit code 0 and wrote nothing: there is no proof of work.",
    plainOutput: "Exit code 0 and a text, without a report block.",
    breaksOff: "The answer stops in the middle of a sentence, without a report block.",
    worseFinding: "The report says less than the worst of its findings: the finding counts.",
    exitCode: (code) => `The exit code was ${code}: it counts for more than the text.`,
    formatSays: (format) => `Its output (${format}) says so.`,
    noWord: "Nothing in the text says whether it went well.",
  },
  missedTile: (n) => (n === 1 ? "1 slot missed" : `${n} slots missed`),
  missedReason: {
    slots: (n, text, from, to) =>
      n === 1 ? `Missed the slot of ${from}` : `Missed ${text} slots, ${from} to ${to}`,
    slotsOfDays: (text, from, to) => `Missed ${text} slots, from ${from} to ${to}`,
    none: "Missed a slot",
    serverDown: "The server was not up at that time.",
    late: "The server was up, but suspended or too busy at that time.",
    tooOld: "Too long ago to be caught up.",
    changed: "Its schedule changed before it could start.",
  },

  cause: {
    timeout: ["It went over its time limit and was stopped.", "See in the log where it stood. If the work really is long, raise policies.timeout_seconds."],
    silent: ["It stayed silent beyond the limit and was stopped.", "Often a permission prompt with nobody to answer. See the log or raise policies.silence_timeout_seconds."],
    exit: ["The command ended with an error.", "The end of the report usually says why. Run the same command by hand in the agent's directory."],
    spawn: ["The command could not be started.", "Check that the command and the directory exist on this machine, or change the provider."],
    preflight: ["The check before the start found a problem; nothing was spent.", "The message says what is missing. conselho doctor checks the same for every councilor on this machine."],
    shutdown: ["The server was stopped in mid-run.", "Nothing to correct. Run again, or wait for the next slot."],
    cancelled: ["It was cancelled by a person.", "Nothing to correct. Run again when you like."],
    provider: ["The agent or its provider failed.", "Check the provider's access, quota and network; then run again."],
    contract: ["The answer did not keep the agreed form.", "See the report and adjust the request to end with the verdict block."],
    no_worker: ["No worker was there for its queue.", "The error says what makes one serve it. Or give the agent another queue."],
    worker_lost: ["The worker vanished in mid-run.", "See whether the process or the machine stopped. The next run keeps its schedule."],
    budget: ["It stopped at its cost limit.", "Raise policies.max_cost_usd, or ask for less in this task. A budget of the day or the month comes back by itself with the next one."],
    other: ["The run failed.", "Read the report and the log; then run again."],
  },

  providerCause: {
    rate_limit: ["The provider takes no more requests for now.", "Wait for the limit to reset, or space out the schedules that share its key. With policies.max_attempts above 1 the next attempt waits for the time that the provider names."],
    overloaded: ["The provider is overloaded.", "Usually over in minutes. Run again, or allow more attempts in policies.max_attempts."],
    authentication: ["The provider refused the credentials or the account.", "Check the key and the balance, then run conselho doctor on this machine. Until then another try is no use."],
    refused: ["The model refused the task.", "Say in the request what it is for, or change the model. Another try would get the same answer."],
    truncated: ["The answer was cut at the token limit.", "Ask for less in one run, or for a shorter report (output_format: summary)."],
    empty: ["Ended without an answer.", "See in the log how far it got, then run again. If it repeats, change the model."],
    permission_denied: ["It stopped because it was not allowed.", "Change the task so that it does not need this, or grant more in policies.permissions."],
    bad_request: ["The provider could not use the request.", "Often a model that does not exist or a request that is too long: check model and context_files."],
    server: ["The provider had an error of its own.", "Usually passes: run again. If it lasts, see the provider's status page."],
    network: ["The provider could not be reached.", "Check the network and the proxy of this machine; then run again."],
    loop: ["It repeated itself until it was stopped.", "See in the log where it went in circles. Split the task, or say in the request when to stop."],
    budget: ["It stopped at the cost limit of one run.", "Raise policies.max_cost_usd, or ask for less in this task."],
    unfinished: ["Its output breaks off, without a last word.", "Somebody may have killed the process, or memory ran out. See the end of the log and run again."],
    other: ["The agent says that it failed.", "Read its message and the log; then run again."],
  },

  write: {
    offline: "No signal: orders can be given when the page is back.",
    failed: (what) => `That did not work: ${what}`,
    noAnswer: "the server did not answer.",
    partMissing: "a part of this page could not be fetched.",
    reload: "Reload the page",
    endedMeanwhile: "The run ended before the cancellation reached it.",
    status: (status) => `the server answered ${status}.`,
    garbage: (where) => `the server's answer cannot be read${where && ` ${where}`}. If it was upgraded, reload the page.`,
    loginEnded: "the session has ended; log in again.",
    needsRole: (needed, has) => `this needs the role ${needed}, and your token has ${has}. Whoever runs the server can make another one.`,
    tooOften: (span) => `too many requests in a short time. ${span ? `You can try again in ${span}.` : "Try again in a moment."}`,
    broken: (status, detail) => `the server had a problem (${status})${detail ? `: ${detail}` : "."}`,
    dismiss: "Got it",
  },

  appearance: {
    open: "Appearance and language",
  },

  span: (ms) => twoUnits(ms),
};
