"""A curve of memory over time as a small picture: SVG for the docs, text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

Curve = Sequence[tuple[float, int]]

WIDTH: Final = 640
HEIGHT: Final = 200
LEFT: Final = 52
BOTTOM: Final = 26
TOP: Final = 12
# Seen on white and on black paper alike.
LINE: Final = "#3b7dd8"
INK: Final = "#808890"
BLOCKS: Final = "▁▂▃▄▅▆▇█"


def sparkline(curve: Curve, *, columns: int = 60) -> str:
    """The curve from 0 to its most, in one line of blocks."""
    top = max(kb for _, kb in curve)
    heights = [_at(curve, place / max(1, columns - 1)) / top for place in range(columns)]
    return "".join(BLOCKS[min(7, int(height * 8))] for height in heights)


def _at(curve: Curve, share: float) -> int:
    return curve[round(share * (len(curve) - 1))][1]


def svg(curve: Curve, title: str) -> str:
    """The curve from 0 MB up, so that what is flat looks flat."""
    seconds = max(1.0, curve[-1][0])
    top = _round_up(max(kb for _, kb in curve) / 1024)
    points = " ".join(f"{_x(at, seconds):.1f},{_y(kb / 1024, top):.1f}" for at, kb in curve)
    lines = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{_y(mb, top):.1f}" y2="{_y(mb, top):.1f}"'
        f' stroke="{INK}" stroke-opacity="0.3"/>'
        f'<text x="{LEFT - 6}" y="{_y(mb, top) + 4:.1f}" text-anchor="end">{mb:g} MB</text>'
        for mb in (0, top / 2, top)
    )
    minutes = seconds / 60
    marks = "".join(
        f'<text x="{_x(60 * at, seconds):.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">'
        f"{at:.3g} min</text>"
        for at, anchor in ((0, "start"), (minutes / 2, "middle"), (minutes, "end"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="11" fill="{INK}"><title>{title}</title>'
        f'{lines}{marks}<polyline points="{points}" fill="none" stroke="{LINE}"'
        f' stroke-width="1.5"/></svg>\n'
    )


def _x(at: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT) * at / seconds


def _y(mb: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * mb / top


def _round_up(mb: float) -> float:
    step = next(step for step in (10, 50, 100, 500, 1_000, 10_000) if mb <= 4 * step)
    return float(-(-mb // step) * step)
