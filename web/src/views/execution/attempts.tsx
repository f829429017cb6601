/** The attempts of a run: how the time went, and what became of each. */
import { now } from "../../clock";
import { type MarkKind, markOf, verdictOf } from "../../council/standing";
import { attemptsOf, type Share, sharesOf, type Tried, waitAfter, wantedAt } from "../../execution/attempts";
import type { Usual } from "../../execution/medians";
import { formats, messages } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { Mark } from "../../parts/mark";
import { lost } from "../../session";
import { isFinal } from "../../state";
import { causeOf, isRetry, retryAt } from "../../text/news";
import type { TaskDetails, TaskRow } from "../../wire";

interface AttemptsProps {
  row: TaskRow;
  details: TaskDetails | null;
  usual: Usual | null;
}

export function Attempts({ row, details, usual }: AttemptsProps) {
  const t = executionMessages.value;
  const attempts = attemptsOf(row, details?.attempts ?? []);
  return (
    <section class="box attempts" aria-labelledby="times-title">
      <header>
        <h3 id="times-title">{t.times}</h3>
        <span>{originWords(row, attempts)}</span>
      </header>
      <Shares row={row} attempts={attempts} usualMs={usual?.ms ?? null} />
      <ol>
        {isRetry(row) && <Next row={row} />}
        {attempts
          .map((tried, at) => <Attempt key={tried.attempt} row={row} tried={tried} waited={waitAfter(attempts, at)} />)
          .reverse()}
      </ol>
      {row.deadline_at && !isFinal(row.status) && (
        <p class="panel-note">
          {t.deadline}: {formats.value.moment(Date.parse(row.deadline_at), now.value)}
        </p>
      )}
    </section>
  );
}

/** When it was to begin, and how long that took. */
function originWords(row: TaskRow, attempts: readonly Tried[]): string {
  const t = executionMessages.value;
  const f = formats.value;
  const wanted = wantedAt(row);
  const at = f.momentSeconds(wanted, now.value);
  const said = row.trigger === "schedule" && row.due_at ? t.dueAt(at) : t.askedAt(at);
  const began = attempts[0]?.from ?? null;
  return began === null ? said : `${said}, ${t.startedIn(f.duration(Math.max(0, began - wanted)))}`;
}

/** Widths are how long each part took; of a run at work, what it usually takes longer stays empty. */
function Shares({ row, attempts, usualMs }: { row: TaskRow; attempts: readonly Tried[]; usualMs: number | null }) {
  const t = executionMessages.value;
  // Without a signal nobody knows what went on since.
  const until = isFinal(row.status) || lost.value ? now.peek() : now.value;
  const shares = sharesOf(row, attempts, until).filter((share) => share.ms > 0);
  const spent = shares.reduce((sum, share) => sum + share.ms, 0);
  const last = shares.at(-1);
  const left = row.status === "processing" && last?.kind === "ran" ? Math.max(0, (usualMs ?? 0) - last.ms) : 0;
  const total = spent + left;
  if (total === 0) return null;
  let reached = 0;
  return (
    <svg class="shares" role="img" aria-label={`${t.shares}: ${shares.map(shareWords).join(", ")}`} width="100%" height="12">
      {shares.map((share, at) => {
        const from = (reached / total) * 100;
        reached += share.ms;
        return (
          <rect key={at} class={shareClass(share, row)} x={`${from}%`} y="0" width={`${(share.ms / total) * 100}%`} height="12">
            <title>{shareWords(share)}</title>
          </rect>
        );
      })}
    </svg>
  );
}

function shareClass(share: Share, row: TaskRow): string {
  return share.kind === "ran" ? `is-${attemptMark(row, share.tried)}` : `is-${share.kind}`;
}

function shareWords(share: Share): string {
  const t = executionMessages.value;
  const span = formats.value.duration(share.ms);
  return share.kind === "ran" ? t.share.ran(share.tried.attempt, span) : t.share[share.kind](span);
}

/** The one that is waited for. */
function Next({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  const at = retryAt(row);
  return (
    <li>
      <Mark kind="waiting" />
      <p>
        <b>{t.attempt(row.attempt + 1)}</b> {t.outcome.next}
      </p>
      <span>{at !== null && t.from(formats.value.momentSeconds(Date.parse(at), now.value))}</span>
    </li>
  );
}

interface AttemptProps {
  row: TaskRow;
  tried: Tried;
  waited: number | null;
}

function Attempt({ row, tried, waited }: AttemptProps) {
  const t = executionMessages.value;
  const what = outcomeWords(row, tried);
  return (
    <li>
      <Mark kind={attemptMark(row, tried)} />
      <p>
        <b>{t.attempt(tried.attempt)}</b> {waited === null ? what : t.thenWaited(what, formats.value.duration(waited))}
      </p>
      <span>{timeWords(tried)}</span>
    </li>
  );
}

/** One that was tried again is gone by; only the last one is what the run came to. */
function attemptMark(row: TaskRow, tried: Tried): MarkKind {
  return tried.isLast ? markOf(row) : "skipped";
}

function outcomeWords(row: TaskRow, tried: Tried): string {
  const t = executionMessages.value;
  if (tried.failure) return withoutStop(causeOf(tried.failure, messages.value)[0]);
  if (!tried.isLast) return t.outcome.unknown;
  if (!isFinal(row.status)) return t.outcome.running;
  if (row.status === "cancelled") return t.outcome.cancelled;
  if (row.status === "error" && row.verdict?.source !== "contract") return withoutStop(causeOf(row, messages.value)[0]);
  return t.outcome[verdictOf(row) ?? "info"];
}

function withoutStop(sentence: string): string {
  const words = sentence.replace(/\.$/, "");
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function timeWords({ from, to }: Tried): string {
  const t = executionMessages.value;
  const f = formats.value;
  if (from === null) return "";
  const at = f.momentSeconds(from, now.value);
  return to === null ? t.since(at) : t.startAndSpan(at, f.duration(Math.max(0, to - from)));
}
