/** A seat for a new agent: from an entry of the catalogue, or from nothing. */
import { useEffect } from "preact/hooks";

import type { Entry } from "../../seat/documents";
import { promoteAddress, PROMOTE_ADDRESS, editAddress } from "../../route";
import { freeId, proposedId } from "../../seat/agent_id";
import { getAgents, getHealth, type Seated } from "../../seat/api";
import { agentForm, blankDraft, COMMAND, draftOfEntry, isFree, newSeatForm, SEAT_FIELDS, type SeatDraft } from "../../seat/draft";
import { keepLeftOver } from "../../seat/left_over";
import { abandon, madeId, type Progress, seatNewAgent } from "../../seat/steps";
import { seatMessages } from "../../i18n/seat";
import { ZONE } from "../card";
import { Errors } from "../form/fields";
import { FormFrame } from "../form/frame";
import { fieldErrors, useUnloadGuard } from "../form/saving";
import { useDraft } from "../form/use_draft";
import { useAsked } from "./asked";
import { HowPart, TellPart, WhatPart, WhoPart } from "./parts";
import { SeatPreview, useSeatSlots } from "./preview";
import { suggested } from "./provider";
import { RulesPart } from "./rules";
import { failureWords } from "./reason";
import { SaveBar } from "./save_bar";
import { server } from "./server";
import { serverWords, useSeatForm } from "./use_form";
import { WhenPart } from "./when";

interface NewSeatProps {
  draftKey: string;
  /** null: blank. */
  entry: Entry | null;
  onSeated: (seated: Seated) => void;
}

export function NewSeatForm({ draftKey, entry, onSeated }: NewSeatProps) {
  const t = seatMessages.value;
  const startFor = (provider: string) => (entry ? draftOfEntry(entry, provider, ZONE) : blankDraft(provider, ZONE));
  const firstProvider = entry && isFree(entry) ? COMMAND : "";
  const drafting = useDraft(draftKey, { value: startFor(firstProvider), version: 0 }, SEAT_FIELDS, false);
  const progress = (drafting.progress ?? {}) as Progress;
  const health = useAsked("", () => getHealth());
  const taken = useTaken(madeId(progress));
  const draft = withId(drafting.draft, drafting.base, taken, t.start.anyId);
  const { form, saving, error, mistakes, told, isBlank, forgive, save } = useSeatForm(draft, { isThere: false, taken });
  const slots = useSeatSlots(draft, false);
  const errors = { ...(isBlank ? {} : fieldErrors(slots.error, serverWords)), ...mistakes };
  const isWritten = drafting.isDirty || drafting.progress !== undefined;

  // What follows the provider, or the language, follows it as long as nobody has touched it.
  const choose = (provider: string, ask = drafting.base.provider) => {
    drafting.restart({ ...startFor(provider), provider: ask }, { provider });
    forgive({ provider, command: "", model: "" });
  };
  useEffect(() => {
    if (!health.answer || drafting.now().draft.provider !== "") return;
    const first = suggested(health.answer, entry !== null);
    choose(first, first);
  }, [health.answer]);
  useEffect(() => choose(drafting.now().draft.provider), [entry?.lang]);
  useUnloadGuard(isWritten);

  const change = (part: Partial<SeatDraft>) => {
    drafting.change(part);
    forgive(part);
  };
  const send = async () => {
    // From here on the id is what was sent, whatever becomes of the name.
    drafting.change({ agentId: draft.agentId.trim(), ownId: true });
    const { draft: written, progress: from } = drafting.now();
    const seated = await seatNewAgent(agentForm(written), newSeatForm(written), (from ?? {}) as Progress, server, drafting.keepProgress);
    keepLeftOver(seated.agent, written, drafting.now().draft, ZONE);
    drafting.discard();
    onSeated(seated);
  };
  const discard = () => {
    void abandon(progress, server).catch(() => undefined);
    drafting.discard();
    location.hash = PROMOTE_ADDRESS;
  };
  const status = error !== null ? (progress.created ? t.save.half(draft.agentId) : failureWords(error)) : drafting.wasKept ? t.save.kept : isWritten ? t.save.draft : t.save.fresh;
  const sitter = taken.get(draft.agentId.trim());
  return (
    <FormFrame form={form} kind="seat-form" submit={() => save(send)}>
      <Errors.Provider value={{ errors, kind: draft.kind }}>
        <div class="basics">
          <h2 id="form-title">{t.promote}</h2>
          <WhoPart
            draft={draft}
            change={change}
            idNote={
              sitter !== undefined && (
                <a class="way-out" href={sitter ? editAddress(draft.agentId.trim()) : promoteAddress(draft.agentId.trim())}>
                  {sitter ? t.wrong.openSeat : t.wrong.useAgent}
                </a>
              )
            }
          />
          <HowPart draft={draft} change={change} health={health} chooseProvider={choose} />
          <WhatPart draft={draft} change={change} />
          <WhenPart draft={draft} change={change} />
          <TellPart draft={draft} change={change} />
        </div>
        <SeatPreview draft={draft} slots={slots} blank={isBlank} marked={Object.keys(errors).length > 0} />
        <RulesPart draft={draft} change={change} />
        <SaveBar
          form={form}
          mistakes={told}
          status={status}
          isWrong={error !== null}
          discard={isWritten ? discard : null}
          label={saving ? t.save.promoting : error === null ? t.save.promote : t.save.again}
          idle={saving}
        />
      </Errors.Provider>
    </FormFrame>
  );
}

/** Ids that are somebody's; `mine` is not, for it was made for this seat. */
function useTaken(mine: string | null): ReadonlyMap<string, boolean> {
  const agents = useAsked("", getAgents);
  const others = (agents.answer ?? []).filter(({ agent_id }) => agent_id !== mine);
  return new Map(others.map(({ agent_id, is_councilor }) => [agent_id, is_councilor]));
}

/** With the id that its name proposes, until somebody writes another. */
function withId(draft: SeatDraft, base: SeatDraft, taken: ReadonlyMap<string, boolean>, anyId: string): SeatDraft {
  if (draft.ownId) return draft;
  const name = draft.name.trim();
  const wanted = draft.name === base.name && base.agentId ? base.agentId : proposedId(name) || (name && anyId);
  return { ...draft, agentId: wanted && freeId(wanted, new Set(taken.keys())) };
}
