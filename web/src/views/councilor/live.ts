/** What the report asks for, kept right: asked again when the stream tells of something new. */
import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";

import { getTaskPage } from "../../report/endpoints";
import { EMPTY, type Filter, type Listed, RunHistory } from "../../report/history";
import { paced } from "../../report/paced";
import { connection, council } from "../../session";

/** Another text whenever something happened to a run of this councilor, or the signal came back. */
export function useTold(agentId: string): string {
  return useComputed(() => {
    const { agents, executions } = council.value;
    const own = executions.filter((row) => row.agent_id === agentId);
    const newest = agents.get(agentId)?.recent.at(-1);
    return [
      connection.value.kind === "live",
      ...own.map((row) => `${row.task_id} ${row.status} ${row.attempt} ${row.slot_count ?? ""}`),
      newest && `${newest.task_id} ${newest.slot_count ?? ""}`,
    ].join();
  }).value;
}

export interface Answered<Answer> {
  /** The last one that was had; it may be old when `error` is not null. */
  readonly answer: Answer | null;
  readonly error: unknown;
}

/** Asks `ask` when `question` is another one, and again, at most every `everyMs`, when `told` is. */
export function useAnswer<Answer>(
  question: string,
  told: string,
  everyMs: number,
  ask: () => Promise<Answer>,
): Answered<Answer> {
  const [had, setHad] = useState<Answered<Answer> & { question: string }>({ question, answer: null, error: null });
  const pace = useMemo(() => {
    let newest = 0;
    return paced(() => {
      const number = ++newest;
      const take = (change: Partial<Answered<Answer>>) => {
        if (number !== newest) return;
        setHad((before) => ({ ...(before.question === question ? before : { answer: null }), error: null, question, ...change }));
      };
      ask().then(
        (answer) => take({ answer }),
        (error: unknown) => take({ error }),
      );
    }, everyMs);
  }, [question]);
  useEffect(() => pace.call(), [pace, told]);
  useEffect(() => () => pace.stop(), [pace]);
  return had.question === question ? had : { answer: null, error: null };
}

const REFRESH_MS = 1_000;

export interface HistoryView {
  readonly listed: Listed;
  /** `listed` answers the filter before: it stands until the new answer is here. */
  readonly stale: boolean;
  readonly history: RunHistory;
}

export function useHistory(
  agentId: string,
  filter: Filter,
  pageSize: number,
  told: string,
  atTop: () => boolean,
): HistoryView {
  const asked = JSON.stringify([agentId, filter, pageSize]);
  const [state, setState] = useState<{ asked: string; listed: Listed } | null>(null);
  const history = useMemo(
    () =>
      new RunHistory(agentId, filter, pageSize, {
        ask: getTaskPage,
        tell: (listed) => setState({ asked, listed }),
        atTop,
      }),
    [asked],
  );
  const pace = useMemo(() => paced(() => void history.refresh(), REFRESH_MS), [history]);
  useEffect(() => pace.call(), [pace, told]);
  useEffect(
    () => () => {
      pace.stop();
      history.stop();
    },
    [history],
  );
  return { history, listed: state?.listed ?? NOTHING_YET, stale: state?.asked !== asked };
}

const NOTHING_YET: Listed = { ...EMPTY, busy: true };
