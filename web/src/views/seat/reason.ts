/** Why something was not done, in a sentence. */
import { reasonOf } from "../../actions";
import { ApiError } from "../../api";
import { seatMessages } from "../../i18n/seat";
import { IdTaken } from "../../seat/steps";

/** Why nothing was saved, when no field says it. */
export function failureWords(error: unknown): string {
  const { save: t, wrong } = seatMessages.value;
  if (error instanceof IdTaken) return error.isCouncilor ? wrong.idSeated : wrong.idTaken;
  if (error instanceof ApiError && error.status === 0) return t.away;
  if (error instanceof ApiError && error.errors.length > 0) return t.refused;
  return `${t.failed(seatReason(error))} ${t.lost}`;
}

/** As `reasonOf`, and what a server says whose seats are only changed by files. */
export function seatReason(error: unknown): string {
  const isReadOnly = error instanceof ApiError && error.status === 403 && error.detail.includes("read_only_council");
  return isReadOnly ? seatMessages.value.save.readOnly : reasonOf(error);
}
