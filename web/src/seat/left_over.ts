/** What was written of a seat while it was being given: the seat's own form goes on with it. */
import type { SeatAgent } from "./documents";
import { draftOfAgent, SEAT_FIELDS, type SeatDraft, seatSections } from "./draft";
import { keepDraft } from "./drafts";
import { meet } from "./merge";
import { editKey } from "./origin";
import { changes } from "./patch";

export function keepLeftOver(agent: SeatAgent, sent: SeatDraft, written: SeatDraft, zone: string): void {
  const base = draftOfAgent(agent, zone);
  const draft = meet(sent, written, base, SEAT_FIELDS).mine;
  if (changes(seatSections(base), seatSections(draft)) === null) return;
  keepDraft(editKey(agent.agent_id), { base, draft, version: agent.version });
}
