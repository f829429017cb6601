/** An agent that is there already, and its seat: given, or changed. */
import { useRef, useState } from "preact/hooks";

import { ApiError } from "../../api";
import { displayName } from "../../council/names";
import { seatMessages } from "../../i18n/seat";
import { editAgent, editSeat, getAgent, getHealth, type Seated } from "../../seat/api";
import { agentSections, draftOfAgent, promoteForm, SEAT_FIELDS, seatSections, type SeatDraft } from "../../seat/draft";
import type { SeatAgent } from "../../seat/documents";
import { keepLeftOver } from "../../seat/left_over";
import { changes, countChanges, type Sections } from "../../seat/patch";
import { giveSeat, type Progress } from "../../seat/steps";
import { differences } from "../../seat/values";
import { ZONE } from "../card";
import { Errors } from "../form/fields";
import { Meanwhile } from "../form/meanwhile";
import { FormFrame } from "../form/frame";
import { fieldErrors, useUnloadGuard } from "../form/saving";
import { type Drafting, type Source, useDraft } from "../form/use_draft";
import { AgentPart, FileNote } from "./agent_part";
import { useAsked } from "./asked";
import { HowPart, SeatPart, TellPart, WhatPart } from "./parts";
import { SeatPreview, useSeatSlots } from "./preview";
import { RulesPart } from "./rules";
import { failureWords } from "./reason";
import { SaveBar } from "./save_bar";
import { server } from "./server";
import { SeatOrders } from "./seat_orders";
import { serverWords, useSeatForm } from "./use_form";
import { WhenPart } from "./when";

interface SeatFormProps {
  draftKey: string;
  agent: SeatAgent;
  /** Given: the agent has no seat yet. */
  onSeated?: (seated: Seated) => void;
  /** The seat, or the agent, is gone. */
  onGone?: (how: "demoted" | "deleted") => void;
}

export function SeatForm({ draftKey, agent, onSeated, onGone }: SeatFormProps) {
  const t = seatMessages.value;
  const id = agent.agent_id;
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  const drafting = useDraft(draftKey, sourceOf(agent), SEAT_FIELDS, busy);
  const { draft, base, conflict } = drafting;
  const { form, saving, error, mistakes, told, isBlank, forgive, save } = useSeatForm(draft, { isThere: true, taken: NOBODY });
  const slots = useSeatSlots(draft, !onSeated);
  const errors = { ...(isBlank ? {} : fieldErrors(slots.error, serverWords)), ...mistakes };
  const health = useAsked("", () => getHealth());
  const patch = patchOf(base, draft);
  const isWritten = drafting.isDirty || drafting.progress !== undefined;
  useUnloadGuard(isWritten);

  const change = (part: Partial<SeatDraft>) => {
    drafting.change(part);
    forgive(part);
    setDone(false);
  };
  const give = async () => {
    const from = (drafting.progress ?? {}) as Progress;
    await saveAgent(id, drafting);
    const { draft: sent } = drafting.now();
    const seated = await giveSeat(id, promoteForm(sent), from, server, drafting.keepProgress);
    keepLeftOver(seated.agent, sent, drafting.now().draft, ZONE);
    drafting.discard();
    onSeated?.(seated);
  };
  const edit = async () => {
    setDone(await saveEdit(id, drafting));
  };
  const send = () => {
    setBusy(true);
    return (onSeated ? give() : edit()).finally(() => setBusy(false));
  };
  const discard = () => {
    drafting.discard();
    // The button goes with what it discarded.
    title.current?.focus();
  };
  const unchanged = !onSeated && patch === null;
  const words = {
    written: onSeated ? t.save.draft : t.save.changed(countChanges(patch)),
    idle: onSeated ? t.save.fresh : t.save.unchanged,
  };
  const usual = drafting.wasKept ? t.save.kept : isWritten ? words.written : done ? t.save.saved : words.idle;
  const label = onSeated ? (saving ? t.save.promoting : t.save.promote) : saving ? t.save.saving : t.save.edit;
  return (
    <FormFrame form={form} kind="seat-form" submit={() => !unchanged && conflict === null && save(send)}>
      <Errors.Provider value={{ errors, kind: draft.kind }}>
        <div class="basics">
          <h2 id="form-title" tabIndex={-1} ref={title}>
            {onSeated ? t.giveTo : t.edit} <span>{displayName(agent)}</span>
          </h2>
          <Meanwhile
            taken={drafting.taken}
            conflict={conflict ? differences(sectionsOf(draft), sectionsOf(conflict.theirs.value), conflict.fields) : []}
            settle={drafting.settle}
          />
          {!onSeated && agent.source && <FileNote source={agent.source} />}
          <SeatPart draft={draft} change={change} />
          <WhatPart draft={draft} change={change} />
          <WhenPart draft={draft} change={change} />
          <TellPart draft={draft} change={change} />
        </div>
        <SeatPreview draft={draft} slots={slots} blank={isBlank} marked={Object.keys(errors).length > 0} />
        <div class="rest">
          <RulesPart draft={draft} change={change} />
          <HowPart draft={draft} change={change} health={health} chooseProvider={(provider) => change({ provider })} />
          <AgentPart agent={agent} draft={draft} change={change} />
          {onGone && <SeatOrders agent={agent} onGone={onGone} />}
        </div>
        <SaveBar
          form={form}
          mistakes={told}
          status={conflict ? t.meanwhile.decide : error !== null ? failureWords(error) : usual}
          isWrong={conflict !== null || error !== null}
          isDone={done && !isWritten}
          discard={isWritten ? discard : null}
          label={error === null ? label : t.save.again}
          idle={saving || unchanged || conflict !== null}
        />
      </Errors.Provider>
    </FormFrame>
  );
}

const NOBODY: ReadonlyMap<string, boolean> = new Map();

function sourceOf(agent: SeatAgent): Source<SeatDraft> {
  return { value: draftOfAgent(agent, ZONE), version: agent.version };
}

/** All that the form says. The names of the agent's fields and of the seat's parts differ. */
function sectionsOf(draft: SeatDraft): Sections {
  return { ...agentSections(draft), ...seatSections(draft) };
}

function patchOf(base: SeatDraft, draft: SeatDraft): Sections | null {
  return changes(sectionsOf(base), sectionsOf(draft));
}

/** False when somebody else has changed the same meanwhile: then a person decides first. */
async function saveEdit(id: string, drafting: Drafting<SeatDraft>): Promise<boolean> {
  const present = await getAgent(id);
  if (!present.is_councilor) throw new ApiError(404, seatMessages.value.gone);
  if (!drafting.meets(sourceOf(present))) return false;
  if (!(await saveAgent(id, drafting))) return false;
  const { base, draft } = drafting.now();
  const patch = changes(seatSections(base), seatSections(draft));
  if (patch !== null) drafting.saved(sourceOf((await editSeat(id, patch)).agent), draft);
  return true;
}

/** The agent before its seat: what the seat may hold depends on the provider. What is left stays written. */
async function saveAgent(id: string, drafting: Drafting<SeatDraft>): Promise<boolean> {
  const { base, draft } = drafting.now();
  const patch = changes(agentSections(base), agentSections(draft));
  return patch === null || drafting.meets(sourceOf((await editAgent(id, patch)).agent));
}
