/** The seats of the hemicycle: where each of `count` councilors sits, left to right. */

export interface Seat {
  readonly x: number;
  readonly y: number;
}

export interface Hemicycle {
  readonly radii: readonly number[];
  /** Half the width of a seat that is in order. */
  readonly seat: number;
  /** Width of a bench, drawn behind the seats. */
  readonly bench: number;
  readonly seats: readonly Seat[];
}

export const CENTRE = { x: 158, y: 148 } as const;
const INNER = 68;
const OUTER = 132;
/** The outermost seats stand a little above the ends of the benches. */
const MARGIN = 0.14;

export function hemicycle(count: number): Hemicycle {
  const rings = count <= 24 ? 3 : count <= 60 ? 4 : count <= 110 ? 5 : count <= 200 ? 7 : 10;
  const radii = Array.from(
    { length: rings },
    (_, ring) => INNER + ((OUTER - INNER) * ring) / (rings - 1),
  );
  const gap = (OUTER - INNER) / (rings - 1);
  return {
    radii,
    seat: count <= 14 ? 8 : count <= 24 ? 7 : Math.min(5.4, roomy(radii, count)),
    bench: gap * 0.64,
    seats: seatsOn(ringsTaken(radii, count), count),
  };
}

/** As large as neighbours on a bench, and benches, leave room for. */
function roomy(radii: readonly number[], count: number): number {
  const length = radii.reduce((sum, radius) => sum + radius, 0) * (Math.PI - 2 * MARGIN);
  const gap = (OUTER - INNER) / (radii.length - 1);
  return Math.min(length / count, gap) * 0.42;
}

/** A small council sits on the outer benches, where it can be seen. */
function ringsTaken(radii: readonly number[], count: number): readonly number[] {
  if (count <= 7) return radii.slice(-1);
  return count <= 14 ? radii.slice(-2) : radii;
}

/** Rings share the seats by their length; seats are numbered by angle, so neighbours stay so. */
function seatsOn(radii: readonly number[], count: number): Seat[] {
  const placed = shares(radii, count).flatMap((share, ring) =>
    Array.from({ length: share }, (_, at) => {
      const part = share === 1 ? 0.5 : at / (share - 1);
      return { radius: radii[ring] as number, angle: Math.PI - MARGIN - part * (Math.PI - 2 * MARGIN) };
    }),
  );
  placed.sort((a, b) => b.angle - a.angle || b.radius - a.radius);
  return placed.map(({ radius, angle }) => ({
    x: CENTRE.x + radius * Math.cos(angle),
    y: CENTRE.y - radius * Math.sin(angle),
  }));
}

/** Largest remainders, so that the shares always add up to `count`. */
function shares(radii: readonly number[], count: number): number[] {
  const total = radii.reduce((sum, radius) => sum + radius, 0);
  const exact = radii.map((radius) => (count * radius) / total);
  const given = exact.map(Math.floor);
  const byRemainder = exact
    .map((value, ring) => ({ ring, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest);
  const left = count - given.reduce((sum, each) => sum + each, 0);
  for (const { ring } of byRemainder.slice(0, left)) given[ring] = (given[ring] as number) + 1;
  return given;
}
