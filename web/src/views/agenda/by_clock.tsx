/** Names the clock that times are told by, where the schedule's and the reader's are not the same. */
import { agendaMessages } from "../../i18n/agenda";
import { ZONE } from "../card";

/** Times by the schedule's own clock. */
export function ByItsClock({ zone }: { zone: string }) {
  return zone === ZONE ? null : <p class="by-clock">{agendaMessages.value.zone(zone)}</p>;
}

/** Times by the reader's clock, beside a schedule that has another one. */
export function ByYourClock({ zone }: { zone: string }) {
  return zone === ZONE ? null : <p class="by-clock">{agendaMessages.value.yourClock(ZONE)}</p>;
}
