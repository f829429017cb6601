/** One provider: its state, what it is, whom it serves, and what is wrong with it. */
import { useState } from "preact/hooks";

import { providersMessages } from "../../i18n/providers";
import { Mark } from "../../parts/mark";
import type { CouncilorHealth, Health, ProviderHealth } from "../../providers/checkup";
import type { MarkKind } from "../../council/standing";
import { councilorAddress } from "../../route";
import { Troubles } from "./troubles";

export const HEALTH_MARK: Readonly<Record<Health, MarkKind>> = {
  ready: "success",
  warning: "warning",
  error: "error",
  not_installed: "skipped",
};

/** Runs what each agent names, so it has no program and no version of its own. */
const PLAIN = "command";

export function Provider({ provider, councilors }: { provider: ProviderHealth; councilors: readonly CouncilorHealth[] }) {
  const t = providersMessages.value;
  const { name, label, state, version, program, troubles } = provider;
  return (
    <li class={`provider is-${state}`} data-provider={name}>
      <header>
        <Mark kind={HEALTH_MARK[state]} />
        <h3>{label}</h3>
        <span class={`ink-${HEALTH_MARK[state]}`}>{t.state[state]}</span>
      </header>
      {state !== "not_installed" && (
        <dl>
          {name !== PLAIN && (
            <div>
              <dt>{t.version}</dt>
              <dd>{version ?? t.noVersion}</dd>
            </div>
          )}
          <div>
            <dt>{t.program}</dt>
            <dd>{program ? <code>{program}</code> : name === PLAIN ? t.ownProgram : t.none}</dd>
          </div>
          <div>
            <dt>{t.name}</dt>
            <dd>
              <code>{name}</code>
            </dd>
          </div>
        </dl>
      )}
      <Troubles troubles={troubles} label={label} />
      {councilors.length > 0 && <Served councilors={councilors} />}
    </li>
  );
}

const NAMED = 8;

function Served({ councilors }: { councilors: readonly CouncilorHealth[] }) {
  const t = providersMessages.value;
  const [all, setAll] = useState(false);
  const shown = all ? councilors : councilors.slice(0, NAMED);
  return (
    <div class="served">
      <h4>{t.serves(councilors.length)}</h4>
      <ul>
        {shown.map((one) => (
          <li key={one.agent_id}>
            <a href={councilorAddress(one.agent_id)} title={one.display_name}>
              {one.display_name}
            </a>
          </li>
        ))}
      </ul>
      {councilors.length > NAMED && (
        <button type="button" class="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.fewer : t.all(councilors.length)}
        </button>
      )}
    </div>
  );
}
