/** Reads a log to its end, and on through lost connections: from the byte where it stopped. */
import { restOf } from "../text/rest";

/** A log from the byte `start` on. */
export interface OpenLog {
  readonly start: number;
  readonly stream: ReadableStream<Uint8Array>;
}

export interface LogPorts {
  /**
   * The log from byte `offset` on, following it while it grows; null: its end, from the beginning of a
   * line on. Rejects when there is no answer.
   */
  open(offset: number | null, signal: AbortSignal): Promise<OpenLog>;
  onText(text: string): void;
  /** So many bytes at the beginning of the log are not read. */
  onSkipped(bytes: number): void;
  onState(state: LogState): void;
  /** Whether the run has ended: then the end of the stream is the end of the log. */
  ended(): boolean;
  /** Whether asking again cannot help: what is wrong is for the reader to see. */
  isRefusal(error: unknown): boolean;
  wait(ms: number): Promise<void>;
}

export type LogState =
  | { readonly kind: "reading" | "lost" | "complete" }
  | { readonly kind: "refused"; readonly error: unknown };

const RETRY_MS = [1_000, 2_000, 5_000, 10_000] as const;

export class LogFollower {
  readonly #ports: LogPorts;
  readonly #stop = new AbortController();
  // One decoder over all connections: a character may be cut by the loss of one.
  readonly #decoder = new TextDecoder();
  #offset: number | null = null;

  constructor(ports: LogPorts) {
    this.#ports = ports;
  }

  /** Read until the log is complete, the server refuses it, or `stop` is called; again after a refusal. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      this.#ports.onState({ kind: "reading" });
      const before = this.#offset;
      // Asked before the end of the stream, or it might end with the run and miss its last words.
      const ended = this.#ports.ended();
      const failure = await this.#read();
      if (this.#stop.signal.aborted) return;
      if (failure === null && ended) return this.#ports.onState({ kind: "complete" });
      if (failure !== null && this.#ports.isRefusal(failure.error)) {
        return this.#ports.onState({ kind: "refused", error: failure.error });
      }
      failures = failure === null || this.#offset !== before ? 0 : failures + 1;
      if (failure !== null) this.#ports.onState({ kind: "lost" });
      const rest = failure === null ? 0 : (restOf(failure.error) ?? 0);
      await this.#ports.wait(Math.max(rest, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!));
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Up to the end of the stream; why it broke when it did. */
  async #read(): Promise<{ readonly error: unknown } | null> {
    try {
      const { start, stream } = await this.#ports.open(this.#offset, this.#stop.signal);
      if (this.#offset === null && start > 0) this.#ports.onSkipped(start);
      this.#offset ??= start;
      const reader = stream.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return null;
        this.#offset += value.length;
        this.#ports.onText(this.#decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      return { error };
    }
  }
}
