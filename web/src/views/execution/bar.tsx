/** Where the reader is, the runs beside this one, its address, and what can be ordered. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { now } from "../../clock";
import { getNeighbours, type Neighbours } from "../../execution/endpoints";
import { formats } from "../../i18n";
import { executionMessages } from "../../i18n/execution";
import { onShortcut, SHORTCUTS } from "../../keys";
import { closePanel, councilorAddress, executionAddress } from "../../route";
import type { Agent, TaskRow } from "../../wire";
import { Orders } from "./orders";

interface PanelBarProps {
  agent: Agent | null;
  row: TaskRow | null;
  taskId: string;
}

export function PanelBar({ agent, row, taskId }: PanelBarProps) {
  const t = executionMessages.value;
  const { earlier, later } = useNeighbours(agent, row, taskId);
  useShortcut("earlier", earlier);
  useShortcut("later", later);
  return (
    <div class="panel-bar execution-bar">
      <Crumbs row={row} />
      <nav aria-label={t.neighbours}>
        {earlier && <Neighbour to={earlier} rel="prev" name={t.earlier} sign="‹" keys={SHORTCUTS.earlier} />}
        {later && <Neighbour to={later} rel="next" name={t.later} sign="›" keys={SHORTCUTS.later} />}
      </nav>
      <CopyLink key={taskId} taskId={taskId} />
      {row && <Orders row={row} agent={agent} />}
      <button type="button" class="button close" onClick={closePanel}>
        <span class="sign" aria-hidden="true">
          ✕
        </span>
        <span class="name">{t.close}</span> <kbd aria-hidden="true">Esc</kbd>
      </button>
    </div>
  );
}

interface NeighbourProps {
  to: string;
  rel: "prev" | "next";
  name: string;
  sign: string;
  keys: string;
}

function Neighbour({ to, rel, name, sign, keys }: NeighbourProps) {
  return (
    <a class="button" href={executionAddress(to)} rel={rel} aria-keyshortcuts={keys}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <span class="name">{name}</span>
    </a>
  );
}

function useShortcut(id: "earlier" | "later", to: string | null): void {
  useEffect(() => (to === null ? undefined : onShortcut(id, () => location.assign(executionAddress(to)))), [to]);
}

/** From what the page knows; a run that has left it is asked of the server. */
function useNeighbours(agent: Agent | null, row: TaskRow | null, taskId: string): Neighbours {
  const [asked, setAsked] = useState<(Neighbours & { readonly of: string }) | null>(null);
  const known = neighboursOf(agent, taskId);
  const missing = known === null && row?.task_id === taskId ? row : null;
  useEffect(() => {
    if (missing === null) return;
    let current = true;
    getNeighbours(missing).then(
      (found) => current && setAsked({ ...found, of: taskId }),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [missing?.task_id]);
  return known ?? (asked?.of === taskId ? asked : { earlier: null, later: null });
}

function neighboursOf(agent: Agent | null, taskId: string): Neighbours | null {
  if (!agent) return null;
  const past = agent.recent;
  const current = agent.current?.task_id ?? null;
  const at = past.findIndex((mark) => mark.task_id === taskId);
  if (at === -1) return current === taskId ? { earlier: past.at(-1)?.task_id ?? null, later: null } : null;
  // The oldest one that the page knows has others before it.
  if (at === 0) return null;
  return { earlier: past[at - 1]?.task_id ?? null, later: past[at + 1]?.task_id ?? current };
}

/** Where the reader is, when the panel covers the page. */
function Crumbs({ row }: { row: TaskRow | null }) {
  if (!row) return null;
  const at = row.started_at ?? row.due_at ?? row.created_at;
  return (
    <p class="crumbs">
      <button type="button" onClick={closePanel}>
        {executionMessages.value.plenary}
      </button>
      <a href={councilorAddress(row.agent_id)}>{row.display_name}</a>
      <b>
        {row.task_name}, {formats.value.moment(Date.parse(at), now.peek())}
      </b>
    </p>
  );
}

/** A browser that refuses the clipboard, as on a plain address of another machine, shows the address to copy. */
function CopyLink({ taskId }: { taskId: string }) {
  const t = executionMessages.value;
  const [state, setState] = useState<"ready" | "copied" | "by_hand">("ready");
  const address = new URL(executionAddress(taskId), location.href).href;
  const field = useSelected(state === "by_hand");
  const copy = () => {
    const written = navigator.clipboard ? navigator.clipboard.writeText(address) : Promise.reject();
    written.then(
      () => setState("copied"),
      () => setState("by_hand"),
    );
  };
  return (
    <>
      <button type="button" class="button link" onClick={copy}>
        <LinkSign copied={state === "copied"} />
        <span class="name" aria-live="polite">
          {state === "copied" ? t.linkCopied : t.link}
        </span>
      </button>
      {state === "by_hand" && (
        <p class="by-hand" role="status">
          {t.linkByHand} <input readOnly value={address} aria-label={t.linkAddress} ref={field} />
        </p>
      )}
    </>
  );
}

/** For a narrow screen: two links of a chain, or that it is done. */
function LinkSign({ copied }: { copied: boolean }) {
  return (
    <svg class="sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round">
      {copied ? <path d="M3 8.5l3.2 3.2L13 4.8" /> : <path d="M6.5 9.5l3-3M7 4.6l1.4-1.4a3 3 0 0 1 4.3 4.3L11.4 9M9 11.4l-1.4 1.4a3 3 0 0 1-4.3-4.3L4.6 7" />}
    </svg>
  );
}

function useSelected(shown: boolean): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!shown) return;
    field.current?.focus();
    field.current?.select();
  }, [shown]);
  return field;
}
