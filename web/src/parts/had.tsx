/** What a part of the council's snapshot is shown in: without it, a sentence says that it is missing. */
import type { ComponentChildren } from "preact";

import { reasonOf } from "../actions";
import { messages } from "../i18n";
import { connection, council, kpis, type Part, partErrors, tryAgain, unreadable } from "../session";
import { Trouble } from "./boundary";

export function Had({ part, children }: { part: Part; children: ComponentChildren }) {
  const words = missingWords(part);
  if (words === null) return <>{children}</>;
  const known = part === "kpis" ? kpis.value !== null : council.value.executions.length > 0;
  return (
    <>
      <Trouble text={words} act={() => void tryAgain()} />
      {known && children}
    </>
  );
}

/** Null when nothing is missing. Without a signal the whole page says so. */
export function missingWords(part: Part): string | null {
  const error = partErrors.value.get(part);
  if (!error || connection.value.kind === "reconnecting") return null;
  return messages.value.region.missing[part](reasonOf(error));
}

/** Whoever is not shown may be in trouble. */
export function Unreadable() {
  const n = unreadable.value;
  return n > 0 ? <Trouble text={messages.value.region.unreadable(n)} act={() => void tryAgain()} /> : null;
}
