/** How much of each councilor is shown: the more there are, the less. */
import type { Density } from "../preferences";

export type Shape = "cards" | "compact" | "tiles";

const CARDS_UP_TO = 12;
export const TILES_ABOVE = 60;

export function shapeOf(count: number, density: Density, onPhone: boolean): Shape {
  if (density === "comfortable") return count <= TILES_ABOVE ? "cards" : "compact";
  if (density === "dense") return count <= CARDS_UP_TO ? "compact" : "tiles";
  if (count > TILES_ABOVE) return "tiles";
  return count <= CARDS_UP_TO && !onPhone ? "cards" : "compact";
}
