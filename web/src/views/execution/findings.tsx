/** What the run found, worst first, and what of it is new. */
import { useEffect, useState } from "preact/hooks";

import { now } from "../../clock";
import { type MarkKind, markOf, verdictOf } from "../../council/standing";
import { type FindingList, getFindings, type KnownFinding } from "../../execution/endpoints";
import { formats, messages } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { Mark } from "../../parts/mark";
import { executionAddress } from "../../route";
import { isFinal } from "../../state";
import { markNews } from "../../text/news";
import { worstFirst } from "../../text/verdict";
import type { Finding, RecentMark, TaskRow } from "../../wire";

export function Findings({ row, earlier }: { row: TaskRow; earlier: RecentMark | null }) {
  if (!isFinal(row.status)) return <FindingsLater kind={markOf(row)} earlier={earlier} />;
  const findings = row.verdict?.findings ?? [];
  // A run that failed found nothing because it failed: that is no finding either.
  if (row.verdict === null || (row.status === "error" && findings.length === 0)) return null;
  return <Found row={row} findings={findings} />;
}

function FindingsLater({ kind, earlier }: { kind: MarkKind; earlier: RecentMark | null }) {
  const t = executionMessages.value;
  const known = earlier !== null && verdictOf(earlier) !== null ? earlier : null;
  const at = known?.completed_at ?? known?.due_at;
  return (
    <section class="box later">
      <Mark kind={kind} />
      <div>
        <h3>{t.findingsLater}</h3>
        {known && at && (
          <p dir="auto">
            {t.before(formats.value.moment(Date.parse(at), now.value), markNews(known, messages.value, formats.value))}
          </p>
        )}
      </div>
      {known && (
        <a class="button" href={executionAddress(known.task_id)}>
          {t.seeEarlier}
        </a>
      )}
    </section>
  );
}

function Found({ row, findings }: { row: TaskRow; findings: readonly Finding[] }) {
  const t = executionMessages.value;
  const known = useKnown(row, findings.length > 0);
  const total = row.verdict?.findings_truncated ?? findings.length;
  const missing = total - findings.length;
  return (
    <section class="box findings" aria-labelledby="findings-title">
      <h3 id="findings-title">
        {t.findings} {total > 0 && <span>{formats.value.number(total)}</span>}
      </h3>
      {total === 0 && <p>{t.noFindings}</p>}
      <ul>
        {worstFirst(findings).map((finding, at) => (
          <FindingItem
            key={`${finding.fingerprint}-${at}`}
            finding={finding}
            history={known && historyOf(known, finding, row.task_id)}
          />
        ))}
      </ul>
      {missing > 0 && <p>{t.moreFindings(missing, formats.value.number(missing))}</p>}
    </section>
  );
}

function FindingItem({ finding, history }: { finding: Finding; history: History | null }) {
  const t = messages.value;
  return (
    <li>
      <Mark kind={finding.severity} />
      <div>
        <p>
          <span class="unseen">{t.mark[finding.severity]}: </span>
          <b dir="auto">{finding.title}</b>
        </p>
        {finding.file !== null && (
          <code dir="auto">
            {finding.file}
            {finding.line !== null && `:${finding.line}`}
          </code>
        )}
        {finding.detail && (
          <p class="detail" dir="auto">
            {finding.detail}
          </p>
        )}
      </div>
      {history && (
        <p class={`seen ${history.isNew ? `ink-${finding.severity}` : ""}`} title={history.more}>
          {history.words}
        </p>
      )}
    </li>
  );
}

interface History {
  readonly isNew: boolean;
  readonly words: string;
  /** Since when; empty for a new one. */
  readonly more: string;
}

/** The same finding over the last runs; null where the server does not know it. */
function historyOf(known: FindingList, finding: Finding, taskId: string): History | null {
  const t = executionMessages.value;
  const found = known.findings.find((one) => one.fingerprint === finding.fingerprint);
  if (!found) return null;
  const isNew = found.first_task_id === taskId;
  const gone = found.open ? "" : `, ${t.isGone}`;
  return {
    isNew,
    words: `${isNew ? t.isNew : seenWords(found, known.runs_read)}${gone}`,
    more: isNew ? "" : t.seenSince(formats.value.full(Date.parse(found.first_seen_at))),
  };
}

function seenWords(found: KnownFinding, read: number): string {
  const t = executionMessages.value;
  return found.runs === read ? t.seenInAll : t.seenIn(found.runs, formats.value.number(found.runs));
}

/** Null while it is not known; without an answer nothing is said of it. */
function useKnown(row: TaskRow, wanted: boolean): FindingList | null {
  const [known, setKnown] = useState<FindingList | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    getFindings(row.agent_id).then(
      (answer) => current && Array.isArray(answer.findings) && setKnown(answer),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [row.task_id, wanted]);
  return known;
}
