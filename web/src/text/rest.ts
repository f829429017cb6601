/** How long a failure asks to be left alone, in ms; null when it does not say. */
export function restOf(error: unknown): number | null {
  const asked = typeof error === "object" && error !== null && "retryAfterMs" in error ? error.retryAfterMs : null;
  return typeof asked === "number" ? asked : null;
}
