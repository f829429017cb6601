/** What it found and what of that is still there: since when, how often, and where to read of it. */
import { useState } from "preact/hooks";

import { now } from "../../clock";
import { formats, messages } from "../../i18n";
import { councilorMessages } from "../../i18n/councilor";
import { Mark } from "../../parts/mark";
import { type FindingsAnswer, getFindings, type KnownFinding } from "../../report/endpoints";
import { executionAddress } from "../../route";
import { useAnswer } from "./live";

const EVERY_MS = 1_500;
const SHOWN = 6;

interface OpenFindingsProps {
  agentId: string;
  told: string;
  /** Its newest run, when that failed: maybe without a conclusion. */
  failed: string | null;
}

export function OpenFindings({ agentId, told, failed }: OpenFindingsProps) {
  const t = councilorMessages.value.findings;
  const { answer, error } = useAnswer(agentId, told, EVERY_MS, () => getFindings(agentId));
  const open = answer?.findings.filter((finding) => finding.open) ?? [];
  const f = formats.value;
  return (
    <section class="box findings known" aria-labelledby="known-title" aria-busy={answer === null && error === null}>
      <header>
        <h3 id="known-title">
          {t.title} {open.length > 0 && <span>{f.number(open.length)}</span>}
        </h3>
        {answer !== null && answer.runs_read > 0 && <span>{t.read(answer.runs_read, f.number(answer.runs_read))}</span>}
      </header>
      {error !== null && <p role="alert">{t.failed}</p>}
      {answer && open.length === 0 && <p>{answer.runs_read > 0 ? t.none : t.noVerdict}</p>}
      {answer?.newest_task_id && failed !== null && failed !== answer.newest_task_id && (
        <p>
          {t.failedSince} <a href={executionAddress(answer.newest_task_id)}>{t.concluded}</a>
        </p>
      )}
      {answer && <List findings={open} from={answer} />}
      {answer && <Closed answer={answer} />}
    </section>
  );
}

function Closed({ answer }: { answer: FindingsAnswer }) {
  const t = councilorMessages.value.findings;
  const closed = answer.findings.filter((finding) => !finding.open);
  if (closed.length === 0) return null;
  const text = formats.value.number(closed.length);
  return (
    <details class="closed">
      <summary>{t.closed(closed.length, text)}</summary>
      <List findings={closed} from={answer} />
      {answer.left_out > 0 && <p>{t.leftOut(answer.left_out, formats.value.number(answer.left_out))}</p>}
    </details>
  );
}

function List({ findings, from }: { findings: readonly KnownFinding[]; from: FindingsAnswer }) {
  const t = councilorMessages.value.findings;
  const [all, setAll] = useState(false);
  const shown = all ? findings : findings.slice(0, SHOWN);
  return (
    <>
      <ul>
        {shown.map((finding) => (
          <Known key={finding.fingerprint} finding={finding} from={from} />
        ))}
      </ul>
      {findings.length > SHOWN && (
        <button type="button" class="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.fewer : t.all(formats.value.number(findings.length))}
        </button>
      )}
    </>
  );
}

function Known({ finding, from }: { finding: KnownFinding; from: FindingsAnswer }) {
  const t = councilorMessages.value.findings;
  const { title, severity, file, line, detail } = finding;
  const once = finding.last_task_id === finding.first_task_id;
  return (
    <li>
      <Mark kind={severity} />
      <div>
        <p>
          <span class="unseen">{messages.value.mark[severity]}: </span>
          <b>{title}</b>
        </p>
        {file !== null && (
          <code>
            {file}
            {line !== null && `:${line}`}
          </code>
        )}
        {detail && <p class="detail">{detail}</p>}
        <p class="since">
          <span class={isNew(finding, from) ? "is-new" : ""}>{sinceWords(finding, from)}</span>
          <RunLink taskId={finding.first_task_id} words={once ? t.only : t.first} title={title} />
          {!once && <RunLink taskId={finding.last_task_id} words={t.last} title={title} />}
        </p>
      </div>
    </li>
  );
}

/** Out of its list, the link has to say of what it is the first or the last time. */
function RunLink({ taskId, words, title }: { taskId: string; words: string; title: string }) {
  return (
    <a href={executionAddress(taskId)} aria-label={`${words}: ${title}`}>
      {words}
    </a>
  );
}

/** Seen by the newest run and by none before it. */
function isNew(finding: KnownFinding, from: FindingsAnswer): boolean {
  return finding.open && finding.runs === 1 && from.runs_read > 1;
}

function sinceWords(finding: KnownFinding, from: FindingsAnswer): string {
  const t = councilorMessages.value.findings;
  const f = formats.value;
  const moment = (at: string) => f.moment(Date.parse(at), now.peek());
  const runs = t.runs(finding.runs, f.number(finding.runs));
  if (!finding.open) return `${t.closedAt(moment(finding.last_seen_at))}, ${runs}`;
  if (isNew(finding, from)) return t.once;
  const since = finding.first_task_id === from.oldest_task_id ? t.sinceBefore : t.since;
  return `${since(moment(finding.first_seen_at))}, ${runs}`;
}
