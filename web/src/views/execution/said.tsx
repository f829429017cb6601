/** What was said: the report as it reads best, the request as it was sent, the answer as it came. */
import { useId, useMemo, useRef, useState } from "preact/hooks";

import { formats } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { isFinal } from "../../state";
import { readingMinutes, wordsIn } from "../../text/report";
import type { Agent, TaskDetails, TaskRow } from "../../wire";
import { RawText, sizeWords } from "./raw";
import { Report } from "./report";
import { isLost } from "./use_execution";

const TABS = ["report", "request", "raw"] as const;
type Tab = (typeof TABS)[number];

interface SaidProps {
  row: TaskRow;
  details: TaskDetails | null;
  agent: Agent | null;
}

export function Said({ row, details, agent }: SaidProps) {
  const t = executionMessages.value;
  const id = useId();
  const [chosen, setChosen] = useState<Tab | null>(null);
  if (isLost(row)) return null;
  const tab = chosen ?? (isFinal(row.status) ? "report" : "request");
  const request = requestOf(details, agent);
  return (
    <section class="box said" aria-labelledby={`${id}-title`}>
      <h3 class="unseen" id={`${id}-title`}>
        {t.tabs}
      </h3>
      <header>
        <TabList id={id} tab={tab} choose={setChosen} />
        <Measure tab={tab} row={row} request={request} />
      </header>
      <div class="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        {tab === "report" && <Report row={row} provider={(details ?? agent)?.provider ?? null} seeRaw={() => setChosen("raw")} />}
        {tab === "request" && <Request parts={request} isProgram={(details ?? agent)?.provider === "command"} />}
        {tab === "raw" && <Raw row={row} />}
      </div>
    </section>
  );
}

function TabList({ id, tab, choose }: { id: string; tab: Tab; choose: (tab: Tab) => void }) {
  const t = executionMessages.value;
  const list = useRef<HTMLDivElement>(null);
  const press = (event: KeyboardEvent) => {
    const to = { ArrowRight: 1, ArrowLeft: -1, Home: -TABS.indexOf(tab), End: -1 - TABS.indexOf(tab) }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + to + TABS.length) % TABS.length]!;
    choose(next);
    list.current?.querySelector<HTMLElement>(`[data-tab=${next}]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-labelledby={`${id}-title`} ref={list} onKeyDown={press}>
      {TABS.map((each) => (
        <button
          type="button"
          role="tab"
          key={each}
          id={`${id}-${each}`}
          data-tab={each}
          aria-selected={each === tab}
          aria-controls={each === tab ? `${id}-panel` : undefined}
          tabIndex={each === tab ? 0 : -1}
          onClick={() => choose(each)}
        >
          {t[each]}
        </button>
      ))}
    </div>
  );
}

/** Nobody reads for longer than this. */
const LONGEST_READ_MINUTES = 60;

/** How much there is to read. */
function Measure({ tab, row, request }: { tab: Tab; row: TaskRow; request: readonly Said[] }) {
  const t = executionMessages.value;
  const text = tab === "request" ? request.map((part) => part.text).join("\n") : (row.result ?? "");
  const words = useMemo(() => wordsIn(text), [text]);
  if (words === 0) return null;
  const { number } = formats.value;
  const minutes = readingMinutes(words);
  const isBook = tab === "raw" || minutes > LONGEST_READ_MINUTES;
  return <p class="measure">{isBook ? sizeWords(text) : t.readingTime(words, number(words), number(minutes))}</p>;
}

/** One part of a request; its name is empty when it is the whole. */
export interface Said {
  readonly name: string;
  readonly text: string;
}

/** What the agent was told: the whole prompt once it is kept, before that its parts. */
function requestOf(details: TaskDetails | null, agent: Agent | null): Said[] {
  const t = executionMessages.value;
  const sent = details?.sent_prompt?.trim();
  if (sent) return [{ name: t.promptSent, text: sent }];
  return [
    { name: t.instructions, text: details?.instructions.trim() ?? "" },
    { name: t.task, text: (details?.prompt ?? agent?.councilor_config?.task.prompt ?? "").trim() },
  ].filter((part) => part.text !== "");
}

function Request({ parts, isProgram }: { parts: readonly Said[]; isProgram: boolean }) {
  const t = executionMessages.value;
  if (parts.length === 0) return <p>{t.noPrompt}</p>;
  return (
    <>
      {isProgram && <p class="panel-note">{t.byStdin}</p>}
      {parts.map(({ name, text }) => (
        <div key={name}>
          <h4>{name}</h4>
          <RawText text={text} label={name} />
        </div>
      ))}
    </>
  );
}

function Raw({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  const text = row.result ?? "";
  if (text.trim() === "") return <p>{isFinal(row.status) ? t.noResult : t.reportLater}</p>;
  return (
    <>
      {row.result_truncated && <p class="panel-note">{t.resultLater}</p>}
      <RawText text={text} label={t.raw} fileName={`${row.task_id}.txt`} />
    </>
  );
}
