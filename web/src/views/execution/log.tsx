/** The log of a run as it grows: the newest lines, followed for as long as the reader looks at its end. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { logAddress, openLog } from "../../api";
import { formats, messages } from "../../i18n";
import { LogFollower, type LogState, UNASKED_BYTES } from "../../log/follow";
import { type Block, type Line, LINES_KEPT, LogTail, type Tail } from "../../log/lines";
import { Mark } from "../../parts/mark";
import { memo } from "../../parts/memo";
import { isFinal } from "../../state";
import type { TaskRow, TaskStatus } from "../../wire";

/** Lines come in bursts; so many times a second is live to the eye. */
const SHOW_EVERY_MS = 100;
/** So near to the end counts as at the end. */
const END_PX = 24;

interface LiveLogProps {
  row: TaskRow;
  /** A program's raw output, in which no sign means anything. */
  plain: boolean;
}

export function LiveLog({ row, plain }: LiveLogProps) {
  const t = messages.value.log;
  const { task_id: taskId, status } = row;
  const { tail, state, resume } = useLog(taskId, isFinal(status));
  const { scroller, follows, jump, onScroll } = useEnd(tail);
  const empty = tail.count === 0 && tail.open === null;
  return (
    <section class={`box log ${plain ? "is-plain" : ""} ${isFinal(status) ? "" : "is-live"}`} aria-labelledby="log-title">
      <header>
        <h3 id="log-title">{t.title}</h3>
        <p role="status">
          <StateWords state={state} status={status} />
          {!empty && `, ${t.lines(tail.count, formats.value.number(tail.count))}`}
        </p>
        {!follows && (
          <button type="button" class="button" onClick={jump}>
            {t.jump}
          </button>
        )}
        <a class="button" href={logAddress(taskId)} target="_blank" rel="noopener" aria-label={messages.value.execution.log}>
          {t.open}
        </a>
      </header>
      <div class="lines" ref={scroller} onScroll={onScroll} tabIndex={0} role="group" aria-labelledby="log-title">
        {tail.dropped > 0 && <p class="aside">{droppedWords(tail)}</p>}
        {tail.blocks.map((block) => (
          <Lines key={block.first} block={block} />
        ))}
        {tail.open && <LogLine line={tail.open} />}
        {empty && state !== "reading" && <p class="aside">{t.noneEnded}</p>}
        {empty && state === "reading" && <p class="aside">{t.none}</p>}
        {state === "paused" && (
          <p class="aside">
            {t.paused(`${formats.value.number(UNASKED_BYTES / (1 << 20))} MB`)}{" "}
            <button type="button" class="button" onClick={resume}>
              {t.toEnd}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}

function droppedWords(tail: Tail): string {
  const { number } = formats.value;
  return messages.value.log.dropped(number(LINES_KEPT), number(tail.dropped));
}

function StateWords({ state, status }: { state: LogState; status: TaskStatus }) {
  const t = messages.value.log;
  if (state === "lost") return <>{t.lost}</>;
  if (state === "complete" || state === "paused") return <>{t.ended}</>;
  if (isFinal(status)) return <>{t.loading}</>;
  if (status === "pending") return <>{t.waiting}</>;
  return (
    <>
      <Mark kind="running" size={13} /> {t.live}
    </>
  );
}

const Lines = memo(function Lines({ block }: { block: Block }) {
  return (
    <>
      {block.lines.map((line, at) => (
        <LogLine key={at} line={line} />
      ))}
    </>
  );
});

const SIGN = { asked: "→", done: "✓", failed: "✗", denied: "⊘" } as const;

function LogLine({ line }: { line: Line }) {
  const t = messages.value.log;
  const { kind, text, cut } = line;
  const more = cut > 0 && <em> {t.cut(formats.value.number(cut))}</em>;
  if (kind === "text" || kind === "code" || kind === "note") {
    return (
      <p class={`is-${kind}`}>
        {text || "\u00a0"}
        {more}
      </p>
    );
  }
  return (
    <p class={`is-${kind}`}>
      <span class="sign" aria-hidden="true">
        {SIGN[kind]}
      </span>
      <span class="unseen">{t.kind[kind]}: </span>
      {text}
      {kind === "denied" && (
        <>
          {" "}
          <em aria-hidden="true">{t.kind.denied}</em>
        </>
      )}
      {more}
    </p>
  );
}

/** The log of this execution, from the moment this is shown; the panel makes a new one for another. */
function useLog(taskId: string, ended: boolean): { tail: Tail; state: LogState; resume: () => void } {
  const [log] = useState(() => new LogTail());
  const [tail, setTail] = useState(() => log.tail());
  const [state, setState] = useState<LogState>("reading");
  const over = useRef(ended);
  over.current = ended;
  const follower = useRef<LogFollower | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      setTail(log.tail());
    };
    follower.current = new LogFollower({
      open: (offset, signal) => openLog(taskId, offset, signal),
      onText: (text) => {
        log.push(text);
        timer ??= setTimeout(show, SHOW_EVERY_MS);
      },
      onState: setState,
      ended: () => over.current,
      wait: (ms) => new Promise((done) => setTimeout(done, ms)),
    });
    void follower.current.run();
    return () => {
      clearTimeout(timer);
      follower.current?.stop();
    };
  }, [taskId, log]);
  return { tail, state, resume: () => void follower.current?.resume() };
}

/** Stays at the end while the reader is there; a reader who scrolled up is left in peace. */
function useEnd(tail: Tail) {
  const scroller = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const jump = () => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    setFollows(true);
  };
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box && follows) box.scrollTop = box.scrollHeight;
  }, [tail, follows]);
  const onScroll = () => {
    const box = scroller.current;
    if (box) setFollows(box.scrollHeight - box.scrollTop - box.clientHeight < END_PX);
  };
  return { scroller, follows, jump, onScroll };
}
