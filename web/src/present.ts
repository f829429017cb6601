/**
 * Tells what happens now from what a snapshot or a resumed stream brings of the past. By the order of
 * events, not by the clock: those up to the newest one that the server knew of then are no news.
 */
import type { CouncilEvent } from "./wire";

/** Until the server has said how far it is, so many events wait to be told; older ones are no news then. */
const WAITING_KEPT = 1_000;

export class Present {
  readonly #tell: (event: CouncilEvent) => void;
  /** `seq` of the last event of the past; null until it is known. */
  #past: number | null = null;
  #waiting: CouncilEvent[] = [];

  constructor(tell: (event: CouncilEvent) => void) {
    this.#tell = tell;
  }

  /** What is heard from now on may be of the past, until `reached` says up to where. */
  resumed(): void {
    this.#past = null;
  }

  /** The newest event that the server knew of; null when it did not say: then that is what was heard. */
  reached(lastEventId: string | null): void {
    if (this.#past !== null) return;
    this.#past = seqOf(lastEventId) ?? this.#waiting.at(-1)?.seq ?? -1;
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach((event) => this.heard(event));
  }

  heard(event: CouncilEvent): void {
    if (this.#past === null) this.#waiting = [...this.#waiting, event].slice(-WAITING_KEPT);
    else if (!(event.seq <= this.#past)) this.#tell(event);
  }
}

/** An id ends with the number of its event. */
function seqOf(eventId: string | null): number | null {
  const number = /-(\d+)$/.exec(eventId ?? "");
  return number ? Number(number[1]) : null;
}
