/** The page: top bar, plenary, council, footer; and over them one panel. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { locked } from "../access";
import { reasonOf } from "../actions";
import { setFilter } from "../council/filter";
import { messages } from "../i18n";
import { active, clockNotes } from "../journal";
import { dialog, onShortcut } from "../keys";
import { attention, seated } from "../overview";
import { Boundary } from "../parts/boundary";
import { Had, Unreadable } from "../parts/had";
import { lazy } from "../parts/lazy";
import { stuckQueues } from "../queues";
import { PROVIDERS_ADDRESS, route, TIMELINE_ADDRESS, view } from "../route";
import { loaded, loadError, lost, unreadable } from "../session";
import { Announcer } from "./announcer";
import { AttentionList } from "./attention";
import { Band } from "./band";
import { CouncilView } from "./council";
import { Footer } from "./footer";
import { Kpis } from "./kpis";
import { TopBar } from "./topbar";

/** What most visits never open is fetched when it is; some of it brings the monospaced face along. */
const TimelineView = lazy(() => import("./timeline/page").then((module) => module.TimelineView));
const ProvidersView = lazy(() => import("./providers/page").then((module) => module.ProvidersView));
const CouncilorPanel = lazy(() => import("./councilor/panel").then((module) => module.CouncilorPanel));
const SeatPanel = lazy(() => import("./seat/panel").then((module) => module.SeatPanel));
const AgendaPanel = lazy(() => import("./agenda/panel").then((module) => module.AgendaPanel));
const OrdersPanel = lazy(() => import("./orders/panel").then((module) => module.OrdersPanel));
const RecentRuns = lazy(() => import("./recent").then((module) => module.RecentRuns));
const EmptyCouncil = lazy(() => import("./empty").then((module) => module.EmptyCouncil));
const JournalPanel = lazy(() => import("./journal/panel").then((module) => module.JournalPanel));
const MaintenanceBanner = lazy(() => import("./notes").then((module) => module.MaintenanceBanner));
const QueueNotes = lazy(() => import("./notes").then((module) => module.QueueNotes));
const ClockNotes = lazy(() => import("./notes").then((module) => module.ClockNotes));
const Login = lazy(() => import("./login").then((module) => module.Login));
/** Wanted most when the signal is lost, and then they cannot be had: fetched when there is time. */
const AHEAD = {
  palette: () => import("./palette"),
  shortcuts: () => import("./shortcuts"),
  appearance: () => import("./appearance"),
};
const Palette = lazy(() => AHEAD.palette().then((module) => module.Palette));
const Shortcuts = lazy(() => AHEAD.shortcuts().then((module) => module.Shortcuts));
const ExecutionPanel = lazy(() => import("./execution/panel").then((module) => module.ExecutionPanel));

/** A first paint that is still to come must not wait for them. */
const AHEAD_AFTER_MS = 2_000;

export function App() {
  useEffect(() => {
    const timer = setTimeout(() => Object.values(AHEAD).forEach((fetch) => void fetch().catch(() => undefined)), AHEAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useSignalEffect(() => {
    document.documentElement.toggleAttribute("data-lost", lost.value);
  });
  return (
    <>
      <Shell />
      {locked.value && <Login />}
    </>
  );
}

/** Behind the login it stays as it is, with all that was typed, but nobody sees or reaches it. */
function Shell() {
  const closed = locked.value;
  useFocusKept(closed);
  useShellKeys();
  return (
    <div class="shell" inert={closed}>
      <a class="skip" href="#council" onClick={skip}>
        {messages.value.skipToContent}
      </a>
      <Boundary>
        <TopBar />
      </Boundary>
      <main id="council" tabIndex={-1}>
        <Maintenance />
        <Behind />
      </main>
      <Panel />
      <Boundary>
        <Footer />
      </Boundary>
      <Announcer />
      {dialog.value === "palette" && <Palette />}
      {dialog.value === "shortcuts" && <Shortcuts />}
    </div>
  );
}

function useShellKeys(): void {
  useEffect(() => {
    const flips = (name: "palette" | "shortcuts") => () => {
      dialog.value = dialog.value === name ? null : name;
    };
    const goes = (address: string) => () => {
      location.hash = address;
    };
    const ends = [
      onShortcut("palette", flips("palette")),
      onShortcut("help", flips("shortcuts")),
      onShortcut("search", inPlenary(() => document.querySelector<HTMLInputElement>(".council input[type=search]")?.select())),
      onShortcut("next", inPlenary(focusNextNeeding)),
      onShortcut("plenary", goes("#/")),
      onShortcut("timeline", goes(TIMELINE_ADDRESS)),
      onShortcut("providers", goes(PROVIDERS_ADDRESS)),
    ];
    return () => ends.forEach((end) => end());
  }, []);
}

/** `act`, once the plenary is what one sees. */
function inPlenary(act: () => void): () => void {
  return () => {
    if (route.value.kind === "plenary") return act();
    window.addEventListener("hashchange", () => requestAnimationFrame(act), { once: true });
    location.hash = "#/";
  };
}

/** The next after the one that has the focus; what the filter hides comes back for it. */
function focusNextNeeding(): void {
  const all = [...document.querySelectorAll("[data-needs]")];
  const at = all.findIndex((each) => each.contains(document.activeElement));
  all[(at + 1) % all.length]?.querySelector<HTMLElement>("a")?.focus();
  if (all.length === 0 && attention.value.length > 0) setFilter({ search: "", group: "" });
}

/** Before anything is painted: what cannot be reached loses the focus with the next frame. */
function useFocusKept(closed: boolean): void {
  const before = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (closed) before.current = document.activeElement;
    else if (before.current instanceof HTMLElement) before.current.focus();
  }, [closed]);
}

/** The address after `#` names the open panel, so the jump is made here. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("council")?.focus();
}

/** The view that is open, or that stands behind the open panel. */
function Behind() {
  switch (view.value) {
    case "timeline":
      return <TimelineView />;
    case "providers":
      return <ProvidersView />;
    default:
      return (
        <>
          <Boundary>
            <Band />
          </Boundary>
          <Plenary />
        </>
      );
  }
}

function Plenary() {
  if (!loaded.value) return <FirstLoad />;
  if (seated.value.length === 0) return unreadable.value > 0 ? <Unreadable /> : <EmptyCouncil />;
  return (
    <>
      <Boundary>
        <Had part="kpis">
          <Kpis />
        </Had>
        <Notes />
        <Unreadable />
      </Boundary>
      <Boundary>
        <AttentionList />
      </Boundary>
      <Boundary>
        <CouncilView />
      </Boundary>
      <Boundary>
        <Had part="executions">
          <RecentRuns />
        </Had>
      </Boundary>
    </>
  );
}

function Maintenance() {
  return active.value.length > 0 ? <MaintenanceBanner /> : null;
}

function Notes() {
  return (
    <>
      {stuckQueues.value.length > 0 && <QueueNotes />}
      {clockNotes.value.length > 0 && <ClockNotes />}
    </>
  );
}

function Panel() {
  switch (route.value.kind) {
    case "plenary":
    case "timeline":
    case "providers":
      return null;
    case "councilor":
      return <CouncilorPanel />;
    case "promote":
    case "edit":
      return <SeatPanel />;
    case "agenda":
      return <AgendaPanel />;
    case "orders":
      return <OrdersPanel />;
    case "journal":
      return <JournalPanel />;
    default:
      return <ExecutionPanel />;
  }
}

function FirstLoad() {
  const t = messages.value.loadError;
  const error = loadError.value;
  if (!error) return <div class="first-load" aria-busy="true" />;
  const why = error.status === 0 ? t.unreachable : t.other(reasonOf(error));
  return (
    <div class="first-load" role="alert">
      <h2>{t.title}</h2>
      <p>{why}</p>
    </div>
  );
}
