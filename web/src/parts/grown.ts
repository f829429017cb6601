/**
 * How much larger than written everything is drawn (`--grow` in the tokens). The window, the pointer and
 * `getBoundingClientRect` count what is drawn; styles and an element's own measures what is written.
 */
export function grown(): number {
  // Browsers without it measure everything as it is written.
  return document.documentElement.currentCSSZoom ?? 1;
}

/** The place of an element as styles count it. */
export function writtenRect(element: Element): DOMRect {
  const { x, y, width, height } = element.getBoundingClientRect();
  const by = grown();
  return new DOMRect(x / by, y / by, width / by, height / by);
}
