/** Who will sit there, and when: drawn while it is written. */
import type { ComponentChildren } from "preact";

import { PAUSE_MS } from "../../agenda/preview";
import { scheduleOf } from "../../agenda/draft";
import { seatMessages } from "../../i18n/seat";
import { Portrait } from "../../parts/portrait";
import { isAgentId } from "../../seat/agent_id";
import { previewSchedule } from "../../seat/api";
import type { SeatDraft } from "../../seat/draft";
import { SLOTS_SHOWN, type SlotsState, useSlots } from "../agenda/next";
import { Outcome } from "../agenda/outcome";

/**
 * The slots of what is being written: asked for once somebody pauses. The id decides on them for who
 * has a seat, whose intervals are anchored, and for who is spread.
 */
export function useSeatSlots(draft: SeatDraft, isSeated: boolean): SlotsState {
  const question = {
    schedule: scheduleOf(draft),
    // Asked for again with each letter of a name otherwise, for the same slots.
    ...((isSeated || draft.jitter.amount.trim()) && isAgentId(draft.agentId.trim()) && { agent_id: draft.agentId.trim() }),
    ...(draft.provider && { provider: draft.provider }),
  };
  return useSlots(question, (asked) => previewSchedule(asked, SLOTS_SHOWN), PAUSE_MS);
}

interface SeatPreviewProps {
  draft: SeatDraft;
  slots: SlotsState;
  blank: boolean;
  marked: boolean;
  children?: ComponentChildren;
}

export function SeatPreview({ draft, slots, blank, marked, children }: SeatPreviewProps) {
  const t = seatMessages.value.outcome;
  const name = draft.displayName.trim() || draft.name.trim();
  const look = { enabled: draft.lookEnabled, display_name: name, avatar_url: draft.avatarUrl.trim() || null, color: draft.color || null };
  return (
    <Outcome state={slots} blank={blank} marked={marked}>
      <div class="sitter-card">
        <Portrait agent={{ agent_id: draft.agentId, customization: look }} mood="new" width={64} />
        <div>
          <p class={`name ${name ? "" : "is-none"}`}>{name || t.unnamed}</p>
          <p class="office">
            {draft.emoji.trim() && <span aria-hidden="true">{draft.emoji.trim()}</span>} {draft.title.trim() || t.untitled}
          </p>
        </div>
      </div>
      {children}
    </Outcome>
  );
}
