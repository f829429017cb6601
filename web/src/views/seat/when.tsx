/** When it works: the fields of the schedule, as its own form has them. */
import { seatMessages } from "../../i18n/seat";
import { ScheduleFields } from "../agenda/schedule_fields";
import { Part, type PartProps } from "./parts";

export function WhenPart({ draft, change }: PartProps) {
  return (
    <Part name="when" title={seatMessages.value.part.when}>
      <ScheduleFields draft={draft} change={change} />
    </Part>
  );
}
