/** Nobody is seated yet: three steps to the first verdict, who could sit, and what faces mean. */
import "../styles/mono.css";
import "../styles/empty.css";
import "../styles/choices.css";

import { mayEdit } from "../access";
import type { MarkKind, Mood } from "../council/standing";
import { language, messages } from "../i18n";
import { emptyMessages } from "../i18n/empty";
import type { EmptyMessages } from "../i18n/empty.pt-BR";
import { Mark } from "../parts/mark";
import { Portrait } from "../parts/portrait";
import { PROMOTE_ADDRESS, promoteAddress, PROVIDERS_ADDRESS } from "../route";
import { getCatalogue, getHealth } from "../seat/api";
import { COMMAND, isFree } from "../seat/draft";
import { originId } from "../seat/origin";
import { useAsked } from "./seat/asked";
import { EntryChoice } from "./seat/start";

const FACES: readonly (readonly [Exclude<Mood, "working" | "new">, MarkKind, string])[] = [
  ["proud", "success", "rosa"],
  ["serene", "success", "nilo-2"],
  ["attentive", "info", "iara"],
  ["worried", "warning", "zeca"],
  ["distressed", "error", "ester"],
  ["absent", "missed", "bento"],
  ["on_leave", "paused", "silas"],
];

const CANDIDATES = 5;

export function EmptyCouncil() {
  const t = emptyMessages.value;
  return (
    <div class="empty">
      <div>
        {mayEdit.value ? <Steps /> : <p class="panel-note">{t.mayNot}</p>}
        <Files />
      </div>
      {mayEdit.value && <Candidates />}
      <section class="faces" aria-labelledby="faces-title">
        <h2 id="faces-title">{t.faces}</h2>
        <ul>
          {FACES.map(([mood, kind, looks]) => (
            <li key={mood}>
              <Portrait agent={{ agent_id: looks, customization: null }} mood={mood} width={56} />
              <span>
                <Mark kind={kind} /> {t.face[mood]}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Steps() {
  const t = emptyMessages.value;
  const steps = [
    [t.step1, t.step1More],
    [t.step2, t.step2More],
    [t.step3, t.step3More],
  ] as const;
  return (
    <section aria-labelledby="steps-title">
      <h2 id="steps-title">{t.steps}</h2>
      <ol class="steps">
        {steps.map(([step, more]) => (
          <li key={step}>
            <h3>{step}</h3>
            <p>{more}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Those that cost nothing come first. Without an answer the file is the way. */
function Candidates() {
  const t = emptyMessages.value;
  const { answer } = useAsked(language.value, () => getCatalogue(language.value));
  const entries = answer ? [...answer.templates, ...answer.investigators] : [];
  const first = [...entries.filter(isFree), ...entries.filter((entry) => !isFree(entry)).reverse()].slice(0, CANDIDATES);
  return (
    <section class="candidates" aria-labelledby="candidates-title">
      <header>
        <h2 id="candidates-title">{t.candidates}</h2>
        <a class="button" href={promoteAddress(originId({ kind: "blank" }))}>
          {t.blank}
        </a>
        <a class="button" href={PROMOTE_ADDRESS}>
          {t.all}
        </a>
      </header>
      <ul class="choices" aria-busy={answer === null}>
        {first.map((entry) => (
          <EntryChoice key={entry.key} entry={entry} />
        ))}
      </ul>
      <p class="free">
        <Mark kind="success" /> {t.free}
      </p>
      <Ready />
    </section>
  );
}

/** Which agents with a model can run here; nothing until it is known. */
function Ready() {
  const t = emptyMessages.value;
  const { answer } = useAsked("", () => getHealth());
  if (answer === null) return null;
  const ready = answer.providers.filter(({ name, state }) => name !== COMMAND && state === "ready");
  return (
    <p class="free">
      <Mark kind={ready.length > 0 ? "success" : "missed"} />
      <span>
        {ready.length > 0 ? t.ready(messages.value.list(ready.map(({ label }) => label))) : t.noneReady}{" "}
        <a href={PROVIDERS_ADDRESS}>{t.providers}</a>
      </span>
    </p>
  );
}

function Files() {
  const t = emptyMessages.value;
  return (
    <section class="files" aria-labelledby="files-title">
      <h2 id="files-title">{t.files}</h2>
      <p>{t.filesMore}</p>
      <code class="command">conselho apply council/</code>
      <details open={!mayEdit.value}>
        <summary>{t.example}</summary>
        <figure>
          <figcaption>
            <code>{t.exampleFile}</code>
          </figcaption>
          <pre tabIndex={0}>{exampleFile(t)}</pre>
        </figure>
      </details>
    </section>
  );
}

function agentId(t: EmptyMessages): string {
  return t.exampleFile.replace(/^.*\/|\.md$/g, "");
}

function exampleFile(t: EmptyMessages): string {
  return `---
agent_id: ${agentId(t)}
name: ${t.exampleTitle}
emoji: "🧹"
provider: command
command: [python, -m, conselho.checks, large-files]
title: ${t.exampleTitle}
schedule: 30m
task: ${t.exampleTask}
---
${t.exampleBody}
`;
}
