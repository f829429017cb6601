/** The parts of the form of a seat, by the question that each answers. */
import type { ComponentChildren } from "preact";
import { useContext } from "preact/hooks";

import { formats } from "../../i18n";
import { seatMessages } from "../../i18n/seat";
import { CHANNELS_OFFERED, COMMAND, PROMPT_LIMIT, type SeatDraft } from "../../seat/draft";
import type { Health } from "../../seat/documents";
import { lengthOf } from "../../seat/mistakes";
import { ChoiceField, Errors, fieldId, LinesField, TextField, Tick, WrongNote } from "../form/fields";
import type { Asked } from "./asked";
import { LookFields } from "./look";
import { ProviderField } from "./provider";

export interface PartProps {
  draft: SeatDraft;
  change: (part: Partial<SeatDraft>) => void;
}

export function Part({ name, title, children }: { name: string; title: string; children: ComponentChildren }) {
  return (
    <section class="part" aria-labelledby={`part-${name}`}>
      <h3 id={`part-${name}`}>{title}</h3>
      <div>{children}</div>
    </section>
  );
}

const EMOJIS = ["🔎", "🧹", "🧪", "📦", "🔐", "⚡", "📚", "🎯", "🎨", "🏛️"] as const;

/** `idNote`: a way out, when the id is somebody's. */
export function WhoPart({ draft, change, idNote }: PartProps & { idNote: ComponentChildren }) {
  const t = seatMessages.value;
  return (
    <Part name="who" title={t.part.who}>
      <div class="pair">
        <TextField name="name" label={t.field.name!} hint={t.hint.name} required value={draft.name} onChange={(name) => change({ name })} />
        <TextField
          name="agent_id"
          label={t.field.agent_id!}
          hint={t.hint.agent_id}
          required
          mono
          value={draft.agentId}
          // Emptied, it follows the name again.
          onChange={(agentId) => change({ agentId, ownId: agentId !== "" })}
          after={idNote}
        />
        <TextField name="title" label={t.field.title!} hint={t.hint.title} required value={draft.title} onChange={(title) => change({ title })} />
        <EmojiField draft={draft} change={change} />
      </div>
      <details class="fold">
        <summary>{t.part.moreWho}</summary>
        <LookFields draft={draft} change={change} />
        <DescriptionFields draft={draft} change={change} />
      </details>
    </Part>
  );
}

export function DescriptionFields({ draft, change }: PartProps) {
  const t = seatMessages.value;
  return (
    <>
      <LinesField
        name="description"
        label={t.field.description!}
        spellcheck
        value={draft.description}
        onChange={(description) => change({ description })}
      />
      <TextField name="tags" label={t.field.tags!} hint={t.hint.tags} value={draft.tags} onChange={(tags) => change({ tags })} />
    </>
  );
}

export function EmojiField({ draft, change }: PartProps) {
  const t = seatMessages.value;
  return (
    <TextField
      name="emoji"
      label={t.field.emoji!}
      value={draft.emoji}
      onChange={(emoji) => change({ emoji })}
      after={
        <div class="emojis" role="group" aria-label={t.emojis}>
          {EMOJIS.map((emoji) => (
            <button key={emoji} type="button" class="chip" aria-pressed={emoji === draft.emoji} onClick={() => change({ emoji })}>
              {emoji}
            </button>
          ))}
        </div>
      }
    />
  );
}

/** Of an agent that is there already: what of it belongs to the seat. */
export function SeatPart({ draft, change }: PartProps) {
  const t = seatMessages.value;
  return (
    <Part name="seat" title={t.part.seat}>
      <TextField name="title" label={t.field.title!} hint={t.hint.title} required value={draft.title} onChange={(title) => change({ title })} />
      <LookFields draft={draft} change={change} />
    </Part>
  );
}

interface HowProps extends PartProps {
  health: Asked<Health>;
  chooseProvider: (provider: string) => void;
}

export function HowPart({ draft, change, health, chooseProvider }: HowProps) {
  const t = seatMessages.value;
  return (
    <Part name="how" title={t.part.how}>
      <ProviderField value={draft.provider} choose={chooseProvider} health={health} />
      {draft.provider === COMMAND ? (
        <CommandField draft={draft} change={change} />
      ) : (
        <>
          <TextField name="model" label={t.field.model!} hint={t.hint.model} mono value={draft.model} onChange={(model) => change({ model })} />
          <LinesField
            name="instructions"
            label={t.field.instructions!}
            hint={t.hint.instructions}
            rows={[3, 12]}
            spellcheck
            value={draft.instructions}
            onChange={(instructions) => change({ instructions })}
          />
        </>
      )}
      <TextField
        name="cwd"
        label={t.field.cwd!}
        hint={folderHint(health.answer)}
        mono
        value={draft.cwd}
        onChange={(cwd) => change({ cwd })}
      />
      <TextField name="queue" label={t.field.queue!} hint={t.hint.queue} mono value={draft.queue} onChange={(queue) => change({ queue })} />
    </Part>
  );
}

function CommandField({ draft, change }: PartProps) {
  const t = seatMessages.value;
  return (
    <LinesField
      name="command"
      label={t.field.command!}
      hint={draft.shell ? t.hint.shell : t.hint.command}
      required
      mono
      rows={draft.shell ? [1, 4] : [3, 12]}
      value={draft.command}
      onChange={(command) => change({ command })}
      after={<Tick name="shell" label={t.shell} value={draft.shell} onChange={(shell) => change({ shell })} />}
    />
  );
}

function folderHint(health: Health | null): string {
  const { hint } = seatMessages.value;
  if (health === null) return hint.cwdUnknown;
  const { cwd, workspaces } = health.surroundings;
  const own = hint.cwd(cwd);
  return workspaces.length > 0 ? `${own}. ${hint.workspaces(workspaces.join(", "))}` : own;
}

export function WhatPart({ draft, change }: PartProps) {
  const t = seatMessages.value;
  const program = draft.provider === COMMAND;
  return (
    <Part name="what" title={t.part.what}>
      <TextField
        name="task_name"
        label={t.field.task_name!}
        hint={t.hint.task_name}
        required
        value={draft.taskName}
        onChange={(taskName) => change({ taskName })}
      />
      <LinesField
        name="prompt"
        label={t.field.prompt!}
        hint={program ? t.hint.promptToProgram : t.hint.prompt}
        required
        rows={[5, 18]}
        spellcheck
        value={draft.prompt}
        onChange={(prompt) => change({ prompt })}
        after={<Counter text={draft.prompt} />}
      />
      <details class="fold">
        <summary>{t.part.moreWhat}</summary>
        {!program && (
          <LinesField
            name="context_files"
            label={t.field.context_files!}
            hint={t.hint.context_files}
            mono
            value={draft.contextFiles}
            onChange={(contextFiles) => change({ contextFiles })}
          />
        )}
        <ChoiceField
          name="output_format"
          label={t.field.output_format!}
          words={t.outputFormat}
          value={draft.outputFormat}
          onChange={(outputFormat) => change({ outputFormat })}
        />
      </details>
    </Part>
  );
}

function Counter({ text }: { text: string }) {
  const t = seatMessages.value;
  const { number } = formats.value;
  const length = lengthOf(text);
  const over = length - PROMPT_LIMIT;
  return (
    <p class={`counter ${over > 0 ? "is-over" : ""}`}>
      {t.characters(number(length), number(PROMPT_LIMIT))}
      {over > 0 && `, ${t.tooMany(number(over))}`}
    </p>
  );
}

export function TellPart({ draft, change }: PartProps) {
  const t = seatMessages.value;
  const wrong = useContext(Errors).errors.channels !== undefined;
  const offered = CHANNELS_OFFERED.filter((channel) => channel !== "email" || draft.channels.includes(channel));
  return (
    <Part name="tell" title={t.part.tell}>
      <div class="pair">
        <fieldset class="field ticks">
          <legend>{t.notify}</legend>
          <Tick name="on_success" label={t.field.on_success!} value={draft.onSuccess} onChange={(onSuccess) => change({ onSuccess })} />
          <Tick name="on_warning" label={t.field.on_warning!} value={draft.onWarning} onChange={(onWarning) => change({ onWarning })} />
          <Tick name="on_error" label={t.field.on_error!} value={draft.onError} onChange={(onError) => change({ onError })} />
        </fieldset>
        <fieldset class={`field ticks ${wrong ? "is-wrong" : ""}`} aria-describedby={`${fieldId("channels")}-wrong`}>
          <legend>{t.field.channels}</legend>
          {offered.map((channel) => (
            <label key={channel} class="tick">
              <input
                type="checkbox"
                name="channels"
                value={channel}
                aria-invalid={wrong}
                checked={draft.channels.includes(channel)}
                onChange={(event) => change({ channels: withChannel(draft, channel, event.currentTarget.checked) })}
              />
              <span>
                {t.channel[channel]}
                {channel === "email" && <small class="hint">{t.hint.email}</small>}
              </span>
            </label>
          ))}
          <WrongNote name="channels" />
        </fieldset>
      </div>
    </Part>
  );
}

/** In the order that they had: the first is the first one told. */
function withChannel({ channels }: SeatDraft, channel: SeatDraft["channels"][number], on: boolean): SeatDraft["channels"] {
  const others = channels.filter((each) => each !== channel);
  return on ? [...others, channel] : others;
}
