/** Nobody is seated yet: three steps to the first verdict, a file that works, and what faces mean. */
import "../styles/mono.css";
import "../styles/empty.css";

import type { MarkKind, Mood } from "../council/standing";
import { type Messages, messages } from "../i18n";
import { Mark } from "../parts/mark";
import { Portrait } from "../parts/portrait";

const FACES: readonly (readonly [Exclude<Mood, "working" | "new">, MarkKind, string])[] = [
  ["proud", "success", "rosa"],
  ["serene", "success", "nilo-2"],
  ["attentive", "info", "iara"],
  ["worried", "warning", "zeca"],
  ["distressed", "error", "ester"],
  ["absent", "missed", "bento"],
  ["on_leave", "paused", "silas"],
];

export function EmptyCouncil() {
  const t = messages.value.empty;
  return (
    <div class="empty">
      <section aria-labelledby="steps-title">
        <h2 id="steps-title">{t.steps}</h2>
        <ol class="steps">
          <li>
            <h3>{t.step1}</h3>
            <p>{t.step1More}</p>
          </li>
          <li>
            <h3>{t.step2}</h3>
            <p>{t.step2More}</p>
            <code class="command">conselho apply council/</code>
          </li>
          <li>
            <h3>{t.step3}</h3>
            <p>{t.step3More}</p>
            <code class="command">conselho run {agentId(t)} --wait</code>
          </li>
        </ol>
      </section>
      <section aria-labelledby="example-title">
        <h2 id="example-title">{t.example}</h2>
        <figure>
          <figcaption>
            <code>{t.exampleFile}</code>
          </figcaption>
          <pre tabIndex={0}>{exampleFile(t)}</pre>
        </figure>
        <p class="free">
          <Mark kind="success" /> {t.free}
        </p>
      </section>
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

function agentId(t: Messages["empty"]): string {
  return t.exampleFile.replace(/^.*\/|\.md$/g, "");
}

function exampleFile(t: Messages["empty"]): string {
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
