/**
 * The executions of one councilor that a filter lets through: read page by page from the newest,
 * kept right while new ones come, and never moved under the reader's eyes.
 *
 *   more()     the next older page joins at the end
 *   refresh()  something changed: the newest rows are asked for again; known ones change in place,
 *              new ones join at the top while the reader is there, else they are held
 *   release()  the held ones join at the top
 *
 * Pages go on by cursor, so that rows that come meanwhile move nothing. A refresh reads down to the
 * last known one that may still change. Where that is farther than it reads, or more came than it
 * reads or is worth keeping, the list begins anew.
 */
import { isFinal } from "../state";
import type { Severity, TaskRow, Trigger } from "../wire";
import type { TaskPage } from "./endpoints";

export const KINDS = ["all", "success", "info", "warning", "error", "lost", "cancelled"] as const;
export type Kind = (typeof KINDS)[number];

export interface Filter {
  readonly kind: Kind;
  readonly trigger: Trigger | null;
  /** Epoch milliseconds; made at `since` or later, and before `until`. */
  readonly since: number | null;
  readonly until: number | null;
  readonly text: string;
}

export const NO_FILTER: Filter = { kind: "all", trigger: null, since: null, until: null, text: "" };

export interface Listed {
  readonly rows: readonly TaskRow[];
  /** New ones that wait to be shown, newest first. */
  readonly held: readonly TaskRow[];
  /** More came than are held: showing them begins the list anew. */
  readonly more: boolean;
  /** How many there are on the server; null until it said so, or while a text is looked for. */
  readonly total: number | null;
  readonly atEnd: boolean;
  /** No more are read: the reader is asked to narrow it down. */
  readonly full: boolean;
  readonly busy: boolean;
  readonly error: unknown;
}

export interface HistoryPorts {
  ask(query: URLSearchParams): Promise<TaskPage>;
  tell(listed: Listed): void;
  /** Whether the reader is at the top, where new rows may join. */
  atTop(): boolean;
}

const NEWEST = 50;
/** A refresh reads so many pages at most to join what is known. */
const REFRESH_PAGES = 4;
const HELD_KEPT = 500;
/** So many rows may have joined at the top before the list begins anew. */
const JOINED_KEPT = 1_000;
export const ROWS_KEPT = 20_000;
/** A text may stand in none of the rows that one page looks through: so many are tried in a row. */
const EMPTY_PAGES = 8;

export const EMPTY: Listed = {
  rows: [],
  held: [],
  more: false,
  total: null,
  atEnd: false,
  full: false,
  busy: false,
  error: null,
};

export class RunHistory {
  readonly #agentId: string;
  readonly #filter: Filter;
  readonly #pageSize: number;
  readonly #ports: HistoryPorts;
  #listed = EMPTY;
  #cursor: string | null = null;
  #joined = 0;
  #refreshing = false;
  /** Something changed while a page was on its way. */
  #outdated = false;
  /** Rows far below may be old: the list begins anew once the reader is at the top. */
  #behind = false;
  #stopped = false;

  constructor(agentId: string, filter: Filter, pageSize: number, ports: HistoryPorts) {
    this.#agentId = agentId;
    this.#filter = filter;
    this.#pageSize = pageSize;
    this.#ports = ports;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The first page, in place of all that is shown. */
  async restart(): Promise<void> {
    if (this.#listed.busy) return;
    this.#tell({ busy: true });
    try {
      const page = await this.#page(this.#pageSize, null);
      this.#cursor = page.next_cursor;
      this.#joined = 0;
      this.#behind = false;
      this.#tell({ ...EMPTY, rows: page.tasks.map(light), ...this.#told(page) });
    } catch (error) {
      return this.#tell({ busy: false, error });
    }
    if (this.#listed.rows.length === 0) await this.more();
    this.#settle();
  }

  async more(): Promise<void> {
    const { busy, atEnd, full } = this.#listed;
    if (busy || atEnd || full || this.#cursor === null) return;
    this.#tell({ busy: true });
    try {
      let found: readonly TaskRow[] = [];
      for (let tries = 0; tries < EMPTY_PAGES && found.length === 0 && this.#cursor !== null; tries += 1) {
        const page = await this.#page(this.#pageSize, this.#cursor);
        this.#cursor = page.next_cursor;
        found = page.tasks;
      }
      this.#join(found);
    } catch (error) {
      this.#tell({ busy: false, error });
    }
    this.#settle();
  }

  #join(older: readonly TaskRow[]): void {
    const rows = [...this.#listed.rows, ...older.map(light)];
    this.#tell({ rows, busy: false, error: null, atEnd: this.#cursor === null, full: rows.length >= ROWS_KEPT });
  }

  async refresh(): Promise<void> {
    if (this.#refreshing || this.#listed.busy) {
      this.#outdated = true;
      return;
    }
    this.#outdated = false;
    if (this.#listed.rows.length === 0) return this.restart();
    this.#refreshing = true;
    try {
      await this.#readNewest();
    } catch (error) {
      this.#tell({ error });
    } finally {
      this.#refreshing = false;
    }
    this.#settle();
  }

  #settle(): void {
    if (this.#outdated && !this.#stopped) void this.refresh();
  }

  async #readNewest(): Promise<void> {
    const known = new Set(this.#known().map((row) => row.task_id));
    const fresh: TaskRow[] = [];
    let cursor: string | null = null;
    let joined = false;
    for (let pages = 0; pages < REFRESH_PAGES; pages += 1) {
      const page: TaskPage = await this.#page(NEWEST, cursor);
      fresh.push(...page.tasks.map(light));
      cursor = page.next_cursor;
      if (pages === 0) this.#tell({ total: this.#told(page).total });
      joined ||= page.tasks.some((row) => known.has(row.task_id));
      if (cursor === null || (joined && !this.#changesBelow(fresh))) return this.#take(fresh);
    }
    // More came than were read: what lies between is not known.
    if (!joined) return this.#overflow();
    // An unfinished one is too far below: reading all in between would cost more than a new beginning.
    this.#behind = true;
    if (this.#ports.atTop()) void this.restart();
    else this.#take(fresh);
  }

  #known(): readonly TaskRow[] {
    return [...this.#listed.rows, ...this.#listed.held];
  }

  /** Whether one that may still change stands below those that were read. */
  #changesBelow(fresh: readonly TaskRow[]): boolean {
    const read = new Set(fresh.map((row) => row.task_id));
    const lowest = Date.parse(fresh.at(-1)?.created_at ?? "");
    return this.#known().some(
      (row) => !isFinal(row.status) && !read.has(row.task_id) && !(Date.parse(row.created_at) > lowest),
    );
  }

  #take(fresh: readonly TaskRow[]): void {
    const newer = new Map(fresh.map((row) => [row.task_id, row]));
    const renewed = (rows: readonly TaskRow[]) => rows.map((row) => newer.get(row.task_id) ?? row);
    const rows = renewed(this.#listed.rows);
    const held = renewed(this.#listed.held);
    const known = new Set(this.#known().map((row) => row.task_id));
    // Below the first one that is known stand older ones, some of which later pages bring.
    const joint = fresh.findIndex((row) => known.has(row.task_id));
    const added = fresh.slice(0, joint === -1 ? fresh.length : joint);
    this.#tell({ rows, held: [...added, ...held], error: null });
    if (this.#ports.atTop()) this.release();
    else if (this.#listed.held.length > HELD_KEPT) this.#overflow();
  }

  /** Show the held ones. */
  release(): void {
    const { held, rows, more } = this.#listed;
    if (more || this.#behind || this.#joined + held.length > JOINED_KEPT) return void this.restart();
    if (held.length === 0) return;
    this.#joined += held.length;
    this.#tell({ rows: [...held, ...rows], held: [] });
  }

  #overflow(): void {
    if (this.#ports.atTop()) void this.restart();
    else this.#tell({ held: this.#listed.held.slice(0, HELD_KEPT), more: true });
  }

  #page(limit: number, cursor: string | null): Promise<TaskPage> {
    const query = queryOf(this.#agentId, this.#filter);
    query.set("limit", String(limit));
    if (cursor !== null) query.set("cursor", cursor);
    return this.#ports.ask(query);
  }

  #told(page: TaskPage): Pick<Listed, "total" | "atEnd"> {
    // With a text, `total` counts what was found in the rows that were looked through.
    return { total: this.#filter.text ? null : page.total, atEnd: page.next_cursor === null };
  }

  #tell(change: Partial<Listed>): void {
    if (this.#stopped) return;
    this.#listed = { ...this.#listed, ...change };
    this.#ports.tell(this.#listed);
  }
}

const LOST = ["missed", "skipped"] as const;

export function queryOf(agentId: string, filter: Filter): URLSearchParams {
  const query = new URLSearchParams({ agent_id: agentId });
  if (filter.kind === "lost") for (const status of LOST) query.append("status", status);
  else if (filter.kind === "cancelled") query.append("status", "cancelled");
  else if (filter.kind !== "all") query.append("severity", filter.kind satisfies Severity);
  if (filter.trigger !== null) query.append("trigger", filter.trigger);
  if (filter.since !== null) query.append("since", new Date(filter.since).toISOString());
  if (filter.until !== null) query.append("until", new Date(filter.until).toISOString());
  if (filter.text.trim() !== "") query.append("q", filter.text.trim());
  return query;
}

/** What a list needs of a row; thousands of them are kept. */
function light(row: TaskRow): TaskRow {
  return { ...row, result: null, verdict: row.verdict && { ...row.verdict, findings: row.verdict.findings.slice(0, 1) } };
}
