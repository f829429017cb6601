/** The top bar: who this is, where one can go, how fresh the page is, and how it looks. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { who } from "../access";
import { leave } from "../actions";
import { formats, language, messages } from "../i18n";
import { dialog, keyNames } from "../keys";
import { lazy } from "../parts/lazy";
import { Mark } from "../parts/mark";
import { PROVIDERS_ADDRESS, TIMELINE_ADDRESS, view, type View } from "../route";
import { connection, heardAt, late, lost, silentFor } from "../session";
import { isNow } from "../text/format";

const Choices = lazy(() => import("./appearance").then((module) => module.AppearanceChoices));

export function TopBar() {
  return (
    <header class="topbar">
      <a class="wordmark" href="#/">
        <Name />
      </a>
      <Places />
      <ConnectionState />
      <Search />
      <Who />
      <Appearance id="appearance">
        <Places />
        <WhoAmI />
      </Appearance>
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

const PLACES: readonly (readonly [View, string])[] = [
  ["plenary", "#/"],
  ["timeline", TIMELINE_ADDRESS],
  ["providers", PROVIDERS_ADDRESS],
];

/** In the bar, and where that is too narrow, in the menu. */
function Places() {
  const t = messages.value.places;
  return (
    <nav class="places" aria-label={t.label}>
      {PLACES.map(([place, address]) => (
        <a key={place} href={address} aria-current={view.value === place ? "page" : undefined}>
          {t[place]}
        </a>
      ))}
    </nav>
  );
}

function Search() {
  const t = messages.value.places;
  return (
    <button type="button" class="bar-button search-button" onClick={() => (dialog.value = "palette")} aria-haspopup="dialog">
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <path class="stroke" d="M12.6 12.6L17 17M13.5 8.5a5 5 0 1 1-10 0 5 5 0 0 1 10 0z" />
      </svg>
      <span class="code">{t.search}</span>
      <kbd aria-hidden="true">{keyNames("palette").join(" ")}</kbd>
    </button>
  );
}

/** Who is logged in, and the way out; nothing on a server that asks nobody. */
function Who() {
  const t = messages.value.who;
  const me = who.value;
  if (!me?.login_required || me.name === null) return null;
  return (
    <>
      <button type="button" class="bar-button who-button" popovertarget="who" title={t.open(me.name)}>
        <span class="unseen">{t.open(me.name)}</span>
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <circle cx="10" cy="7" r="3.4" />
          <path class="half" d="M3.5 17a6.5 5.5 0 0 1 13 0z" />
        </svg>
        <span class="code" aria-hidden="true">
          {me.name}
        </span>
      </button>
      <div id="who" class="appearance on-page" popover="auto">
        <WhoAmI />
      </div>
    </>
  );
}

function WhoAmI() {
  const t = messages.value.who;
  const me = who.value;
  if (!me?.login_required || me.name === null) return null;
  return (
    <div class="who-am-i">
      <p>
        <b>{me.name}</b>
        <span>{me.role && t.role[me.role]}</span>
      </p>
      <button type="button" class="button" onClick={leave}>
        {t.out}
      </button>
    </div>
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
    if (late.value === "store") return <Pill kind="lost" text={t.behind} short={t.behindShort} />;
    const words = late.value === "bus" ? t.liveLate : t.live(ageWords);
    return <Pill kind="live" text={words} short={t.liveShort} />;
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

/** The choices are fetched when first asked for; `children` stand above them where the bar is narrow. */
export function Appearance({ id, children }: { id: string; children?: ComponentChildren }) {
  const t = messages.value.appearance;
  const [opened, setOpened] = useState(false);
  return (
    <>
      <button type="button" class="bar-button appearance-button" popovertarget={id} title={t.open}>
        <span class="unseen">{t.open}:</span>
        <svg class="wide" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path class="half" d="M10 2.5a7.5 7.5 0 0 0 0 15z" />
          <circle cx="10" cy="10" r="7.5" />
        </svg>
        <svg class="narrow" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <path class="stroke" d="M3 5.5h14M3 10h14M3 14.5h14" />
        </svg>
        <span class="code">{language.value === "en" ? "EN" : "PT"}</span>
      </button>
      <div
        id={id}
        class="appearance on-page"
        popover="auto"
        onToggle={(event) => event.newState === "open" && setOpened(true)}
        onClick={closeAfterLink}
      >
        <div class="narrow">{children}</div>
        {opened && <Choices />}
      </div>
    </>
  );
}

function closeAfterLink({ target, currentTarget }: { target: EventTarget | null; currentTarget: HTMLElement }): void {
  if (target instanceof Element && target.closest("a")) currentTarget.hidePopover();
}
