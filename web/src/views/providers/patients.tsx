/** Councilors that cannot run, or only with a reservation: who, why, and the way to the cure. */
import { mayEdit } from "../../access";
import { providersMessages } from "../../i18n/providers";
import { Mark } from "../../parts/mark";
import { Portrait } from "../../parts/portrait";
import type { CouncilorHealth } from "../../providers/checkup";
import { councilorAddress, editAddress } from "../../route";
import { council } from "../../session";
import { Troubles } from "./troubles";

interface PatientsProps {
  title: string;
  state: "error" | "warning";
  councilors: readonly CouncilorHealth[];
}

export function Patients({ title, state, councilors }: PatientsProps) {
  const t = providersMessages.value;
  const ill = councilors.filter((one) => one.state === state);
  if (ill.length === 0) return null;
  return (
    <section class="patients" aria-labelledby={`patients-${state}`}>
      <h2 id={`patients-${state}`}>{title}</h2>
      <ul>
        {ill.map((one) => (
          <li key={one.agent_id} class={`is-${state}`} data-agent={one.agent_id}>
            <Face agentId={one.agent_id} ill={state === "error"} />
            <div>
              <h3>
                <Mark kind={state} />{" "}
                <a href={councilorAddress(one.agent_id)}>{one.display_name}</a>
                <span>
                  <code>{one.provider}</code>
                  {!one.enabled && `, ${t.paused}`}
                </span>
              </h3>
              <Troubles troubles={one.troubles} label="" />
            </div>
            {mayEdit.value && (
              <a class="button" href={editAddress(one.agent_id)} aria-label={`${t.edit}: ${one.display_name}`}>
                {t.edit}
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Face({ agentId, ill }: { agentId: string; ill: boolean }) {
  const agent = council.value.agents.get(agentId);
  return agent ? <Portrait agent={agent} mood={ill ? "distressed" : "worried"} width={44} /> : <span />;
}
