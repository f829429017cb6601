/**
 * The notices on the page: (board, notices, now) -> board. Pure, so that "never a storm" can be proved:
 *
 *   at most CARDS cards stand at once; one more, and those of one sort become a single card;
 *   a councilor has one card of its own: its newer word takes the place of the older;
 *   cards end by themselves; what counts their time stands still while somebody reads them.
 */
import type { NoticeKind } from "./rules";

export const CARDS = 3;
/** Notices of a moment are shown together, and the next ones not before this time. */
export const GATHER_MS = 700;
export const PACE_MS = 4_000;
/** Names that a card of several keeps; it counts the others. */
const NAMED = 3;

export interface Notice {
  readonly taskId: string;
  readonly agentId: string;
  readonly name: string;
  readonly kind: NoticeKind;
  readonly text: string;
}

/** `needs` ask for the reader, `good` does not. They never share a card. */
export type Sort = "needs" | "good";

export interface Card {
  readonly id: number;
  readonly sort: Sort;
  /** Newest last. */
  readonly notices: readonly Notice[];
  /** How many more it stands for. */
  readonly more: number;
  /** Milliseconds it still stands. */
  readonly left: number;
}

export interface Board {
  readonly cards: readonly Card[];
  readonly nextId: number;
}

export const EMPTY_BOARD: Board = { cards: [], nextId: 1 };

const STANDS_MS: Readonly<Record<NoticeKind, number>> = { error: 20_000, missed: 14_000, warning: 14_000, success: 7_000 };

export function sortOf(kind: NoticeKind): Sort {
  return kind === "success" ? "good" : "needs";
}

export function withNotices(board: Board, fresh: readonly Notice[]): Board {
  return fresh.reduce(withNotice, board);
}

function withNotice(board: Board, notice: Notice): Board {
  const sort = sortOf(notice.kind);
  // The newer word of a councilor takes the place of the older; a card of several counts both.
  const cards = board.cards.filter((card) => size(card) > 1 || card.notices[0]?.agentId !== notice.agentId);
  const group = cards.find((card) => card.sort === sort && size(card) > 1);
  if (group) return { ...board, cards: cards.map((card) => (card === group ? joined(card, [notice]) : card)) };
  const single: Card = { id: board.nextId, sort, notices: [notice], more: 0, left: STANDS_MS[notice.kind] };
  return settled({ cards: [...cards, single], nextId: board.nextId + 1 });
}

/** Too many cards: those of the more frequent sort become one. */
function settled(board: Board): Board {
  if (board.cards.length <= CARDS) return board;
  const needing = board.cards.filter((card) => card.sort === "needs").length;
  const sort: Sort = needing * 2 >= board.cards.length ? "needs" : "good";
  const several = board.cards.filter((card) => card.sort === sort);
  const [first, ...rest] = several as [Card, ...Card[]];
  const one = rest.reduce((card, each) => joined(card, each.notices, each.more), { ...first, id: board.nextId });
  return { cards: [...board.cards.filter((card) => card.sort !== sort), one], nextId: board.nextId + 1 };
}

function joined(card: Card, notices: readonly Notice[], more = 0): Card {
  const all = [...card.notices, ...notices];
  const kept = all.slice(-NAMED);
  const left = Math.max(card.left, ...notices.map((notice) => STANDS_MS[notice.kind]));
  return { ...card, notices: kept, more: card.more + more + all.length - kept.length, left };
}

export function size(card: Card): number {
  return card.notices.length + card.more;
}

/** The worst that a card tells. */
export function worstOf(card: Card): NoticeKind {
  const worst = (["error", "missed", "warning"] as const).find((kind) => card.notices.some((each) => each.kind === kind));
  return worst ?? card.notices[0]?.kind ?? "warning";
}

export function dismissed(board: Board, id: number): Board {
  return { ...board, cards: board.cards.filter((card) => card.id !== id) };
}

/** Without the card of an execution that the reader has opened. */
export function without(board: Board, taskId: string): Board {
  return { ...board, cards: board.cards.filter((card) => size(card) > 1 || card.notices[0]?.taskId !== taskId) };
}

/** The same board `ms` later. */
export function aged(board: Board, ms: number): Board {
  if (board.cards.length === 0) return board;
  const cards = board.cards.map((card) => ({ ...card, left: card.left - ms })).filter((card) => card.left > 0);
  return { ...board, cards };
}
