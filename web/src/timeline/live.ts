/**
 * The timeline while it is open: fetched when opened, brought up to date by what the stream tells of
 * the council, and fetched again when only the server can tell: another span or hour, a changed seat,
 * schedule or maintenance, a server that came back. Nothing is polled.
 */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";

import { ApiError, getTimeline } from "../api";
import { now, serverTime } from "../clock";
import { told } from "../journal";
import * as kept from "../preferences";
import { connection, council, lost } from "../session";
import { restOf } from "../text/rest";
import { caughtUp, lanesOf, type Timeline } from "./lanes";
import { type Reach, REACH_MS, REACHES, stepOf } from "./span";

const REACH_KEY = "conselho.timeline-reach";
/** However much changes, the server is not asked more often. */
const REFETCH_MS = 2_000;
const RETRY_MS = 5_000;
const NARROW = "(max-width: 719px)";

/** The reader's choice; without one a narrow window shows fewer hours. */
const chosen = signal<Reach | null>(REACHES.find((each) => each === kept.read(REACH_KEY)) ?? null);
const narrow = signal(false);
export const reach = computed<Reach>(() => chosen.value ?? (narrow.value ? "hours" : "day"));

export function choose(next: Reach): void {
  chosen.value = next;
  kept.write(REACH_KEY, next);
}

export const timeline = signal<Timeline | null>(null);
/** Why the newest snapshot could not be had, until one can. */
export const failure = signal<ApiError | null>(null);

let asked = 0;
let askedAt = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** For as long as the view is open; returns what ends it. */
export function startTimeline(): () => void {
  const query = window.matchMedia(NARROW);
  const measure = () => {
    narrow.value = query.matches;
  };
  measure();
  query.addEventListener("change", measure);
  const stops = [
    effect(() => {
      void reach.value;
      untracked(() => ask(0));
    }),
    effect(() => {
      const { agents } = council.value;
      untracked(() => catchUp(agents));
    }),
    effect(() => {
      if (stepHasPassed.value) untracked(() => ask(REFETCH_MS));
    }),
    whenChanged(told),
    whenChanged(isLive),
  ];
  return () => {
    for (const stop of stops) stop();
    query.removeEventListener("change", measure);
    clearTimeout(waiting);
    asked += 1; // an answer that is still on its way is for nobody
    timeline.value = null;
    failure.value = null;
  };
}

const isLive = computed(() => connection.value.kind === "live");
/** The span moves on with each step, and so does what is to come. */
const stepHasPassed = computed(() => {
  if (timeline.value === null) return false;
  const { span, at } = timeline.value;
  return stepOf(span, now.value) > stepOf(span, at);
});

/** Not for what is so when the view is opened, nor for a signal that is lost. */
function whenChanged(watched: ReadonlySignal<number | boolean>): () => void {
  let known = watched.peek();
  return effect(() => {
    const value = watched.value;
    if (value !== known && value !== false) untracked(() => ask(REFETCH_MS));
    known = value;
  });
}

/** Several reasons within a short time are one question. */
function ask(rest: number): void {
  clearTimeout(waiting);
  const wait = Math.max(0, Math.min(rest, askedAt + rest - Date.now()));
  if (wait === 0) void load();
  else waiting = setTimeout(() => void load(), wait);
}

async function load(): Promise<void> {
  asked += 1;
  const mine = asked;
  askedAt = Date.now();
  const at = serverTime();
  try {
    const answer = await getTimeline(at - REACH_MS[reach.value], at + REACH_MS[reach.value]);
    if (mine !== asked) return;
    failure.value = null;
    const { agents } = council.value;
    timeline.value = agents.size === 0 ? lanesOf(answer) : caughtUp(lanesOf(answer), agents);
  } catch (error) {
    if (mine !== asked) return;
    // What cannot be read as a timeline is no better than no answer.
    const why = error instanceof ApiError ? error : new ApiError(502, "");
    failure.value = why;
    // Without a signal its return asks again; a refusal would only be repeated.
    const passes = why.status === 0 || why.status === 429 || why.status >= 500;
    if (passes && !lost.peek()) ask(Math.max(RETRY_MS, restOf(why) ?? 0));
  }
}

function catchUp(agents: Parameters<typeof caughtUp>[1]): void {
  if (timeline.value === null || agents.size === 0) return;
  const next = caughtUp(timeline.value, agents);
  timeline.value = next;
  if (next.outdated) ask(REFETCH_MS);
}

export function retry(): void {
  ask(0);
}
