/** How the councilor appears: colour of the niche, and a portrait of its own. */
import type { SeatDraft } from "../../seat/draft";
import { TONE_OF } from "../../council/traits";
import { seatMessages } from "../../i18n/seat";
import { TextField, WrongNote } from "../form/fields";
import type { PartProps } from "./parts";

export function LookFields({ draft, change }: PartProps) {
  const t = seatMessages.value;
  // Who chooses looks wants them seen, also where they had been switched off.
  const look = (part: Partial<SeatDraft>) => change({ ...part, lookEnabled: true });
  return (
    <>
      <Colours value={draft.color} choose={(color) => look({ color })} />
      <div class="pair">
        <TextField
          name="display_name"
          label={t.field.display_name!}
          hint={t.hint.display_name}
          value={draft.displayName}
          onChange={(displayName) => look({ displayName })}
        />
        <TextField
          name="avatar_url"
          label={t.field.avatar_url!}
          hint={t.hint.avatar_url}
          value={draft.avatarUrl}
          onChange={(avatarUrl) => look({ avatarUrl })}
        />
      </div>
    </>
  );
}

function Colours({ value, choose }: { value: string; choose: (color: string) => void }) {
  const t = seatMessages.value;
  return (
    <fieldset class="field colours">
      <legend>{t.field.color}</legend>
      <div class="swatches">
        <label class="kind">
          <input type="radio" name="color" value="" checked={value === ""} onChange={() => choose("")} />
          <span>{t.look.own}</span>
        </label>
        {Object.entries(TONE_OF).map(([color, tone]) => (
          <label key={tone} class={`swatch tone-${tone}`} title={t.look.tone[tone]}>
            <input
              type="radio"
              name="color"
              value={color}
              aria-label={t.look.tone[tone]}
              checked={value === color}
              onChange={() => choose(color)}
            />
          </label>
        ))}
        {value !== "" && !(value in TONE_OF) && (
          <label class="kind">
            <input type="radio" name="color" value={value} checked onChange={() => choose(value)} />
            <span>{t.look.other(value)}</span>
          </label>
        )}
      </div>
      <WrongNote name="color" />
    </fieldset>
  );
}
