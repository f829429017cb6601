/**
 * The line to the server: a snapshot, then EventSource from the snapshot's event id.
 *
 *   connecting --snapshot, stream open--> live
 *   live --error, or silent for SILENCE_MS--> reconnecting   (tries again by itself, for ever)
 *   reconnecting --stream open--> live                       (resumes after the last event)
 *   reconnecting --snapshot without a stream--> polling      (a snapshot every POLL_MS, still trying)
 *
 * The browser's own reconnect is not used: it gives up after some HTTP errors, tells no time of its
 * next try and never notices a line that is open but silent.
 */
import { restOf } from "./text/rest";
import { readJson } from "./text/untrusted";
import { COUNCIL_EVENT_TYPES, type CouncilEvent } from "./wire";

/** The server beats every 15 s: two lost beats and some air. */
export const SILENCE_MS = 35_000;
export const POLL_MS = 30_000;
const WATCH_MS = 5_000;
/** First tries come quickly, so that a restart of the server is hardly seen. */
const RETRY_MS = [500, 1_000, 2_000] as const;
const PATIENT_RETRY_MS = 5_000;
const PATIENT_AFTER = 30;
/** A stream that failed this often while the server answers is a stream that cannot be had. */
const POLL_AFTER_FAILURES = 3;

export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting"; readonly retryAt: number }
  | { readonly kind: "polling"; readonly retryAt: number };

export interface Source {
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

export interface StreamPorts {
  open(lastEventId: string): Source;
  /** Loads all snapshots; gives the event id to stream from. Rejects when the server does not answer. */
  load(): Promise<string>;
  /** How long the server asks not to be asked for a stream; null when it does not say. Never rejects. */
  refusal(lastEventId: string): Promise<number | null>;
  onEvent(event: CouncilEvent): void;
  onConnection(connection: Connection): void;
  /** The server was heard at this moment (epoch milliseconds): an event, a beat, an answer. */
  onSignal(at: number): void;
  now(): number;
}

export class LiveStream {
  readonly #ports: StreamPorts;
  #source: Source | null = null;
  #resumeAt: string | null = null;
  #connection: Connection = { kind: "connecting" };
  #heardAt = 0;
  #pollAt = 0;
  #failures = 0;
  /** Not before this time is a stream asked for. */
  #restUntil = 0;
  #opening = false;
  #paused = false;
  #busy = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(ports: StreamPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#watch = setInterval(() => this.#checkSilence(), WATCH_MS);
    void this.#connect();
  }

  stop(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  /** Ask nothing until `restart`: the server wants to know first who is there. */
  pause(): void {
    this.#paused = true;
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  /** Begin anew with the snapshots. */
  restart(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#resumeAt = null;
    this.#failures = 0;
    this.#restUntil = 0;
    void this.#connect();
  }

  /** Try at once: the machine is back from sleep or from a lost network. */
  wake(): void {
    this.#checkSilence();
    if (this.#source === null && !this.#busy && !this.#paused && this.#ports.now() >= this.#restUntil) {
      clearTimeout(this.#retry);
      void this.#connect();
    }
  }

  async #connect(): Promise<void> {
    if (this.#busy || this.#paused) return;
    if (this.#resumeAt === null && !(await this.#resync())) return this.#lost();
    if (!this.#paused) this.#follow(this.#resumeAt ?? "");
  }

  /** Load the snapshots anew; true when the page now shows the server's present. */
  async #resync(): Promise<boolean> {
    this.#busy = true;
    try {
      this.#resumeAt = await this.#ports.load();
      this.#heard();
      return true;
    } catch (error) {
      this.#rest(restOf(error));
      return false;
    } finally {
      this.#busy = false;
    }
  }

  #follow(lastEventId: string): void {
    const source = this.#ports.open(lastEventId);
    this.#source = source;
    this.#opening = true;
    // A closed source may still deliver what it had queued.
    const on = (type: string, act: (event: MessageEvent<string>) => void) =>
      source.addEventListener(type, (event) => {
        if (this.#source === source) act(event);
      });
    on("open", () => this.#opened());
    on("error", () => void this.#broken(lastEventId));
    on("heartbeat", () => this.#heard());
    on("reset", () => this.#reset());
    for (const type of COUNCIL_EVENT_TYPES) on(type, (event) => this.#receive(type, event));
  }

  /** A stream that never opened was refused perhaps, and the server may have said for how long. */
  async #broken(lastEventId: string): Promise<void> {
    const source = this.#source;
    // Or the browser tries again by itself meanwhile.
    source?.close();
    if (this.#opening) this.#rest(await this.#ports.refusal(lastEventId));
    if (this.#source === source) this.#lost();
  }

  #opened(): void {
    this.#opening = false;
    this.#failures = 0;
    this.#heard();
    this.#tell({ kind: "live" });
  }

  #receive(type: CouncilEvent["type"], message: MessageEvent<string>): void {
    this.#heard();
    if (message.lastEventId) this.#resumeAt = message.lastEventId;
    const event = parsed(type, message.data);
    if (event) this.#ports.onEvent(event);
  }

  /** Events after a reset follow on the open stream; the snapshot and they overlap harmlessly. */
  #reset(): void {
    this.#heard();
    this.#resumeAt = null;
    void this.#resync().then((done) => {
      if (!done) this.#lost();
    });
  }

  #lost(): void {
    this.#source?.close();
    this.#source = null;
    if (this.#paused) return;
    this.#failures += 1;
    this.#tryAgainAt(Math.max(this.#ports.now() + retryDelay(this.#failures), this.#wakeAt()));
  }

  /** While the stream rests, snapshots stand in for it, once one is due. */
  #wakeAt(): number {
    return this.#resumeAt === null ? this.#restUntil : Math.min(this.#restUntil, this.#pollAt);
  }

  #tryAgainAt(retryAt: number): void {
    const kind = this.#connection.kind === "polling" ? "polling" : "reconnecting";
    this.#tell({ kind, retryAt });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#again(), retryAt - this.#ports.now());
  }

  async #again(): Promise<void> {
    if (this.#pollIsDue()) await this.#poll();
    if (this.#paused) return;
    if (this.#ports.now() < this.#restUntil) return this.#tryAgainAt(Math.max(this.#ports.now() + 1, this.#wakeAt()));
    await this.#connect();
  }

  #rest(ms: number | null): void {
    if (ms === null) return;
    this.#restUntil = Math.max(this.#restUntil, this.#ports.now() + ms);
    this.#failures = Math.max(this.#failures, POLL_AFTER_FAILURES - 1);
  }

  #pollIsDue(): boolean {
    if (this.#resumeAt === null || this.#failures < POLL_AFTER_FAILURES) return false;
    return this.#ports.now() >= this.#pollAt;
  }

  async #poll(): Promise<void> {
    const answered = await this.#resync();
    this.#pollAt = this.#ports.now() + (answered ? POLL_MS : PATIENT_RETRY_MS);
    if (this.#paused) return;
    this.#tell({ kind: answered ? "polling" : "reconnecting", retryAt: this.#ports.now() });
  }

  #checkSilence(): void {
    if (this.#source && this.#ports.now() - this.#heardAt > SILENCE_MS) this.#lost();
  }

  #heard(): void {
    this.#heardAt = this.#ports.now();
    this.#ports.onSignal(this.#heardAt);
  }

  #tell(connection: Connection): void {
    this.#connection = connection;
    this.#ports.onConnection(connection);
  }
}

export function retryDelay(failures: number): number {
  if (failures > PATIENT_AFTER) return PATIENT_RETRY_MS;
  return RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? PATIENT_RETRY_MS;
}

/** A frame that is not JSON is dropped: the next snapshot repairs what it would have said. */
function parsed(type: CouncilEvent["type"], data: string): CouncilEvent | null {
  try {
    return { ...(readJson(data) as object), type } as CouncilEvent;
  } catch {
    return null;
  }
}
