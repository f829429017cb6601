/**
 * The line to the server: a snapshot, then the stream from the snapshot's event id.
 *
 *   connecting --snapshot, stream open--> live
 *   live --ended, or silent for SILENCE_MS--> reconnecting   (tries again by itself, for ever)
 *   reconnecting --stream open--> live                       (resumes after the last event)
 *   reconnecting --snapshot without a stream--> polling      (a snapshot every POLL_MS, still trying)
 *
 * A page that is told something may have been missed (woken, reset) is right again within two
 * seconds of the server's return: tries come at least that often, and none hangs for longer.
 */
import type { Ending, Frame, Line, LineListener } from "./line";
import { EVENTS, faultOf } from "./shapes";
import { restOf } from "./text/rest";
import { readJson } from "./text/untrusted";
import { COUNCIL_EVENT_TYPES, type CouncilEvent } from "./wire";

/** The server beats every 15 s; one that is this late will not come. */
export const SILENCE_MS = 20_000;
export const POLL_MS = 30_000;
const WATCH_MS = 2_500;
/** A line that should have beaten by now is not waited for when the reader comes back to the page. */
const LATE_MS = 17_000;
/** The first try comes quickly, so that a restart of the server is hardly seen. */
const FIRST_RETRY_MS = 500;
const RETRY_MS = 1_250;
/** After a restart a server's pages must not come all at one moment: by so much earlier or later. */
const RETRY_SPREAD = 0.25;
/** A network that swallows what is sent answers no earlier attempt: the next one may come through. */
const OPEN_WITHIN_MS = 3_000;
/** A server that answers, and is only slow with streams, gets its time now and then. */
const OPEN_PATIENTLY_MS = 15_000;
const PATIENT_EVERY = 4;
/** A stream that failed this often while the server answers is a stream that cannot be had. */
const POLL_AFTER_FAILURES = 3;
const POLL_RETRY_MS = 5_000;

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting"; readonly retryAt: number }
  | { readonly kind: "polling"; readonly retryAt: number };

/**
 * What events are late for. bus: those of other servers come by looking, up to a second late.
 * store: none come until it answers again.
 */
export type Late = "bus" | "store" | null;

export interface Beat {
  /** Milliseconds since 1970; null when it cannot be read. */
  readonly serverNow: number | null;
  readonly late: Late;
}

export interface StreamPorts {
  open(lastEventId: string, listener: LineListener): Line;
  /** Whether this page may hold a line at present; without one it polls. */
  mayOpen(): boolean;
  /** Loads all snapshots; gives the event id to stream from. Rejects when the server does not answer. */
  load(): Promise<string>;
  onEvent(event: CouncilEvent): void;
  /** Something was said that cannot be read; the next snapshot tells it. */
  onGarbage(type: string): void;
  onConnection(connection: Connection): void;
  /** An answer that was no stream. */
  onRefused(status: number): void;
  /**
   * The server was heard at this moment: an event, a beat, an answer. A beat tells the server's time,
   * and what keeps events from coming at once.
   */
  onSignal(beat: Beat | null): void;
  /** Milliseconds that never go back. */
  now(): number;
  random(): number;
}

/** Beside these the server sends what `councilor_execution` says too. */
const TOLD_TWICE: ReadonlySet<string> = new Set(["councilor_started", "councilor_completed", "councilor_error"]);
const COUNCIL_EVENTS: ReadonlySet<string> = new Set(COUNCIL_EVENT_TYPES);

export class LiveStream {
  readonly #ports: StreamPorts;
  #line: Line | null = null;
  #resumeAt: string | null = null;
  #connection: Connection = { kind: "connecting" };
  #heardAt = 0;
  #pollAt = 0;
  #failures = 0;
  /** Not before this time is a stream asked for. */
  #restUntil = 0;
  #opening = false;
  #paused = false;
  #loading = false;
  /** What is being loaded may be of before the moment from which the line tells everything. */
  #outdated = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#watch = setInterval(() => this.#checkSilence(SILENCE_MS), WATCH_MS);
    void this.#connect();
  }

  stop(): void {
    clearInterval(this.#watch);
    this.pause();
  }

  /** Ask nothing until `restart`. */
  pause(): void {
    this.#paused = true;
    this.#hangUp();
  }

  /** Begin anew: with the snapshots, or, when what is shown is to be kept, from the last event. */
  restart({ anew }: { anew: boolean }): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (anew) this.#resumeAt = null;
    this.#failures = 0;
    this.#restUntil = 0;
    void this.#connect();
  }

  /** The reader is back: a line that may be dead is not waited for, nor is the next try. */
  wake(): void {
    this.#checkSilence(LATE_MS);
    if (this.#line === null) this.#tryNow();
  }

  /** The machine slept, the network changed: what was open before is not to be trusted. */
  revive(): void {
    if (this.#paused) return;
    this.#hangUp();
    this.#tryNow();
  }

  /** Another page may have the line: snapshots do until `wake`. */
  giveUp(): void {
    if (this.#paused || this.#ports.mayOpen()) return;
    this.#hangUp();
    this.#pollAt = this.#ports.now() + POLL_MS;
    this.#tell({ kind: "polling", retryAt: this.#pollAt });
    this.#tryAgainAt(this.#pollAt);
  }

  #tryNow(): void {
    if (this.#paused) return;
    if (this.#connection.kind === "live") this.#tell({ kind: "reconnecting", retryAt: this.#ports.now() });
    clearTimeout(this.#retry);
    this.#again();
  }

  async #connect(): Promise<void> {
    if (this.#resumeAt === null && !(await this.#resync())) return this.#lost();
    if (this.#paused || this.#line) return;
    if (this.#ports.mayOpen()) this.#follow(this.#resumeAt ?? "");
    else this.giveUp();
  }

  /** Load the snapshots anew; true when the page now shows the server's present. */
  async #resync(): Promise<boolean> {
    this.#loading = true;
    let wasReset = false;
    try {
      do {
        this.#outdated = false;
        this.#resumeAt = await this.#ports.load();
        wasReset ||= this.#outdated;
      } while (this.#outdated);
      this.#heard(null);
      return true;
    } catch (error) {
      if (wasReset || this.#outdated) this.#resumeAt = null;
      this.#rest(restOf(error));
      return false;
    } finally {
      this.#loading = false;
    }
  }

  #follow(lastEventId: string): void {
    clearTimeout(this.#retry);
    const isPatient = this.#connection.kind === "polling" && this.#failures % PATIENT_EVERY >= PATIENT_EVERY - 2;
    this.#opening = true;
    const line = this.#ports.open(lastEventId, {
      opened: () => this.#line === line && this.#opened(),
      frame: (frame) => this.#line === line && this.#receive(frame),
      ended: (ending) => this.#line === line && this.#ended(ending),
    });
    this.#line = line;
    const within = isPatient ? OPEN_PATIENTLY_MS : OPEN_WITHIN_MS;
    // Counted twice: it took as long as two that were refused.
    this.#patience = setTimeout(() => this.#lost(2), within);
  }

  #opened(): void {
    clearTimeout(this.#patience);
    this.#opening = false;
    this.#failures = 0;
    this.#heard(null);
    this.#tell({ kind: "live" });
  }

  #ended({ status, retryAfterMs }: Ending): void {
    if (this.#opening && status !== 0) this.#ports.onRefused(status);
    this.#rest(retryAfterMs);
    this.#lost();
  }

  #receive({ type, data, id }: Frame): void {
    this.#heard(type === "heartbeat" ? beatOf(data) : null);
    if (id) this.#resumeAt = id;
    if (type === "reset") return this.#reset();
    if (type === "heartbeat" || TOLD_TWICE.has(type)) return;
    const event = COUNCIL_EVENTS.has(type) ? parsed(type as CouncilEvent["type"], data) : null;
    if (event) this.#ports.onEvent(event);
    else this.#ports.onGarbage(type);
  }

  /**
   * Events after a reset follow on the open stream; the snapshot and they overlap harmlessly. Without
   * the snapshot no event id is of use: those after the reset are behind the gap that it told of.
   */
  #reset(): void {
    if (this.#loading) this.#outdated = true;
    else void this.#resync().then((done) => {
      if (done) return;
      this.#resumeAt = null;
      this.#lost();
    });
  }

  #lost(failures = 1): void {
    this.#hangUp();
    if (this.#paused) return;
    this.#failures += failures;
    const retryAt = Math.max(this.#ports.now() + retryDelay(this.#failures, this.#ports.random()), this.#wakeAt());
    this.#tell({ kind: this.#connection.kind === "polling" ? "polling" : "reconnecting", retryAt });
    this.#tryAgainAt(retryAt);
  }

  #hangUp(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#opening = false;
    const line = this.#line;
    this.#line = null;
    line?.close();
  }

  /** While the stream rests, snapshots stand in for it, once one is due. */
  #wakeAt(): number {
    return this.#resumeAt === null ? this.#restUntil : Math.min(this.#restUntil, this.#pollAt);
  }

  #tryAgainAt(retryAt: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#again(), retryAt - this.#ports.now());
  }

  #again(): void {
    if (this.#paused || this.#line) return;
    // Beside the next try, not before it: a poll may hang, and the stream come back meanwhile.
    if (this.#pollIsDue()) void this.#poll();
    const now = this.#ports.now();
    if (now < this.#restUntil) this.#tryAgainAt(Math.max(now + 1, this.#wakeAt()));
    else if (this.#resumeAt !== null && !this.#ports.mayOpen()) this.#tryAgainAt(Math.max(now + 1, this.#pollAt));
    else if (this.#resumeAt === null && this.#loading) this.#tryAgainAt(now + FIRST_RETRY_MS);
    else void this.#connect();
  }

  #rest(ms: number | null): void {
    if (ms === null) return;
    this.#restUntil = Math.max(this.#restUntil, this.#ports.now() + ms);
    this.#failures = Math.max(this.#failures, POLL_AFTER_FAILURES - 1);
  }

  #pollIsDue(): boolean {
    if (this.#loading || this.#resumeAt === null || this.#ports.now() < this.#pollAt) return false;
    return this.#failures >= POLL_AFTER_FAILURES || !this.#ports.mayOpen();
  }

  async #poll(): Promise<void> {
    this.#pollAt = this.#ports.now() + POLL_MS;
    const answered = await this.#resync();
    if (!answered) this.#pollAt = this.#ports.now() + POLL_RETRY_MS;
    if (this.#resumeAt === null) return this.#lost(); // a reset came meanwhile
    if (this.#paused || this.#connection.kind === "live") return;
    this.#tell({ kind: answered ? "polling" : "reconnecting", retryAt: this.#ports.now() });
  }

  #checkSilence(longest: number): void {
    if (this.#line && !this.#opening && this.#ports.now() - this.#heardAt > longest) this.#lost();
  }

  #heard(beat: Beat | null): void {
    this.#heardAt = this.#ports.now();
    this.#ports.onSignal(beat);
  }

  #tell(connection: Connection): void {
    this.#connection = connection;
    this.#ports.onConnection(connection);
  }
}

/** `random`: 0 to 1. */
export function retryDelay(failures: number, random: number): number {
  const spread = 1 + RETRY_SPREAD * (2 * random - 1);
  return (failures === 1 ? FIRST_RETRY_MS : RETRY_MS) * spread;
}

/** Null for what is no JSON, or of another shape: it would break what it is applied to. */
function parsed(type: CouncilEvent["type"], data: string): CouncilEvent | null {
  try {
    const event = readJson(data);
    return faultOf(event, EVENTS[type]) === null ? ({ ...(event as object), type } as CouncilEvent) : null;
  } catch {
    return null;
  }
}

function beatOf(data: string): Beat {
  try {
    const { ts, late } = JSON.parse(data) as { ts?: unknown; late?: unknown };
    return {
      serverNow: typeof ts === "number" ? ts * 1_000 : null,
      late: late === "bus" || late === "store" ? late : null,
    };
  } catch {
    return { serverNow: null, late: null };
  }
}
