/** As whom and where the agents run: what explains a program that a person finds and the server does not. */
import type { components } from "../../../generated/openapi";
import { providersMessages } from "../../i18n/providers";
import { Troubles } from "./troubles";

type Surroundings = components["schemas"]["Surroundings"];

export function SurroundingsBox({ surroundings }: { surroundings: Surroundings }) {
  const t = providersMessages.value;
  const { user, is_root: isRoot, home, path, cwd, workspaces, troubles } = surroundings;
  return (
    <section class="surroundings" aria-labelledby="surroundings-title">
      <h2 id="surroundings-title">{t.surroundings}</h2>
      <Troubles troubles={troubles} label="" />
      <dl>
        <div>
          <dt>{t.user}</dt>
          <dd>
            <code>{user}</code>
            {isRoot && `, ${t.root}`}
          </dd>
        </div>
        <div>
          <dt>{t.home}</dt>
          <dd>{home ? <code>{home}</code> : t.none}</dd>
        </div>
        <div>
          <dt>{t.cwd}</dt>
          <dd>
            <code>{cwd}</code>
          </dd>
        </div>
        <div>
          <dt>{t.workspaces}</dt>
          <dd>{workspaces.length > 0 ? workspaces.map((each) => <code key={each}>{each} </code>) : t.anywhere}</dd>
        </div>
        <div>
          <dt>{t.path}</dt>
          <dd>
            {[...new Set(path)].map((each) => (
              <code key={each}>{each} </code>
            ))}
          </dd>
        </div>
      </dl>
    </section>
  );
}
