import { restOf } from "../text/rest";

/**
 * Asks while somebody types: once they pause, and the answer to the newest question is the one that
 * counts, in whatever order the answers come. A server that asks for a rest is asked again after it.
 */
export const PAUSE_MS = 200;

export interface PreviewState<Answer> {
  readonly asking: boolean;
  /** The last one that was had; it may be of an earlier question while `asking` or after `error`. */
  readonly answer: Answer | null;
  readonly error: unknown;
}

export class Preview<Question, Answer> {
  #newest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: PreviewState<Answer> = { asking: false, answer: null, error: null };

  constructor(
    readonly ask: (question: Question) => Promise<Answer>,
    readonly onState: (state: PreviewState<Answer>) => void,
  ) {}

  change(question: Question, pauseMs = PAUSE_MS): void {
    const number = ++this.#newest;
    clearTimeout(this.#timer);
    this.#tell({ ...this.#state, asking: true });
    this.#timer = setTimeout(() => {
      this.ask(question).then(
        (answer) => this.#answered(number, { answer, error: null }),
        (error: unknown) => this.#failed(number, question, error),
      );
    }, pauseMs);
  }

  #failed(number: number, question: Question, error: unknown): void {
    this.#answered(number, { answer: this.#state.answer, error });
    const rest = restOf(error);
    if (number !== this.#newest || rest === null) return;
    this.#timer = setTimeout(() => this.change(question, 0), rest);
  }

  stop(): void {
    this.#newest += 1;
    clearTimeout(this.#timer);
  }

  #answered(number: number, said: Omit<PreviewState<Answer>, "asking">): void {
    if (number === this.#newest) this.#tell({ asking: false, ...said });
  }

  #tell(state: PreviewState<Answer>): void {
    this.#state = state;
    this.onState(state);
  }
}
