/** The log of a run as it grows: the newest lines, followed for as long as the reader wants to. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { locked } from "../../access";
import { reasonOf } from "../../actions";
import { now } from "../../clock";
import { isRefusal, logAddress, openLog } from "../../execution/endpoints";
import { formats, messages } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { LogFollower, type LogState } from "../../log/follow";
import { type Block, type Line, LogTail, type Tail } from "../../log/lines";
import { Mark } from "../../parts/mark";
import { memo } from "../../parts/memo";
import { isFinal } from "../../state";
import type { TaskRow, TaskStatus } from "../../wire";
import { sizeWords } from "./raw";

/** Lines come in bursts; so many times a second is live to the eye. */
const SHOW_EVERY_MS = 100;
/** So near to the end counts as at the end. */
const END_PX = 24;
/** A silence that is worth a word. */
const SILENT_MS = 15_000;

interface LiveLogProps {
  row: TaskRow;
  /** A program's raw output, in which no sign means anything. */
  plain: boolean;
}

export function LiveLog({ row, plain }: LiveLogProps) {
  const t = executionMessages.value.log;
  const { task_id: taskId, status } = row;
  const log = useLog(taskId, isFinal(status));
  const live = !isFinal(status);
  const end = useEnd(log.shown);
  const empty = log.shown.count === 0 && log.shown.open === null;
  return (
    <section class={`box log ${plain ? "is-plain" : ""} ${live ? "is-live" : ""}`} aria-labelledby="log-title">
      <header>
        <h3 id="log-title">{t.title}</h3>
        <LogStatus log={log} status={status} />
        <LogButtons log={log} end={end} live={live} taskId={taskId} />
      </header>
      <div class="lines" ref={end.scroller} onScroll={end.onScroll} tabIndex={0} role="group" aria-labelledby="log-title">
        <Missing log={log} />
        {log.shown.blocks.map((block) => (
          <Lines key={block.first} block={block} />
        ))}
        {log.shown.open && <LogLine line={log.shown.open} />}
        {empty && <p class="aside">{log.state.kind === "complete" ? t.noneEnded : t.none}</p>}
      </div>
    </section>
  );
}

/** What was before the lines that are shown. */
function Missing({ log: { shown, skipped } }: { log: Log }) {
  const t = executionMessages.value.log;
  const { number } = formats.value;
  if (skipped > 0) return <p class="aside">{t.skipped(sizeWords(skipped))}</p>;
  if (shown.dropped > 0) return <p class="aside">{t.dropped(number(shown.count - shown.dropped), number(shown.dropped))}</p>;
  return null;
}

function LogStatus({ log, status }: { log: Log; status: TaskStatus }) {
  const t = executionMessages.value.log;
  const { count } = log.shown;
  return (
    <p>
      <span role="status">
        <StateWords log={log} status={status} />
      </span>
      {count > 0 && log.skipped === 0 && `, ${t.lines(count, formats.value.number(count))}`}
      {log.state.kind === "reading" && status === "processing" && <Silence since={log.heardAt} />}
    </p>
  );
}

function StateWords({ log, status }: { log: Log; status: TaskStatus }) {
  const t = executionMessages.value.log;
  if (log.state.kind === "refused") return <>{t.refused(reasonOf(log.state.error))}</>;
  if (log.state.kind === "lost") return <>{t.lost}</>;
  if (log.state.kind === "complete") return <>{t.ended}</>;
  if (isFinal(status)) return <>{t.loading}</>;
  if (status === "pending") return <>{t.waiting}</>;
  if (log.paused) return <>{t.paused}</>;
  return (
    <>
      <Mark kind="running" size={13} /> {t.live}
    </>
  );
}

/** An agent that hangs says nothing: that is told, not left to be guessed. */
function Silence({ since }: { since: number }) {
  const silent = now.value - since;
  return silent < SILENT_MS ? null : <>, {executionMessages.value.log.silent(messages.value.span(silent))}</>;
}

interface LogButtonsProps {
  log: Log;
  end: End;
  live: boolean;
  taskId: string;
}

function LogButtons({ log, end, live, taskId }: LogButtonsProps) {
  const own = executionMessages.value;
  const t = own.log;
  const [follow, unfollow] = live ? [t.follow, t.following] : [t.toEnd, null];
  return (
    <>
      {log.state.kind === "refused" && (
        <button type="button" class="button" onClick={log.retry}>
          {t.retry}
        </button>
      )}
      {(live || !end.follows) && (
        <button
          type="button"
          class={`button ${live && end.follows ? "filled" : ""}`}
          aria-pressed={live ? end.follows : undefined}
          onClick={end.follows ? end.leave : end.jump}
        >
          {end.follows ? unfollow : follow}
        </button>
      )}
      {live && (
        <button type="button" class="button" aria-pressed={log.paused} onClick={() => log.pause(!log.paused)}>
          {log.paused ? t.goOn : t.pause}
          {log.behind > 0 && <span> {t.behind(log.behind, formats.value.number(log.behind))}</span>}
        </button>
      )}
      <a class="button" href={logAddress(taskId)} download={`${taskId}.log`} aria-label={own.downloadLog}>
        {own.download}
      </a>
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
  const t = executionMessages.value.log;
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
      <bdi>{text}</bdi>
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

interface Log {
  /** What the reader sees: while paused, what was there when they paused. */
  readonly shown: Tail;
  readonly state: LogState;
  readonly paused: boolean;
  readonly pause: (paused: boolean) => void;
  /** Lines that came since it was paused. */
  readonly behind: number;
  /** Bytes at its beginning that were not read. */
  readonly skipped: number;
  /** When the newest text came, or reading began: by the page's clock. */
  readonly heardAt: number;
  readonly retry: () => void;
}

/** The log of this execution, from the moment this is shown; the panel makes a new one for another. */
function useLog(taskId: string, ended: boolean): Log {
  const [log] = useState(() => new LogTail());
  const [tail, setTail] = useState(() => log.tail());
  const [frozen, setFrozen] = useState<Tail | null>(null);
  const [state, setState] = useState<LogState>({ kind: "reading" });
  const [skipped, setSkipped] = useState(0);
  const heardAt = useRef(now.peek());
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
        heardAt.current = now.peek();
        log.push(text);
        timer ??= setTimeout(show, SHOW_EVERY_MS);
      },
      onSkipped: setSkipped,
      onState: setState,
      ended: () => over.current,
      isRefusal,
      wait: (ms) => new Promise((done) => setTimeout(done, ms)),
    });
    void follower.current.run();
    return () => {
      clearTimeout(timer);
      follower.current?.stop();
    };
  }, [taskId, log]);
  const retry = () => void follower.current?.run();
  const open = !locked.value;
  useEffect(() => {
    if (open && state.kind === "refused") retry();
  }, [open]);
  return {
    shown: frozen ?? tail,
    state,
    paused: frozen !== null,
    pause: (paused) => setFrozen(paused ? tail : null),
    behind: frozen ? tail.count - frozen.count : 0,
    skipped,
    heardAt: heardAt.current,
    retry,
  };
}

type End = ReturnType<typeof useEnd>;

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
  return { scroller, follows, jump, leave: () => setFollows(false), onScroll };
}
