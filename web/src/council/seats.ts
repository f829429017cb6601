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

/** Between two wedges, in radians: wider than from seat to seat, also at the innermost bench. */
const AISLE = 0.13;
const ALL_AISLES = 0.65;
const MOST_WEDGES = 10;
/** A wedge of fewer seats than this part of all sits with its neighbour. */
const LEAST_WEDGE = 0.03;
const CROWD = 200;

/** `wedges`: how many neighbours, from left to right, belong together; for a crowd aisles part them. */
export function hemicycle(count: number, wedges: readonly number[] = []): Hemicycle {
  const parts = count > CROWD ? wide(wedges, count) : [count];
  const rings = count <= 24 ? 3 : count <= 60 ? 4 : count <= 110 ? 5 : count <= 200 ? 7 : 10;
  const radii = Array.from(
    { length: rings },
    (_, ring) => INNER + ((OUTER - INNER) * ring) / (rings - 1),
  );
  const gap = (OUTER - INNER) / (rings - 1);
  return {
    radii,
    seat: count <= 14 ? 8 : count <= 24 ? 7 : Math.min(5.4, roomy(radii, count, aisles(parts))),
    bench: gap * 0.64,
    seats: parted(ringsTaken(radii, count), parts),
  };
}

/** As large as neighbours on a bench, and benches, leave room for. */
function roomy(radii: readonly number[], count: number, without: number): number {
  const length = radii.reduce((sum, radius) => sum + radius, 0) * (Math.PI - 2 * MARGIN - without);
  const gap = (OUTER - INNER) / (radii.length - 1);
  return Math.min(length / count, gap) * 0.42;
}

/** A small council sits on the outer benches, where it can be seen. */
function ringsTaken(radii: readonly number[], count: number): readonly number[] {
  if (count <= 7) return radii.slice(-1);
  return count <= 14 ? radii.slice(-2) : radii;
}

/** The wedges that are drawn apart, each worth seeing; all in one where there would be too many. */
function wide(wedges: readonly number[], count: number): readonly number[] {
  const drawn: number[] = [];
  for (const size of wedges) {
    const last = drawn.at(-1);
    if (last !== undefined && Math.min(last, size) < count * LEAST_WEDGE) drawn[drawn.length - 1] = last + size;
    else drawn.push(size);
  }
  return drawn.length > MOST_WEDGES || drawn.length === 0 ? [count] : drawn;
}

/** What aisles take of the half circle, in radians. */
function aisles(wedges: readonly number[]): number {
  return Math.min(AISLE * (wedges.length - 1), ALL_AISLES);
}

function parted(radii: readonly number[], wedges: readonly number[]): Seat[] {
  const count = wedges.reduce((sum, size) => sum + size, 0);
  const each = (Math.PI - 2 * MARGIN - aisles(wedges)) / count;
  const aisle = aisles(wedges) / Math.max(1, wedges.length - 1);
  let from = Math.PI - MARGIN;
  return wedges.flatMap((size) => {
    const seats = seatsOn(radii, size, from, each * size);
    from -= each * size + aisle;
    return seats;
  });
}

/** Rings share the seats by their length; seats are numbered by angle, so neighbours stay so. */
function seatsOn(radii: readonly number[], count: number, from: number, width: number): Seat[] {
  const placed = shares(radii, count).flatMap((share, ring) =>
    Array.from({ length: share }, (_, at) => {
      const part = share === 1 ? 0.5 : at / (share - 1);
      return { radius: radii[ring] as number, angle: from - part * width };
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
