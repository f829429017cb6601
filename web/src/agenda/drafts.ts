/** What was written and not saved, by councilor, for as long as the page is open: closing loses nothing. */
import type { Draft } from "./draft";

const drafts = new Map<string, Draft>();

export function draftFor(agentId: string): Draft | null {
  return drafts.get(agentId) ?? null;
}

export function keepDraft(agentId: string, draft: Draft | null): void {
  if (draft === null) drafts.delete(agentId);
  else drafts.set(agentId, draft);
}
