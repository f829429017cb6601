/** What a part of the council's snapshot is shown in: without it, a sentence says that it is missing. */
import type { ComponentChildren } from "preact";

import { reasonOf } from "../actions";
import { messages } from "../i18n";
import { connection, council, kpis, type Part, partErrors, tryAgain, unreadable } from "../session";
import { Trouble } from "./boundary";

export function Had({ part, children }: { part: Part; children: ComponentChildren }) {
  const error = partErrors.value.get(part);
  // Without a signal the whole page says so.
  if (!error || connection.value.kind === "reconnecting") return <>{children}</>;
  const known = part === "kpis" ? kpis.value !== null : council.value.executions.length > 0;
  return (
    <>
      <Trouble text={messages.value.region.missing[part](reasonOf(error))} act={() => void tryAgain()} />
      {known && children}
    </>
  );
}

/** Whoever is not shown may be in trouble. */
export function Unreadable() {
  const n = unreadable.value;
  return n > 0 ? <Trouble text={messages.value.region.unreadable(n)} act={() => void tryAgain()} /> : null;
}
