/** Reads a log to its end, and on through lost connections: from the byte where it stopped. */
import { restOf } from "../text/rest";

export interface LogPorts {
  /** The log from byte `offset` on, following it while it grows. Rejects when there is no answer. */
  open(offset: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  onText(text: string): void;
  onState(state: LogState): void;
  /** Whether the run has ended: then the end of the stream is the end of the log. */
  ended(): boolean;
  wait(ms: number): Promise<void>;
}

export type LogState = "reading" | "lost" | "paused" | "complete";

const RETRY_MS = [1_000, 2_000, 5_000, 10_000] as const;
/** An ended log this long waits for the reader's word before more of it is fetched. */
export const UNASKED_BYTES = 2 << 20;

export class LogFollower {
  readonly #ports: LogPorts;
  readonly #stop = new AbortController();
  // One decoder over all connections: a character may be cut by the loss of one.
  readonly #decoder = new TextDecoder();
  #offset = 0;
  #limit = UNASKED_BYTES;
  /** How long the server asked to be left alone, when it did. */
  #rest = 0;

  constructor(ports: LogPorts) {
    this.#ports = ports;
  }

  /** Read until the log is complete, the limit is reached, or `stop` is called. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      this.#tell("reading");
      const before = this.#offset;
      // Asked before the end of the stream, or it might end with the run and miss its last words.
      const ended = this.#ports.ended();
      const whole = await this.#read(ended);
      if (this.#stop.signal.aborted) return;
      if (whole === "paused") return this.#tell("paused");
      if (whole === "end" && ended) return this.#tell("complete");
      failures = whole === "end" || this.#offset > before ? 0 : failures + 1;
      if (whole === "broken") this.#tell("lost");
      await this.#ports.wait(Math.max(this.#rest, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!));
    }
  }

  /** Go on after a pause, to the end. */
  resume(): Promise<void> {
    this.#limit = Infinity;
    return this.run();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #read(ended: boolean): Promise<"end" | "broken" | "paused"> {
    try {
      const stream = await this.#ports.open(this.#offset, this.#stop.signal);
      this.#rest = 0;
      const reader = stream.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "end";
        this.#offset += value.length;
        this.#ports.onText(this.#decoder.decode(value, { stream: true }));
        if (ended && this.#offset > this.#limit) {
          await reader.cancel();
          return "paused";
        }
      }
    } catch (error) {
      this.#rest = restOf(error) ?? 0;
      return "broken";
    }
  }

  #tell(state: LogState): void {
    this.#ports.onState(state);
  }
}
