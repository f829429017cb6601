/** The programs behind the councilors: whether they can run, what is wrong, and what cures it. */
import "../../styles/mono.css";
import "../../styles/providers.css";

import { useEffect } from "preact/hooks";

import { mayOperate } from "../../access";
import { reasonOf } from "../../actions";
import { messages } from "../../i18n";
import { providersMessages } from "../../i18n/providers";
import { Mark } from "../../parts/mark";
import { Ago } from "../../parts/time";
import { check, checking, checkup, checkWhenOld, type Checkup, refusal, sorted } from "../../providers/checkup";
import { canWrite } from "../../session";
import { Provider } from "./provider";
import { Patients } from "./patients";
import { SurroundingsBox } from "./surroundings";

export function ProvidersView() {
  const t = providersMessages.value;
  useEffect(() => {
    if (mayOperate.value) checkWhenOld();
  }, [mayOperate.value]);
  return (
    <div class="providers">
      <header class="view-head">
        <div>
          <h1>{t.title}</h1>
          <p class="verdict" role="status">
            <Verdict />
          </p>
          <p>{t.about}</p>
        </div>
        {mayOperate.value && <Again />}
      </header>
      {checkup.value && mayOperate.value && <Found found={checkup.value} />}
    </div>
  );
}

/** What matters, in a sentence, before any list. */
function Verdict() {
  const t = providersMessages.value;
  const found = checkup.value;
  if (!mayOperate.value) return <Line kind="info">{t.viewer}</Line>;
  if (checking.value) return <Line kind="running">{t.checking}</Line>;
  if (refusal.value !== null) return <Line kind="error">{t.failed(reasonOf(refusal.value))}</Line>;
  if (!found) return null;
  const ill = found.councilors.filter((one) => one.state === "error").length;
  if (found.councilors.length === 0) return <Line kind="info">{t.nobody}</Line>;
  if (ill > 0) return <Line kind="error">{t.someIll(ill, found.councilors.length)}</Line>;
  return <Line kind="success">{t.allWell(found.councilors.length)}</Line>;
}

function Line({ kind, children }: { kind: "info" | "running" | "error" | "success"; children: string }) {
  return (
    <>
      <Mark kind={kind} /> <span>{children}</span>
    </>
  );
}

function Again() {
  const t = providersMessages.value;
  const refused = checking.value || !canWrite.value;
  return (
    <div class="again">
      {checkup.value && (
        <p>
          {t.checkedAt("")}
          <Ago at={checkup.value.now} />
        </p>
      )}
      <button
        type="button"
        class="button"
        aria-disabled={refused}
        title={canWrite.value ? "" : messages.value.write.offline}
        onClick={() => !refused && check()}
      >
        {t.again}
      </button>
    </div>
  );
}

function Found({ found }: { found: Checkup }) {
  const t = providersMessages.value;
  const { used, free } = sorted(found.providers);
  return (
    <>
      <Patients title={t.ill} state="error" councilors={found.councilors} />
      <Patients title={t.warned} state="warning" councilors={found.councilors} />
      {used.length > 0 && (
        <section aria-labelledby="used-title">
          <h2 id="used-title">{t.used}</h2>
          <ul class="provider-list">
            {used.map((one) => (
              <Provider key={one.name} provider={one} councilors={found.councilors.filter((each) => each.provider === one.name)} />
            ))}
          </ul>
        </section>
      )}
      {free.length > 0 && (
        <section aria-labelledby="free-title">
          <h2 id="free-title">{t.free}</h2>
          <ul class="provider-list is-free">
            {free.map((one) => (
              <Provider key={one.name} provider={one} councilors={[]} />
            ))}
          </ul>
        </section>
      )}
      <SurroundingsBox surroundings={found.surroundings} />
      <p class="providers-docs">{t.docs}</p>
    </>
  );
}
