/** How much of each councilor is shown: the more there are, the less. */
import type { Density } from "../preferences";

export type Shape = "cards" | "compact" | "tiles";
/** By its width: a phone has one column, and on a wall there is room for everything. */
export type Screen = "phone" | "desk" | "wall";

const CARDS_UP_TO = 12;
export const TILES_ABOVE = 60;

export function shapeOf(count: number, density: Density, screen: Screen): Shape {
  if (density === "comfortable") return count <= TILES_ABOVE ? "cards" : "compact";
  if (density === "dense") return count <= CARDS_UP_TO ? "compact" : "tiles";
  if (count > TILES_ABOVE) return "tiles";
  if (screen === "wall") return "cards";
  return count <= CARDS_UP_TO && screen === "desk" ? "cards" : "compact";
}
