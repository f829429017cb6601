/**
 * The footer: always there, one line that turns through the newest news; open, a list of fifty.
 * Each execution shows once and changes in place.
 */
import { computed, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { acknowledged } from "../actions";
import { type MarkKind, markOf, verdictOf } from "../council/standing";
import { formats, messages } from "../i18n";
import { Mark } from "../parts/mark";
import { Ago } from "../parts/time";
import { executionAddress } from "../route";
import { council, lost } from "../session";
import { isFinal } from "../state";
import { newsOf, stateWord } from "../text/news";
import type { TaskRow } from "../wire";

const TURN_MS = 8_000;
const TURNING = 5;

type Filter = "all" | "results" | "alerts";
const FILTERS = ["all", "results", "alerts"] as const satisfies readonly Filter[];

const open = signal(false);
const filter = signal<Filter>("all");
const held = signal(false);
/** Execution on the line; kept by id, so that a new one does not push it off before its turn. */
const showing = signal<string | null>(null);
/** Errors the reader has opened or seen in the list: they no longer hold the line. */
const seen = signal<ReadonlySet<string>>(new Set());

const rows = computed(() => council.value.executions);
const newest = computed(() =>
  [...rows.value].sort((a, b) => changedAt(b) - changedAt(a)).slice(0, TURNING),
);

function changedAt(row: TaskRow): number {
  return Date.parse(row.completed_at ?? row.started_at ?? row.created_at);
}

export function accepts(row: TaskRow, wanted: Filter): boolean {
  if (wanted === "all") return true;
  if (wanted === "results") return isFinal(row.status) && verdictOf(row) !== null;
  return row.status === "missed" || ["warning", "error"].includes(verdictOf(row) ?? "");
}

export function Footer() {
  useTurning();
  useKey();
  const foot = useRef<HTMLElement>(null);
  return (
    <footer
      ref={foot}
      class={`footer ${open.value ? "is-open" : ""}`}
      onPointerEnter={() => (held.value = true)}
      onPointerLeave={() => (held.value = false)}
      onFocusIn={() => (held.value = true)}
      onFocusOut={() => (held.value = false)}
    >
      <div class="footer-bar">
        <h2>{lost.value ? messages.value.footer.stopped : messages.value.footer.title}</h2>
        {open.value ? <Filters /> : <Line />}
        <Side />
        <Toggle />
      </div>
      {open.value && <NewsList />}
    </footer>
  );
}

function Line() {
  const row = rows.value.find((each) => each.task_id === showing.value) ?? newest.value[0];
  if (!row) return <p class="line">{messages.value.footer.empty}</p>;
  return (
    <a class="line" href={executionAddress(row.task_id)} onClick={() => markSeen([row])} key={row.task_id}>
      <NewsWords row={row} />
    </a>
  );
}

function NewsWords({ row }: { row: TaskRow }) {
  const t = messages.value;
  const kind: MarkKind = markOf(row);
  return (
    <>
      <Mark kind={kind} />
      <span class={`state ink-${kind}`}>{stateWord(row, t)}</span>
      <b class="who">{row.display_name}</b>
      <span class="task">{row.task_name}</span>
      <span class="what">{newsOf(row, t, formats.value)}</span>
      <span class="age">
        <Ago at={row.completed_at ?? row.started_at ?? row.created_at} />
      </span>
    </>
  );
}

function Side() {
  const t = messages.value.footer;
  const many = rows.value.length;
  if (many === 0) return null;
  if (open.value) return <p class="side">{t.about}</p>;
  const words = lost.value ? t.noTurn : held.value ? t.held : t.turns(Math.min(many, TURNING));
  return <p class="side">{words}</p>;
}

function Toggle() {
  const t = messages.value.footer;
  if (rows.value.length === 0) return null;
  return (
    <button type="button" class="button toggle" aria-expanded={open.value} aria-controls="news" onClick={toggle}>
      <span class="long">{open.value ? t.close : t.open}</span>
      <span class="short">{open.value ? t.close : t.openShort}</span>
      <kbd aria-hidden="true">R</kbd>
    </button>
  );
}

function Filters() {
  const t = messages.value.footer;
  return (
    <div class="filters" role="group" aria-label={t.filters}>
      {FILTERS.map((each) => (
        <button type="button" key={each} class="chip" aria-pressed={filter.value === each} onClick={() => (filter.value = each)}>
          {each === "alerts" && <Mark kind="warning" />}
          {t[each]} <b>{rows.value.filter((row) => accepts(row, each)).length}</b>
        </button>
      ))}
    </div>
  );
}

function NewsList() {
  const shown = rows.value.filter((row) => accepts(row, filter.value));
  useEffect(() => markSeen(shown));
  if (shown.length === 0) {
    return (
      <p id="news" class="news-none">
        {messages.value.footer.nothing}
      </p>
    );
  }
  return (
    <ul id="news" class="news" tabIndex={-1}>
      {shown.map((row) => (
        <li key={row.task_id} class={`is-${markOf(row)}`} data-execution={row.task_id} data-status={row.status}>
          <a href={executionAddress(row.task_id)}>
            <NewsWords row={row} />
          </a>
        </li>
      ))}
    </ul>
  );
}

function toggle(): void {
  open.value = !open.value;
}

function markSeen(list: readonly TaskRow[]): void {
  const fresh = list.filter((row) => verdictOf(row) === "error" && !seen.peek().has(row.task_id));
  if (fresh.length === 0) return;
  const kept = new Set(rows.peek().map((row) => row.task_id));
  const all = [...seen.peek(), ...fresh.map((row) => row.task_id)];
  seen.value = new Set(all.filter((id) => kept.has(id)));
}

/** R opens and closes, unless the reader is typing. */
function useKey(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && open.value) open.value = false;
      if (event.key.toLowerCase() !== "r" || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (target.closest("input, select, textarea, [contenteditable]")) return;
      if (rows.value.length > 0) toggle();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** An error that nobody has seen stays on the line; otherwise the newest take turns. */
function useTurning(): void {
  useSignalEffect(() => {
    const known = newest.value;
    const current = showing.peek();
    if (!known.some((row) => row.task_id === current)) showing.value = known[0]?.task_id ?? null;
  });
  useSignalEffect(() => {
    const error = unseenError();
    if (error && !held.peek() && !lost.peek()) showing.value = error.task_id;
  });
  useEffect(() => {
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const timer = setInterval(() => {
      if (open.value || held.value || lost.value || still.matches || unseenError()) return;
      const list = newest.value;
      const at = list.findIndex((row) => row.task_id === showing.value);
      showing.value = list[(at + 1) % list.length]?.task_id ?? null;
    }, TURN_MS);
    return () => clearInterval(timer);
  }, []);
}

function unseenError(): TaskRow | undefined {
  return newest.value.find(
    (row) =>
      verdictOf(row) === "error" &&
      !seen.value.has(row.task_id) &&
      !acknowledged.value.has(row.task_id),
  );
}
