/**
 * The form of a schedule, beside what it would come to. What was written is kept until it is saved or
 * discarded by a person: neither a refusal, nor a server that is away, nor a closed panel or a reload
 * loses it; and what somebody else saves meanwhile is not overwritten.
 */
import { useEffect, useRef, useState } from "preact/hooks";

import { reasonOf } from "../../actions";
import { type Draft, draftOf, patchOf, SCHEDULE_FIELDS, scheduleOf, sectionsOf, valueOf } from "../../agenda/draft";
import { inWords, judge } from "../../agenda/mistakes";
import { PAUSE_MS } from "../../agenda/preview";
import { ApiError } from "../../api";
import { displayName } from "../../council/names";
import { agendaMessages } from "../../i18n/agenda";
import { Mark } from "../../parts/mark";
import { editSeat, getAgent, previewSchedule } from "../../seat/api";
import { countChanges, type Sections } from "../../seat/patch";
import { differences } from "../../seat/values";
import type { Agent } from "../../wire";
import { Errors } from "../form/fields";
import { Meanwhile } from "../form/meanwhile";
import { FormFrame } from "../form/frame";
import { fieldErrors, focusMistake, useUnloadGuard } from "../form/saving";
import { type Drafting, type Source, useDraft } from "../form/use_draft";
import { Advanced } from "./advanced";
import { SLOTS_SHOWN, useSlots } from "./next";
import { Outcome } from "./outcome";
import { ScheduleFields } from "./schedule_fields";

export function agendaKey(agentId: string): string {
  return `agenda/${agentId}`;
}

interface ScheduleFormProps {
  agent: Agent;
  onEnd: (saved: boolean) => void;
}

type Seated = Pick<Agent, "councilor_config" | "version">;

/** The seat as a form takes it; null when it was taken away. */
function sourceOf({ councilor_config: config, version }: Seated): Source<Draft> | null {
  return config && { value: draftOf(config), version };
}

export function ScheduleForm({ agent, onEnd }: ScheduleFormProps) {
  const t = agendaMessages.value;
  const id = agent.agent_id;
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const drafting = useDraft(agendaKey(id), sourceOf(agent)!, SCHEDULE_FIELDS, saving);
  const { draft, base, conflict } = drafting;
  const patch = patchOf(base, draft);
  const preview = useSlots(scheduleOf(draft), (schedule) => previewSchedule({ schedule, agent_id: id }, SLOTS_SHOWN), PAUSE_MS);
  const words = (said: string) => inWords(said, t.form.wrong);
  const blank = valueOf(draft).trim() === "";
  const mine = judge(draft, t.form.wrong);
  const refused = fieldErrors(error, words);
  const errors = { ...refused, ...(blank ? {} : fieldErrors(preview.error, words)), ...mine };
  const form = useRef<HTMLFormElement>(null);
  const [pressed, setPressed] = useState(false);
  const faulty = Object.keys(mine).length > 0;
  useUnloadGuard(patch !== null);
  useEffect(() => {
    if (error !== null) focusMistake(form.current, refused);
  }, [error]);
  const change = (part: Partial<Draft>) => {
    drafting.change(part);
    setPressed(false);
    // What the server said of a field holds no longer once the form is another.
    if (Object.keys(refused).length > 0) setError(null);
  };
  const save = () => {
    setPressed(true);
    if (faulty || blank) return focusMistake(form.current, mine);
    if (patch === null || saving) return false;
    setSaving(true);
    setError(null);
    return void saveSchedule(id, drafting)
      .then((saved) => saved && onEnd(true), setError)
      .finally(() => setSaving(false));
  };
  return (
    <FormFrame form={form} submit={save}>
      <Errors.Provider value={{ errors, kind: draft.kind }}>
        <div class="basics">
          <h2 id="form-title">
            {t.form.title} <span>{displayName(agent)}</span>
          </h2>
          <Meanwhile
            taken={drafting.taken}
            conflict={conflict ? differences(sectionsOf(draft), sectionsOf(conflict.theirs.value), conflict.fields) : []}
            settle={drafting.settle}
          />
          <ScheduleFields draft={draft} change={change} takesFocus />
        </div>
        <Outcome state={preview} blank={blank} marked={Object.keys(errors).length > 0} />
        <Advanced draft={draft} change={change} />
        <div class="save-bar">
          <SaveWords patch={patch} error={error} kept={drafting.wasKept} faulty={pressed && faulty} />
          <button
            type="button"
            class="button"
            onClick={() => {
              drafting.discard();
              onEnd(false);
            }}
          >
            {t.form.discard}
          </button>
          <button type="submit" class="button filled" aria-disabled={patch === null || saving || blank || conflict !== null}>
            {saving ? t.form.saving : error === null ? t.form.save : t.form.again}
          </button>
        </div>
      </Errors.Provider>
    </FormFrame>
  );
}

/**
 * False when the form has to stay: somebody else has changed the same meanwhile, and a person decides
 * first; or something was written while the save was on its way.
 */
async function saveSchedule(id: string, drafting: Drafting<Draft>): Promise<boolean> {
  const present = sourceOf(await getAgent(id));
  if (present === null) throw new ApiError(404, agendaMessages.value.gone);
  if (!drafting.meets(present)) return false;
  const { base, draft } = drafting.now();
  const patch = patchOf(base, draft);
  if (patch === null) return true;
  const saved = sourceOf((await editSeat(id, patch)).agent);
  return saved === null || drafting.saved(saved, draft);
}

interface SaveWordsProps {
  patch: Sections | null;
  error: unknown;
  kept: boolean;
  faulty: boolean;
}

function SaveWords({ patch, error, kept, faulty }: SaveWordsProps) {
  const t = agendaMessages.value.form;
  const wrong = faulty ? t.mark : error === null ? "" : failure(error);
  return (
    <p class={wrong ? "is-wrong" : ""} role="status">
      {wrong && <Mark kind="error" />}
      <span>{wrong || (kept ? t.kept : patch === null ? t.unchanged : t.changed(countChanges(patch)))}</span>
    </p>
  );
}

function failure(error: unknown): string {
  const t = agendaMessages.value.form;
  if (error instanceof ApiError && error.status === 0) return t.away;
  if (error instanceof ApiError && error.errors.length > 0) return t.refused;
  return t.refusedElse(reasonOf(error));
}
