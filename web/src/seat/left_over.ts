/** What was written while a seat was being given: the seat's own form goes on with it. */
import type { SeatAgent } from "./documents";
import { allSections, draftOfAgent, SEAT_FIELDS, type SeatDraft } from "./draft";
import { keepDraft } from "./drafts";
import { meet } from "./merge";
import { editKey } from "./origin";
import { changes } from "./patch";

export function keepLeftOver(agent: SeatAgent, sent: SeatDraft, written: SeatDraft, zone: string): void {
  const base = draftOfAgent(agent, zone);
  const draft = meet(sent, written, base, SEAT_FIELDS).mine;
  if (changes(allSections(base), allSections(draft)) === null) return;
  keepDraft(editKey(agent.agent_id), { base, draft, version: agent.version });
}
