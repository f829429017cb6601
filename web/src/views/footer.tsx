/**
 * The footer: always there, one line that turns through the newest news; open, a list of fifty.
 * Each execution shows once and changes in place.
 */
import { computed, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { type MarkKind, markOf, verdictOf } from "../council/standing";
import { formats, messages } from "../i18n";
import { keyNames, onShortcut } from "../keys";
import { tells } from "../notifications/rules";
import { attention } from "../overview";
import { missingWords } from "../parts/had";
import { whenShown } from "../parts/idle";
import { lazy } from "../parts/lazy";
import { Mark } from "../parts/mark";
import { Ago } from "../parts/time";
import { flip, footerTurns, read, write } from "../preferences";
import { executionAddress, panelIsOpen } from "../route";
import { council, lost } from "../session";
import { isFinal } from "../state";
import { newsOf, stateWord } from "../text/news";
import type { TaskRow } from "../wire";
import { Notice } from "./notice";

/** Not needed for the first paint, but soon after: nothing that happens from then on goes untold. */
const Toasts = lazy(() =>
  whenShown()
    .then(() => Promise.all([import("../notifications/live"), import("./toasts")]))
    .then(([live, view]) => {
      live.startNotices();
      return view.Toasts;
    }),
);

const TURN_MS = 8_000;
/** A line can be read in this time. */
const READ_MS = 2_000;
const TURNING = 5;
const SEEN_KEY = "conselho.seen";
const SEEN_KEPT = 100;

type Filter = "all" | "results" | "alerts";
const FILTERS = ["all", "results", "alerts"] as const satisfies readonly Filter[];

const open = signal(false);
const filter = signal<Filter>("all");
const held = signal(false);
/** Execution on the line; kept by id, so that a new one does not push it off before its turn. */
const showing = signal<string | null>(null);
/** Errors the reader has opened or seen in the list: they no longer hold the line. */
const seen = signal<ReadonlySet<string>>(new Set((read(SEEN_KEY) ?? "").split("\n")));

const rows = computed(() => council.value.executions);
const newest = computed(() => rows.value.slice(0, TURNING));
/** Errors to be told here that still hold and that nobody has looked at, however many news came since. */
const unseen = computed(() => {
  const errors = attention.value.filter(({ kind, agent }) => kind === "error" && tells(agent, kind, "panel"));
  const ids = errors.map((item) => item.mark.task_id);
  return rows.value.filter((row) => ids.includes(row.task_id) && !seen.value.has(row.task_id));
});
/** What takes turns on the line. */
const turning = computed(() => (unseen.value.length > 0 ? unseen.value : newest.value));

/** Open, on what is worth a second look, or on everything. */
export function showAlerts(only: boolean): void {
  filter.value = only ? "alerts" : "all";
  open.value = true;
}

export function accepts(row: TaskRow, wanted: Filter): boolean {
  if (wanted === "all") return true;
  if (wanted === "results") return isFinal(row.status) && verdictOf(row) !== null;
  return row.status === "missed" || ["warning", "error"].includes(verdictOf(row) ?? "");
}

export function Footer() {
  useTurning();
  useKeys();
  return (
    <footer
      class={`footer ${open.value ? "is-open" : ""}`}
      onPointerEnter={() => (held.value = true)}
      onPointerLeave={() => (held.value = false)}
      onFocusIn={() => (held.value = true)}
      onFocusOut={() => (held.value = false)}
    >
      <div class="over-footer on-page">
        <Toasts />
        <Notice />
      </div>
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
  if (!row) return <p class="line">{missingWords("executions") ?? messages.value.footer.empty}</p>;
  return (
    <a class="line" href={executionAddress(row.task_id)} onClick={() => markSeen([row])} key={row.task_id}>
      {/* Other words, not the same ones moved: the link stays for who has the focus on it. */}
      <NewsWords key={row.status} row={row} />
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
  return (
    <div class="side">
      <p>{sideWords(many)}</p>
      {turning.value.length > 1 && !STILL.matches && (
        <button
          type="button"
          class="button icon"
          aria-label={t.turn}
          title={t.turn}
          aria-pressed={footerTurns.value === "on"}
          onClick={() => flip(footerTurns)}
        >
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d={footerTurns.value === "on" ? "M4 3h3v10H4zM9 3h3v10H9z" : "M4 2.5l9 5.5-9 5.5z"} />
          </svg>
        </button>
      )}
    </div>
  );
}

function sideWords(many: number): string {
  const t = messages.value.footer;
  if (unseen.value.length > 0) return t.unseen(unseen.value.length);
  if (lost.value) return t.noTurn;
  const shown = Math.min(many, TURNING);
  if (footerTurns.value === "off" || STILL.matches || shown < 2) return t.still(many);
  return held.value ? t.held : t.turns(shown, many);
}

function Toggle() {
  const t = messages.value.footer;
  if (rows.value.length === 0) return null;
  return (
    <button type="button" class="button toggle" aria-expanded={open.value} aria-controls="news" onClick={toggle}>
      <span class="long">{open.value ? t.close : t.open}</span>
      <span class="short">{open.value ? t.close : t.openShort}</span>
      <kbd aria-hidden="true">{keyNames("footer").join("")}</kbd>
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
  const all = [...seen.peek(), ...fresh.map((row) => row.task_id)].slice(-SEEN_KEPT);
  seen.value = new Set(all);
  write(SEEN_KEY, all.join("\n"));
}

function useKeys(): void {
  useSignalEffect(() => {
    // What the keyboard reaches must not scroll to under the open list.
    document.documentElement.toggleAttribute("data-footer-open", open.value);
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || !open.value) return;
      // A panel lies above the page, the list above both only while the reader is in it.
      if (panelIsOpen.value && !inFooter(event.target)) return;
      event.preventDefault();
      open.value = false;
    };
    document.addEventListener("keydown", press);
    const end = onShortcut("footer", () => rows.value.length > 0 && toggle());
    return () => {
      document.removeEventListener("keydown", press);
      end();
    };
  }, []);
}

function inFooter(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".footer") !== null;
}

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * News shows as soon as what stands there could be read; otherwise the newest take turns. Errors that
 * nobody has seen keep the line among themselves.
 */
function useTurning(): void {
  const shown = useRef({ at: 0, first: "" });
  const step = () => {
    const list = turning.value;
    const first = list[0]?.task_id ?? "";
    const age = performance.now() - shown.current.at;
    const at = list.findIndex((row) => row.task_id === showing.value);
    if (held.value || open.value || (lost.value && at >= 0)) return;
    const turns = footerTurns.value === "on" && !STILL.matches && age >= TURN_MS;
    const isNews = first !== shown.current.first && age >= READ_MS;
    if (at >= 0 && !isNews && !turns) return;
    showing.value = list[at < 0 || isNews ? 0 : (at + 1) % list.length]?.task_id ?? null;
    shown.current = { at: performance.now(), first };
  };
  useSignalEffect(step);
  useEffect(() => {
    const timer = setInterval(step, 1_000);
    return () => clearInterval(timer);
  }, []);
}
