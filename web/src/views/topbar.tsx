/** The top bar: who this is, how fresh the page is, and how it looks. */
import { who } from "../access";
import { leave } from "../actions";
import { formats, language, messages } from "../i18n";
import { Mark } from "../parts/mark";
import { languageChoice, theme } from "../preferences";
import { connection, heardAt, lost, silentFor } from "../session";
import { isNow } from "../text/format";

export function TopBar() {
  return (
    <header class="topbar">
      <a class="wordmark" href="#">
        <Name />
      </a>
      <ConnectionState />
      <Who />
      <Appearance id="appearance" />
    </header>
  );
}

export function Wordmark() {
  return (
    <p class="wordmark">
      <Name />
    </p>
  );
}

function Name() {
  return (
    <>
      <Glyph />
      <span>Conselho</span>
    </>
  );
}

/** Who is logged in, and the way out; nothing on a server that asks nobody. */
function Who() {
  const t = messages.value.who;
  const me = who.value;
  if (!me?.login_required || me.name === null) return null;
  return (
    <>
      <button type="button" class="appearance-button who-button" popovertarget="who" title={t.open(me.name)}>
        <span class="unseen">{t.open(me.name)}</span>
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <circle cx="10" cy="7" r="3.4" />
          <path class="half" d="M3.5 17a6.5 5.5 0 0 1 13 0z" />
        </svg>
        <span class="code" aria-hidden="true">
          {me.name}
        </span>
      </button>
      <div id="who" class="appearance who" popover="auto">
        <p>
          <b>{me.name}</b>
          <span>{me.role && t.role[me.role]}</span>
        </p>
        <button type="button" class="button" onClick={leave}>
          {t.out}
        </button>
      </div>
    </>
  );
}

function Glyph() {
  return (
    <svg class="glyph-mark" viewBox="0 0 30 18" width="30" height="18" aria-hidden="true">
      <path class="bench" d="M2 16.5a13 13 0 0 1 26 0" stroke-dasharray="4.6 2.2" />
      <path class="bench" d="M8.5 16.5a6.5 6.5 0 0 1 13 0" stroke-dasharray="3.6 1.9" />
      <circle class="tribune" cx="15" cy="15.5" r="2.2" />
    </svg>
  );
}

function ConnectionState() {
  const t = messages.value.connection;
  const state = connection.value;
  const age = silentFor.value;
  const heard = formats.value.clockSeconds(heardAt.value);
  const span = messages.value.span(age);
  if (state.kind === "live") {
    const ageWords = isNow(age) ? messages.value.age.now : messages.value.age.ago(span);
    return <Pill kind="live" text={t.live(ageWords)} short={t.liveShort} />;
  }
  if (state.kind === "polling") {
    return <Pill kind="polling" text={t.polling(heard)} short={t.pollingShort} />;
  }
  if (state.kind === "connecting" || !lost.value) {
    const words = state.kind === "connecting" ? t.connecting : t.reconnecting;
    return <Pill kind="waiting" text={words} short={words} />;
  }
  const left = Math.ceil((state.retryAt - Date.now()) / 1000);
  const words = left > 0 ? t.lost(span, `${left} s`) : t.lostTrying(span);
  return <Pill kind="lost" text={words} short={t.lostShort(formats.value.age(age))} />;
}

type PillKind = "live" | "polling" | "waiting" | "lost";

function Pill({ kind, text, short }: { kind: PillKind; text: string; short: string }) {
  return (
    <p class={`pill pill-${kind}`} title={text} data-connection={kind}>
      {kind === "live" && <span class="beat" />}
      {kind === "polling" && <Mark kind="info" />}
      {kind === "waiting" && <Mark kind="running" />}
      {kind === "lost" && <Mark kind="missed" />}
      <span class="long">{text}</span>
      <span class="short">{short}</span>
    </p>
  );
}

export function Appearance({ id }: { id: string }) {
  const t = messages.value.appearance;
  return (
    <>
      <button type="button" class="appearance-button" popovertarget={id} title={t.open}>
        <span class="unseen">{t.open}:</span>
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path class="half" d="M10 2.5a7.5 7.5 0 0 0 0 15z" />
          <circle cx="10" cy="10" r="7.5" />
        </svg>
        <span class="code">{language.value === "en" ? "EN" : "PT"}</span>
      </button>
      <div id={id} class="appearance" popover="auto">
        <Choice title={t.theme} name={`${id}-theme`} choice={theme} words={t.themes} />
        <Choice title={t.language} name={`${id}-language`} choice={languageChoice} words={t.languages} />
      </div>
    </>
  );
}

interface ChoiceProps<Value extends string> {
  title: string;
  name: string;
  choice: { value: Value };
  words: Readonly<Record<Value, string>>;
}

function Choice<Value extends string>({ title, name, choice, words }: ChoiceProps<Value>) {
  return (
    <fieldset>
      <legend>{title}</legend>
      {(Object.entries(words) as [Value, string][]).map(([value, word]) => (
        <label key={value}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={choice.value === value}
            onChange={() => (choice.value = value)}
          />
          {word}
        </label>
      ))}
    </fieldset>
  );
}
