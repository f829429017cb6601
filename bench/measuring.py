"""One measurement after the other: bounded in time, told on stderr, and none stops the others."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable

from bench.figures import Report, unmet


async def measured(name: str, seconds: float, measuring: Awaitable[Report]) -> Report:
    """The figures, or `error` with the reason when there are none."""
    tell(f"{name} ...")
    began = time.perf_counter()
    try:
        async with asyncio.timeout(seconds):
            figures = await measuring
    except TimeoutError:
        figures = {"error": f"it did not end within {seconds:g} s"}
    except Exception as error:  # noqa: BLE001  # the others are worth having all the same
        figures = {"error": f"{type(error).__name__}: {error}"}
    tell(f"{name}: {_outcome(figures)} ({time.perf_counter() - began:.0f} s)")
    return figures


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _outcome(figures: Report) -> str:
    if "error" in figures:
        return str(figures["error"])
    missed = unmet(figures)
    if not missed:
        return "every aim is met"
    return "; ".join(f"missed: {aim['aim']}, it is {aim['value']:g}" for aim in missed)
