/**
 * One stream for all tabs of a browser.
 *
 * Over HTTP/1.1 a browser opens six connections to a server, however many tabs there are: a seventh
 * tab with a stream of its own would load nothing at all. So one tab leads: it holds a lock, reads the
 * stream and passes the frames on; the others wait for the lock, and the browser gives it to the
 * next one when the leader is closed or dies. A tab goes on from the last event that it heard itself:
 *
 *   tab  -> leader   hello
 *   leader -> tab    welcome: the line is open or not, and L was the last event
 *   leader -> all    opened, frame, ended
 *
 * A tab that does not know L, or lacks the event before a frame, loads the snapshots again: what it has
 * missed is in them, and what comes after is told. Why not a SharedWorker: docs/adr/0013-page.md.
 */
import type { Ending, Frame, Line, LineListener } from "./line";

/** The number grows with what is said below: tabs of two releases may be open at one time. */
const NAME = "conselho.stream.1";
/** A leader that says nothing for so long hangs, and loses the lead. */
const WELCOME_WITHIN_MS = 2_000;
/** A tab that takes the lead over has the line back within this, or says that it is lost. */
const TAKEN_OVER_WITHIN_MS = 3_000;

type Said =
  | { readonly say: "hello"; readonly from: string }
  | { readonly say: "welcome"; readonly to: string; readonly opened: boolean; readonly last: string }
  /** `after`: the id of the event before it. */
  | { readonly say: "frame"; readonly frame: Frame; readonly after: string }
  | { readonly say: "opened" }
  | { readonly say: "ended"; readonly ending: Ending };

const RESET: Frame = { type: "reset", data: "{}", id: "" };
const LOST: Ending = { status: 0, retryAfterMs: null };

/** `open` opens a line of one's own from an event id. */
export function openShared(
  after: string,
  listener: LineListener,
  open: (after: string, listener: LineListener) => Line,
): Line {
  return new SharedLine(after, listener, open);
}

class SharedLine implements Line {
  readonly #id = crypto.randomUUID();
  readonly #channel = new BroadcastChannel(NAME);
  readonly #waiting = new AbortController();
  readonly #listener: LineListener;
  readonly #open: (after: string, listener: LineListener) => Line;
  #last: string;
  /** The leader's own; null for a tab that follows. */
  #line: Line | null = null;
  #opened = false;
  #welcome = false;
  /** Most readers have one tab: nothing is copied for nobody. */
  #hasFollowers = false;
  #closed = false;
  #release = (): void => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(after: string, listener: LineListener, open: (after: string, listener: LineListener) => Line) {
    this.#last = after;
    this.#listener = listener;
    this.#open = open;
    this.#channel.onmessage = ({ data }: MessageEvent<Said>) => this.#hear(data);
    this.#request({ signal: this.#waiting.signal });
    this.#say({ say: "hello", from: this.#id });
    this.#timer = setTimeout(() => this.#takeOver(), WELCOME_WITHIN_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#line?.close();
    this.#waiting.abort();
    this.#release();
    this.#channel.close();
  }

  /** From a tab whose followers are unknown here. */
  #takeOver(): void {
    this.#hasFollowers = true;
    this.#request({ steal: true });
  }

  #request(options: LockOptions): void {
    navigator.locks
      .request(NAME, options, () => this.#lead())
      // It was closed, or a tab that got no answer has taken the lead: it speaks from now on.
      .catch(() => this.#leave(LOST));
  }

  /** Until the promise is fulfilled the lock is held. */
  #lead(): Promise<void> {
    if (this.#closed || this.#line) return Promise.resolve();
    clearTimeout(this.#timer);
    if (this.#welcome) {
      this.#hasFollowers = true;
      this.#timer = setTimeout(() => this.#end(LOST), TAKEN_OVER_WITHIN_MS);
    }
    this.#opened = false;
    this.#line = this.#open(this.#last, {
      opened: () => this.#lineOpened(),
      frame: (frame) => this.#pass(frame),
      ended: (ending) => this.#end(ending),
    });
    return new Promise((resolve) => (this.#release = resolve));
  }

  #lineOpened(): void {
    clearTimeout(this.#timer);
    this.#opened = true;
    this.#say({ say: "opened" });
    this.#listener.opened();
  }

  #pass(frame: Frame): void {
    if (this.#hasFollowers) this.#say({ say: "frame", frame, after: this.#last });
    if (frame.id) this.#last = frame.id;
    this.#listener.frame(frame);
  }

  /** All tabs hear of it, and one of them, the first to try again, leads then. */
  #end(ending: Ending): void {
    if (this.#line && !this.#closed) this.#say({ say: "ended", ending });
    this.#leave(ending);
  }

  #leave(ending: Ending): void {
    if (this.#closed) return;
    this.close();
    this.#listener.ended(ending);
  }

  #hear(said: Said): void {
    if (said.say === "hello") return this.#answer(said.from);
    if (this.#line) return;
    if (said.say === "welcome") return this.#join(said);
    if (!this.#welcome) return;
    if (said.say === "frame") this.#follow(said);
    else if (said.say === "opened") this.#listener.opened();
    else if (said.say === "ended") this.#leave(said.ending);
  }

  #answer(to: string): void {
    this.#hasFollowers = true;
    if (this.#line) this.#say({ say: "welcome", to, opened: this.#opened, last: this.#last });
  }

  #join({ to, opened, last }: Said & { say: "welcome" }): void {
    if (to !== this.#id) return;
    clearTimeout(this.#timer);
    this.#welcome = true;
    if (opened) this.#listener.opened();
    this.#knows(last);
  }

  #follow({ frame, after }: Said & { say: "frame" }): void {
    this.#knows(after);
    if (frame.id) this.#last = frame.id;
    this.#listener.frame(frame);
  }

  #knows(last: string): void {
    if (last === this.#last) return;
    this.#last = last;
    this.#listener.frame(RESET);
  }

  #say(said: Said): void {
    this.#channel.postMessage(said);
  }
}
