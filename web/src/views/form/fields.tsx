/** The fields of forms: each has its label, its hint, and what is wrong with it, all tied together. */
import { createContext, type ComponentChildren } from "preact";
import { useContext } from "preact/hooks";

import { type Span, type Unit, UNITS } from "../../agenda/draft";
import type { Mistake, Mistakes } from "../../agenda/mistakes";
import { language } from "../../i18n";
import { agendaMessages } from "../../i18n/agenda";

export const Errors = createContext<{ readonly errors: Mistakes; readonly kind: "interval" | "cron" | "at" }>({
  errors: {},
  kind: "interval",
});

export interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  required?: boolean;
  /** Stands below what is wrong with it, such as a way out. */
  after?: ComponentChildren;
}

/** What an input needs to be tied to its words. */
interface Tied {
  id: string;
  name: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
  "aria-required": boolean;
}

export function fieldId(name: string): string {
  return `field-${name}`;
}

export function Field({ name, label, hint, required = false, after, children }: FieldProps & { children: (tied: Tied) => ComponentChildren }) {
  const { errors } = useContext(Errors);
  const wrong = errors[name];
  const id = fieldId(name);
  return (
    <div class={`field ${wrong ? "is-wrong" : ""}`}>
      <label for={id}>{label}</label>
      {children({
        id,
        name,
        "aria-invalid": Boolean(wrong),
        "aria-describedby": `${id}-hint ${id}-wrong`,
        "aria-required": required,
      })}
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      <WrongNote name={name} />
      {after}
    </div>
  );
}

/** For fields of several controls, which have no label of the usual kind. */
export function WrongNote({ name }: { name: string }) {
  const { errors } = useContext(Errors);
  const wrong = errors[name];
  return (
    <p class="wrong" id={`${fieldId(name)}-wrong`} aria-live="polite">
      {wrong && <Wrong name={name} mistake={wrong} />}
    </p>
  );
}

/** In the reader's words, then in the server's, which are in English: there one of them is enough. */
function Wrong({ name, mistake: { own, said } }: { name: string; mistake: Mistake }) {
  const t = agendaMessages.value.form.wrong;
  const { kind } = useContext(Errors);
  const general = name === "value" ? t.value[kind] : name === "timezone" ? t.timezone : t.other;
  const twice = language.value === "en" && own !== null;
  return (
    <>
      {own ?? general} {said && !twice && <span lang="en">{sentence(said)}</span>}
    </>
  );
}

function sentence(said: string): string {
  const text = said.charAt(0).toUpperCase() + said.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

export interface Editable<Value> {
  value: Value;
  onChange: (value: Value) => void;
}

type TextProps = FieldProps &
  Editable<string> & {
    type?: "text" | "datetime-local" | "number" | "url";
    list?: string;
    mono?: boolean;
    /** Of amounts: keyboards of phones show digits. */
    decimal?: boolean;
  };

export function TextField({ value, onChange, type = "text", list, mono = false, decimal = false, ...field }: TextProps) {
  return (
    <Field {...field}>
      {(tied) => (
        <input
          {...tied}
          type={type}
          class={mono ? "mono" : ""}
          value={value}
          list={list}
          autocomplete="off"
          spellcheck={false}
          {...(decimal && { inputMode: "decimal" as const })}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

type LinesProps = FieldProps & Editable<string> & { rows?: readonly [least: number, most: number]; mono?: boolean; spellcheck?: boolean };

export function LinesField({ value, onChange, rows = [2, 6], mono = false, spellcheck = false, ...field }: LinesProps) {
  return (
    <Field {...field}>
      {(tied) => (
        <textarea
          {...tied}
          class={mono ? "mono" : ""}
          rows={Math.min(rows[1], Math.max(rows[0], value.split("\n").length))}
          spellcheck={spellcheck}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function SpanField({ value, onChange, ...field }: FieldProps & Editable<Span>) {
  const t = agendaMessages.value.form;
  return (
    <Field {...field}>
      {(tied) => (
        <div class="span">
          <input
            {...tied}
            type="number"
            min="0"
            step="any"
            inputMode="numeric"
            value={value.amount}
            onInput={(event) => onChange({ ...value, amount: event.currentTarget.value })}
          />
          <select
            aria-label={t.unitOf(field.label)}
            value={value.unit}
            onChange={(event) => onChange({ ...value, unit: event.currentTarget.value as Unit })}
          >
            {UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {t.unit[unit]}
              </option>
            ))}
          </select>
        </div>
      )}
    </Field>
  );
}

type ChoiceProps<Value extends string> = FieldProps & Editable<Value> & { words: Readonly<Record<Value, string>> };

export function ChoiceField<Value extends string>({ value, onChange, words, ...field }: ChoiceProps<Value>) {
  return (
    <Field {...field}>
      {(tied) => (
        <select {...tied} value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
          {(Object.entries(words) as [Value, string][]).map(([each, word]) => (
            <option key={each} value={each}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface TickProps extends Editable<boolean> {
  name: string;
  label: string;
  hint?: string;
}

export function Tick({ name, label, hint, value, onChange }: TickProps) {
  const id = fieldId(name);
  return (
    <label class="tick">
      <input
        type="checkbox"
        id={id}
        name={name}
        checked={value}
        {...(hint && { "aria-describedby": `${id}-hint` })}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        {label}
        {hint && (
          <small class="hint" id={`${id}-hint`}>
            {hint}
          </small>
        )}
      </span>
    </label>
  );
}
