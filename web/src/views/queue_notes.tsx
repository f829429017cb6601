/** For which queues runs wait in vain, and what helps. */
import { messages } from "../i18n";
import { Mark } from "../parts/mark";
import { Ago } from "../parts/time";
import { stuckQueues } from "../queues";

export function QueueNotes() {
  const t = messages.value.queueNote;
  if (stuckQueues.value.length === 0) return null;
  return (
    <ul class="clock-notes queue-notes" aria-label={t.label}>
      {stuckQueues.value.map(({ queue, waiting, unserved_since, remedy }) => (
        <li key={queue ?? ""}>
          <Mark kind="warning" />
          <p>
            {t.stuck(queue, waiting)}{" "}
            {remedy !== null && (
              <>
                {t.remedy[remedy.kind]} <code>{remedy.command}</code>{" "}
              </>
            )}
            {unserved_since !== null && (
              <span>
                <Ago at={unserved_since} />
              </span>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
