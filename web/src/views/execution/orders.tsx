/** What the reader can order about a run: cancel it while it runs, run it again afterwards. */
import { useState } from "preact/hooks";

import { cancel, notice, ordering, reasonOf } from "../../actions";
import { activeRun, runAgain } from "../../execution/endpoints";
import { messages } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { OrderButton } from "../../parts/order";
import { executionAddress } from "../../route";
import { isFinal } from "../../state";
import type { Agent, TaskRow } from "../../wire";

export function Orders({ row, agent }: { row: TaskRow; agent: Agent | null }) {
  if (!isFinal(row.status)) return <Cancel row={row} />;
  return agent && <Again key={row.task_id} row={row} agent={agent} />;
}

function Cancel({ row }: { row: TaskRow }) {
  const t = executionMessages.value;
  const cancelling = row.cancel_requested === true || ordering.value.has(row.task_id);
  return (
    <OrderButton about={row.task_id} class="filled" busy={cancelling} act={() => cancel(row.task_id)}>
      {cancelling ? t.cancelling : t.cancel}
    </OrderButton>
  );
}

/** The reader goes along to the new run; where another one stands in the way, a link leads to that. */
function Again({ row, agent }: { row: TaskRow; agent: Agent }) {
  const t = executionMessages.value;
  const [refusedFor, setRefusedFor] = useState<string | null>(null);
  const calling = ordering.value.has(agent.agent_id);
  const active = refusedFor ?? agent.current?.task_id ?? null;
  const act = () => {
    setRefusedFor(null);
    void call(agent.agent_id, setRefusedFor);
  };
  if (active !== null && agent.current !== null) {
    return (
      <a class="button filled" href={executionAddress(active)} title={t.activeAlready(row.display_name)}>
        {t.seeActive}
      </a>
    );
  }
  return (
    <>
      <OrderButton about={agent.agent_id} class="filled" act={act}>
        {calling ? t.calling : row.started_at === null ? t.run : t.again}
      </OrderButton>
      {active !== null && (
        <p class="by-hand" role="alert">
          {t.activeAlready(row.display_name)} <a href={executionAddress(active)}>{t.seeActive}</a>
        </p>
      )}
    </>
  );
}

async function call(agentId: string, refusedFor: (active: string) => void): Promise<void> {
  ordering.value = new Set([...ordering.value, agentId]);
  notice.value = null;
  try {
    const called = await runAgain(agentId);
    if (called !== null) location.hash = executionAddress(called);
  } catch (error) {
    const active = activeRun(error);
    if (active !== null) refusedFor(active);
    else notice.value = { kind: "error", text: messages.value.write.failed(reasonOf(error)) };
  } finally {
    ordering.value = new Set([...ordering.value].filter((each) => each !== agentId));
  }
}
