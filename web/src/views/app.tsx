/** The page: top bar, plenary, council, footer; and over them the panel of one execution. */
import { useSignalEffect } from "@preact/signals";

import { messages } from "../i18n";
import { seated } from "../overview";
import { lazy } from "../parts/lazy";
import { route } from "../route";
import { loaded, loadError, lost } from "../session";
import { Announcer } from "./announcer";
import { AttentionList } from "./attention";
import { Band } from "./band";
import { CouncilView } from "./council";
import { Footer } from "./footer";
import { Kpis } from "./kpis";
import { Notice } from "./notice";
import { RecentRuns } from "./recent";
import { TopBar } from "./topbar";

/** What most visits never open is fetched when it is: these two bring the monospaced face along. */
const EmptyCouncil = lazy(() => import("./empty").then((module) => module.EmptyCouncil));
const ExecutionPanel = lazy(() => import("./execution/panel").then((module) => module.ExecutionPanel));

export function App() {
  useSignalEffect(() => {
    document.documentElement.toggleAttribute("data-lost", lost.value);
  });
  return (
    <>
      <a class="skip" href="#council" onClick={skip}>
        {messages.value.skipToContent}
      </a>
      <TopBar />
      <main id="council" tabIndex={-1}>
        <Band />
        <Plenary />
      </main>
      {route.value.kind !== "plenary" && <ExecutionPanel />}
      <Notice />
      <Footer />
      <Announcer />
    </>
  );
}

/** The address after `#` names the open panel, so the jump is made here. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("council")?.focus();
}

function Plenary() {
  if (!loaded.value) return <FirstLoad />;
  if (seated.value.length === 0) return <EmptyCouncil />;
  return (
    <>
      <Kpis />
      <AttentionList />
      <CouncilView />
      <RecentRuns />
    </>
  );
}

function FirstLoad() {
  const t = messages.value.loadError;
  const error = loadError.value;
  if (!error) return <div class="first-load" aria-busy="true" />;
  const why =
    error.status === 0
      ? t.unreachable
      : error.status === 401
        ? t.unauthorised
        : t.status(error.status, error.detail);
  return (
    <div class="first-load" role="alert">
      <h2>{t.title}</h2>
      <p>{why}</p>
    </div>
  );
}
