/** Times by the clock on the wall of a zone, as `datetime-local` fields hold them: `2026-11-26T14:30`. */

/** What the wall says in `zone` at `at` (epoch milliseconds); null for a zone that does not exist. */
export function wallTime(at: number, zone: string): string | null {
  try {
    // Swedish writes dates as ISO 8601 does.
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
    return format.format(at).replace(" ", "T");
  } catch {
    return null;
  }
}

/** The moment (ISO, UTC) at which the wall says `wall` in `zone`; null when it cannot be told. */
export function momentOf(wall: string, zone: string): string | null {
  const asUtc = Date.parse(`${wall}Z`);
  if (Number.isNaN(asUtc)) return null;
  const offset = (at: number) => Date.parse(`${wallTime(at, zone)}Z`) - at;
  // The offset of the guess may be that of the other side of a change; a second look settles it.
  const at = asUtc - offset(asUtc - offset(asUtc));
  return Number.isNaN(at) ? null : new Date(at).toISOString().replace(".000Z", "Z");
}
