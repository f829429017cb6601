/** The status marks: each its own shape, so that colour only repeats what the shape says. */
import type { JSX } from "preact";

import type { MarkKind } from "../council/standing";

/** 16 x 16. `solid` takes the state's colour, `glyph` the colour cut out of it. */
export const MARK_SHAPES: Readonly<Record<MarkKind, () => JSX.Element>> = {
  success: () => (
    <>
      <circle class="solid" cx="8" cy="8" r="7.5" />
      <path class="glyph" d="M4.6 8.2l2.4 2.4 4.4-4.8" />
    </>
  ),
  info: () => (
    <>
      <rect class="solid" x="1" y="1" width="14" height="14" rx="3.4" />
      <path class="glyph" d="M8 7.3v4.2M8 4.4v.3" />
    </>
  ),
  warning: () => (
    <>
      <path class="solid" d="M8 .9c.6 0 1 .3 1.3.8l6.2 11.2c.6 1.1-.1 2.3-1.3 2.3H1.8C.6 15.2-.1 14 .5 12.9L6.7 1.7C7 1.2 7.4.9 8 .9z" />
      <path class="glyph" d="M8 5.8v3.9M8 12.2v.2" />
    </>
  ),
  error: () => (
    <>
      <path class="solid" d="M5 .5h6L15.5 5v6L11 15.5H5L.5 11V5z" />
      <path class="glyph" d="M5.5 5.5l5 5M10.5 5.5l-5 5" />
    </>
  ),
  missed: () => (
    <>
      <circle class="ring" cx="8" cy="8" r="6.8" stroke-dasharray="2.9 1.8" />
      <path class="stroke" d="M4.8 8h6.4" />
    </>
  ),
  skipped: () => <path class="stroke" d="M3 3.5L7.5 8 3 12.5M8.5 3.5L13 8l-4.5 4.5" />,
  cancelled: () => (
    <>
      <circle class="track" cx="8" cy="8" r="6.3" />
      <path class="stroke" d="M3.8 12.2l8.4-8.4" />
    </>
  ),
  paused: () => <path class="stroke bars" d="M5 3v10M11 3v10" />,
  running: () => (
    <>
      <circle class="track" cx="8" cy="8" r="6.3" />
      <path class="quarter" d="M8 1.7A6.3 6.3 0 0 1 14.3 8" />
    </>
  ),
  waiting: () => (
    <>
      <circle class="track" cx="8" cy="8" r="6.3" />
      <path class="stroke" d="M8 4.8V8l2.2 1.6" />
    </>
  ),
};

export function Mark({ kind, size = 16 }: { kind: MarkKind; size?: number }) {
  return (
    <svg class={`mark mark-${kind}`} viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      {MARK_SHAPES[kind]()}
    </svg>
  );
}
