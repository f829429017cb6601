/** What the run found, worst first, and its report as it was written. */
import { type MarkKind, markOf, verdictOf } from "../../council/standing";
import { formats, messages } from "../../i18n";
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
  return <FindingList findings={findings} />;
}

function FindingsLater({ kind, earlier }: { kind: MarkKind; earlier: RecentMark | null }) {
  const t = messages.value;
  const known = earlier !== null && verdictOf(earlier) !== null ? earlier : null;
  return (
    <section class="box later">
      <Mark kind={kind} />
      <div>
        <h3>{t.execution.findingsLater}</h3>
        {known && <p>{markNews(known, t, formats.value)}</p>}
      </div>
      {known && (
        <a class="button" href={executionAddress(known.task_id)}>
          {t.execution.seeEarlier}
        </a>
      )}
    </section>
  );
}

function FindingList({ findings }: { findings: readonly Finding[] }) {
  const t = messages.value;
  return (
    <section class="box findings" aria-labelledby="findings-title">
      <h3 id="findings-title">
        {t.execution.findings} {findings.length > 0 && <span>{formats.value.number(findings.length)}</span>}
      </h3>
      {findings.length === 0 && <p>{t.execution.noFindings}</p>}
      <ul>
        {worstFirst(findings).map((finding, at) => (
          <li key={`${finding.fingerprint}-${at}`}>
            <Mark kind={finding.severity} />
            <div>
              <p>
                <span class="unseen">{t.mark[finding.severity]}: </span>
                <b>{finding.title}</b>
              </p>
              {finding.file !== null && (
                <code>
                  {finding.file}
                  {finding.line !== null && `:${finding.line}`}
                </code>
              )}
              {finding.detail && <p class="detail">{finding.detail}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Result({ row }: { row: TaskRow }) {
  const t = messages.value.execution;
  const text = row.result?.trim();
  return (
    <section class="box result" aria-labelledby="result-title">
      <h3 id="result-title">{t.result}</h3>
      {row.result_truncated && <p class="panel-note">{t.cut}</p>}
      {text ? (
        <pre tabIndex={0} aria-labelledby="result-title">
          {text}
        </pre>
      ) : (
        <p>{t.noResult}</p>
      )}
    </section>
  );
}
