/** Who does the work: each provider with how it fares on this machine, and what would cure it. */
import { useContext } from "preact/hooks";

import { COMMAND } from "../../seat/draft";
import type { Health, ProviderHealth } from "../../seat/documents";
import { seatMessages } from "../../i18n/seat";
import { Mark } from "../../parts/mark";
import { Errors, fieldId, WrongNote } from "../form/fields";
import type { Asked } from "./asked";

/** Offered while nobody knows which there are. */
const SHIPPED = [COMMAND, "claude", "codex", "gemini", "opencode"] as const;
const MARKS = { ready: "success", warning: "warning", error: "error", not_installed: "missed", unknown: "waiting" } as const;

interface ProviderFieldProps {
  value: string;
  choose: (provider: string) => void;
  health: Asked<Health>;
}

interface Offer {
  readonly name: string;
  readonly label: string;
  readonly state: keyof typeof MARKS;
  readonly version: string | null;
}

export function ProviderField({ value, choose, health }: ProviderFieldProps) {
  const t = seatMessages.value;
  const wrong = useContext(Errors).errors.provider !== undefined;
  const known = health.answer?.providers;
  const chosen = known?.find(({ name }) => name === value);
  return (
    <fieldset
      class={`providers field ${wrong ? "is-wrong" : ""}`}
      aria-describedby={`${fieldId("provider")}-wrong provider-health`}
      aria-invalid={wrong}
    >
      <legend>{t.field.provider}</legend>
      <div class="offers">
        {offers(known, value).map((offer) => (
          <label key={offer.name} class="offer">
            <input
              type="radio"
              name="provider"
              value={offer.name}
              checked={offer.name === value}
              aria-invalid={wrong}
              onChange={() => choose(offer.name)}
            />
            <b>{offer.label}</b>
            <span class="state">
              <Mark kind={MARKS[offer.state]} />
              {offer.name === COMMAND ? t.provider.commandAbout : stateWords(offer, health.asking)}
            </span>
          </label>
        ))}
      </div>
      <div class="health" id="provider-health" role="status">
        {health.asking && <p>{t.provider.checking}</p>}
        {!health.asking && health.error !== null && (
          <p>
            {t.provider.failed}{" "}
            <button type="button" class="button" onClick={health.again}>
              {t.provider.check}
            </button>
          </p>
        )}
        {chosen && chosen.name !== COMMAND && <Troubles health={chosen} />}
      </div>
      <WrongNote name="provider" />
    </fieldset>
  );
}

function offers(known: readonly ProviderHealth[] | undefined, value: string): Offer[] {
  const t = seatMessages.value.provider;
  const listed: Offer[] = known
    ? known.map(({ name, label, state, version }) => ({ name, label, state, version }))
    : SHIPPED.map((name) => ({ name, label: name, state: "unknown", version: null }));
  const all = value === "" || listed.some(({ name }) => name === value) ? listed : [...listed, gone(value, known !== undefined)];
  // The plain program first: it costs nothing and needs no model.
  return all
    .map((offer) => (offer.name === COMMAND ? { ...offer, label: t.command, state: "ready" as const } : offer))
    .sort((a, b) => Number(b.name === COMMAND) - Number(a.name === COMMAND));
}

function gone(name: string, isKnown: boolean): Offer {
  return { name, label: name, state: isKnown ? "error" : "unknown", version: null };
}

function stateWords({ state, version }: Offer, asking: boolean): string {
  const t = seatMessages.value.provider;
  if (state === "unknown") return asking ? "…" : t.unknown;
  return state === "ready" && version ? `${t.ready}, ${version}` : t[state];
}

/** What is wrong in the reader's words where they are known, then the server's, with the cure. */
function Troubles({ health }: { health: ProviderHealth }) {
  const t = seatMessages.value.provider;
  return (
    <>
      {health.troubles.map(({ level, about, sentence }) => (
        <p key={sentence}>
          <Mark kind={level === "error" ? "error" : "warning"} />{" "}
          <span>
            {t.trouble[about] && <b>{t.trouble[about]} </b>}
            <span lang="en">{sentence}</span>
          </span>
        </p>
      ))}
    </>
  );
}

/** The one to begin with: an agent that is ready; without one a program, or the first for who needs a model. */
export function suggested({ providers }: Health, needsModel: boolean): string {
  const agents = providers.filter(({ name }) => name !== COMMAND);
  const ready = agents.find(({ state }) => state === "ready") ?? (needsModel ? agents[0] : undefined);
  return ready?.name ?? COMMAND;
}
