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

  /** Try at once: the machine is back from sleep or from a lost network. */
  wake(): void {
    this.#checkSilence();
    if (this.#source === null && !this.#busy) {
      clearTimeout(this.#retry);
      void this.#connect();
    }
  }

  async #connect(): Promise<void> {
    if (this.#busy) return;
    if (this.#resumeAt === null && !(await this.#resync())) return this.#lost();
    this.#follow(this.#resumeAt ?? "");
  }

  /** Load the snapshots anew; true when the page now shows the server's present. */
  async #resync(): Promise<boolean> {
    this.#busy = true;
    try {
      this.#resumeAt = await this.#ports.load();
      this.#heard();
      return true;
    } catch {
      return false;
    } finally {
      this.#busy = false;
    }
  }

  #follow(lastEventId: string): void {
    const source = this.#ports.open(lastEventId);
    this.#source = source;
    // A closed source may still deliver what it had queued.
    const on = (type: string, act: (event: MessageEvent<string>) => void) =>
      source.addEventListener(type, (event) => {
        if (this.#source === source) act(event);
      });
    on("open", () => this.#opened());
    on("error", () => this.#lost());
    on("heartbeat", () => this.#heard());
    on("reset", () => this.#reset());
    for (const type of COUNCIL_EVENT_TYPES) on(type, (event) => this.#receive(type, event));
  }

  #opened(): void {
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
    this.#failures += 1;
    const retryAt = this.#ports.now() + retryDelay(this.#failures);
    const kind = this.#connection.kind === "polling" ? "polling" : "reconnecting";
    this.#tell({ kind, retryAt });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#again(), retryAt - this.#ports.now());
  }

  async #again(): Promise<void> {
    if (this.#pollIsDue()) await this.#poll();
    await this.#connect();
  }

  #pollIsDue(): boolean {
    if (this.#resumeAt === null || this.#failures < POLL_AFTER_FAILURES) return false;
    return this.#ports.now() >= this.#pollAt;
  }

  async #poll(): Promise<void> {
    const answered = await this.#resync();
    this.#pollAt = this.#ports.now() + (answered ? POLL_MS : PATIENT_RETRY_MS);
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
