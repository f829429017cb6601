/** An agent that is there already, and its seat: given, or changed. */
import { useRef, useState } from "preact/hooks";

import { ApiError } from "../../api";
import { displayName } from "../../council/names";
import { seatMessages } from "../../i18n/seat";
import { editAgent, editSeat, getAgent, getHealth, type Seated } from "../../seat/api";
import {
  AGENT_FIELDS,
  agentSections,
  allSections,
  COMMAND,
  draftOfAgent,
  promoteForm,
  SEAT_FIELDS,
  type SeatDraft,
  seatSections,
} from "../../seat/draft";
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
  const patch = changes(allSections(base), allSections(draft));
  const isWritten = drafting.isDirty || drafting.progress !== undefined;
  useUnloadGuard(isWritten);

  const change = (part: Partial<SeatDraft>) => {
    drafting.change(part);
    forgive(part);
    setDone(false);
  };
  const give = async () => {
    const from = (drafting.progress ?? {}) as Progress;
    if (!drafting.meets(sourceOf(await getAgent(id))) || !(await savePart(AGENT, id, drafting))) return;
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
            conflict={conflict ? differences(allSections(draft), allSections(conflict.theirs.value), conflict.fields) : []}
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

interface Part {
  readonly sections: (draft: SeatDraft) => Sections;
  readonly send: (id: string, patch: Sections) => Promise<Seated>;
  readonly fields: readonly string[];
}

const AGENT: Part = { sections: agentSections, send: editAgent, fields: AGENT_FIELDS };
const SEAT: Part = {
  sections: seatSections,
  send: editSeat,
  fields: [...new Set(Object.values(SEAT_FIELDS))].filter((field) => !AGENT_FIELDS.includes(field)),
};

/** False when somebody else has changed the same meanwhile: then a person decides first. */
async function saveEdit(id: string, drafting: Drafting<SeatDraft>): Promise<boolean> {
  const present = await getAgent(id);
  if (!present.is_councilor) throw new ApiError(404, seatMessages.value.gone);
  if (!drafting.meets(sourceOf(present))) return false;
  // An agent with a model may come less often than a program: what allows the other goes first.
  const parts = drafting.now().draft.provider === COMMAND ? [AGENT, SEAT] : [SEAT, AGENT];
  for (const part of parts) if (!(await savePart(part, id, drafting))) return false;
  return true;
}

async function savePart({ sections, send, fields }: Part, id: string, drafting: Drafting<SeatDraft>): Promise<boolean> {
  const { base, draft } = drafting.now();
  const patch = changes(sections(base), sections(draft));
  return patch === null || drafting.accepts(sourceOf((await send(id, patch)).agent), draft, fields);
}
