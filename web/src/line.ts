/**
 * The event stream as an HTTP answer that does not end, read frame by frame.
 *
 * EventSource would read it too, but tells neither why a stream was refused, nor for how long, nor
 * that one is open whose bytes are held back on the way.
 */
import { retryAfter } from "./call";

/** One event as it was sent; `id` is empty when it had none. */
export interface Frame {
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

/** `status` is 0 without an answer, and that of the answer also when it was no stream, or has ended. */
export interface Ending {
  readonly status: number;
  /** How long the server asks not to be asked again; null when it does not say. */
  readonly retryAfterMs: number | null;
}

export interface LineListener {
  /** The first bytes are here: nothing on the way holds them back. */
  opened(): void;
  frame(frame: Frame): void;
  /** Once, unless it was closed before. */
  ended(ending: Ending): void;
}

export interface Line {
  /** Nothing is told any more. */
  close(): void;
}

export function openLine(address: string, listener: LineListener): Line {
  const stop = new AbortController();
  const listening = () => !stop.signal.aborted;
  void read(address, stop.signal, listener).then((ending) => {
    if (listening()) listener.ended(ending);
  });
  return { close: () => stop.abort() };
}

/** Until it ends; never rejects. */
async function read(address: string, signal: AbortSignal, listener: LineListener): Promise<Ending> {
  let status = 0;
  try {
    const response = await fetch(address, { cache: "no-store", signal, headers: { Accept: "text/event-stream" } });
    status = response.status;
    if (!response.ok || !isStream(response) || !response.body) {
      void response.body?.cancel();
      return { status, retryAfterMs: retryAfter(response.headers) };
    }
    const frames = new FrameReader();
    const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let isFirst = true; ; isFirst = false) {
      const { done, value } = await text.read();
      if (done || signal.aborted) break;
      if (isFirst) listener.opened();
      for (const frame of frames.push(value)) if (!signal.aborted) listener.frame(frame);
    }
  } catch {
    // The network, or a frame without an end: the line is of no use in either case.
  }
  return { status, retryAfterMs: null };
}

/** Some servers answer every address with a page of theirs. */
function isStream(response: Response): boolean {
  return /^text\/event-stream\b/i.test(response.headers.get("Content-Type") ?? "");
}

/** The server's longest frames have some tens of thousands of characters. */
const LONGEST_FRAME = 4 << 20;

/** Cuts text into frames, however it is split. Source: HTML, 9.2.6 Interpreting an event stream. */
export class FrameReader {
  #rest = "";
  #type = "";
  #id = "";
  #data: string[] = [];

  /** The frames that `text` completes. Throws RangeError when one does not end. */
  push(text: string): Frame[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > LONGEST_FRAME) throw new RangeError("a frame without an end");
    return lines.flatMap((line) => this.#line(line.endsWith("\r") ? line.slice(0, -1) : line));
  }

  #line(line: string): Frame[] {
    if (line === "") return this.#complete();
    const [, name, value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) as unknown as [string, string, string?];
    if (name === "event") this.#type = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id") this.#id = copied(value);
    return [];
  }

  #complete(): Frame[] {
    const frame = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#type = this.#id = "";
    this.#data = [];
    return isEmpty ? [] : [frame];
  }
}

/** A piece cut out of a text keeps all of it in memory, and an id is kept for as long as nothing comes. */
function copied(piece: string): string {
  return Array.from(piece).join("");
}
