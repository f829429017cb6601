"""The classifier on hostile text: 5 MB of each kind, and how each of its patterns grows.

Processor time, not wall time: whatever else the machine does is not the text's fault.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
import pkgutil
import re
import time
from collections.abc import Iterator

import conselho.verdict.formats
import conselho.verdict.lexicon
from bench.figures import Report, at_most, spread
from conselho.verdict.classifier import classify

MODULES = (
    "reading",
    "language",
    "description",
    "items",
    "counts",
    "thresholds",
    "marks",
    "prose",
    "trouble",
)
PACKAGES = (conselho.verdict.lexicon, conselho.verdict.formats)
SIZE = 5 * 1024 * 1024
QUICK_SIZE = 256 * 1024
LIMIT_SECONDS = 1.0
# A pattern is tried on texts of these lengths; 1 is linear, 2 quadratic.
LENGTHS = (4_000, 8_000, 16_000)
QUICK_LENGTHS = (250, 500)
QUICK_PIECES = 8
GROWTH = 1.5
# Below this a clock tick is a large part of what is measured.
SHORTEST_SECONDS = 0.004

REPEATED = {
    "letters": "a",
    "blanks": " ",
    "newlines": "\n",
    "tabs": "\t",
    "nulls": "\0",
    "digits": "1234567890",
    "parentheses": "(",
    "brackets": "[",
    "braces": "{",
    "angles": "<",
    "colons": "a: ",
    "paths": "a/",
    "dots": "a.",
    "underscores": "a_",
    "hyphens": "-",
    "stars": "**a**",
    "backticks": "`",
    "quotes": '"',
    "apostrophes": "' ",
    "bars": "| ",
    "rows": "|a|b|\n",
    "fences": "```\n",
    "escapes": "\x1b[",
    "titles": "\x1b]",
    "returns": "\r",
    "accents": "á",
    "letters that grow": "İ",
    "signs": "❌ ",
    "errors": "error ",
    "zero counts": "0 errors, ",
    "counts": "1 failed, ",
    "denials": "no ",
    "Portuguese denials": "não ",
    "conditions": "se ",
    "severities": "critical high ",
    "secrets": "secret key token ",
    "limits": "81 % (limit 80 %) ",
    "fractions": "12 of 12 ",
    "words": "the test that was not run has the error no warning in the file ",
    "sentences": "The check could not read. ",
    "lines": "the test of main was not able to check the file\n",
    "findings": "a.py:1:2: E501 line too long\n",
    "compiler": "a.c:1:2: error: x\n",
    "TAP": "ok 1 - x\n",
    "log": "2026-01-01 10:00:00 ERROR bad\n",
    "JSON lines": '{"Action":"pass"}\n',
    "deep objects": '{"a":',
    "XML": "<testsuite><a>",
    "boxes": "- [ ] ",
}


async def main(*, quick: bool = False) -> Report:
    size = QUICK_SIZE if quick else SIZE
    seconds = {name: _seconds_to_classify(text) for name, text in _texts(size)}
    slowest = max(seconds, key=seconds.__getitem__)
    pieces = list(REPEATED.values())
    growth = (
        _growth_of_patterns(pieces[:QUICK_PIECES], QUICK_LENGTHS)
        if quick
        else _growth_of_patterns(pieces, LENGTHS)
    )
    steepest = max(growth, key=growth.__getitem__)
    return {
        "text_mb": size / 2**20,
        "seconds": spread(seconds.values(), "s"),
        "slowest": slowest,
        "patterns": len(growth),
        "steepest": steepest,
        "aims": [
            at_most("slowest text s", seconds[slowest], LIMIT_SECONDS),
            at_most("steepest growth of a pattern", growth[steepest], GROWTH),
        ],
    }


def _texts(size: int) -> Iterator[tuple[str, str]]:
    for name, piece in REPEATED.items():
        yield name, (piece * (size // len(piece) + 1))[:size]
    yield "one JSON list", "[" + ",".join(['{"a":1}'] * (size // 8)) + "]"
    yield "deep JSON", "[" * (size // 2) + "]" * (size // 2)
    yield "one JUnit file", "<testsuite>" + '<testcase name="x"/>' * (size // 20) + "</testsuite>"
    yield (
        "different lines",
        "".join(f"The check {n} could not read {n * 7}\n" for n in range(size // 40)),
    )


def _seconds_to_classify(text: str) -> float:
    started = time.process_time()
    classify(text, 0)
    return time.process_time() - started


def _growth_of_patterns(pieces: list[str], lengths: tuple[int, ...]) -> dict[str, float]:
    """For each pattern the worst exponent, over the texts, with which its time grows."""
    growth: dict[str, float] = {}
    for name, pattern in _patterns():
        worst = 0.0
        for piece in pieces:
            texts = [(piece * (length // len(piece) + 1))[:length] for length in lengths]
            times = [_seconds_to_search(pattern, text) for text in texts]
            if times[-1] > SHORTEST_SECONDS and times[0] > 0:
                grown = math.log(times[-1] / times[0]) / math.log(lengths[-1] / lengths[0])
                worst = max(worst, grown)
        growth[name] = worst
    return growth


def _seconds_to_search(pattern: re.Pattern[str], text: str) -> float:
    """The better of two: a pause of the machine is not the pattern's growth."""
    return min(_once(pattern, text) for _ in range(2))


def _once(pattern: re.Pattern[str], text: str) -> float:
    started = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - started


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern of the classifier, found in its modules' tables too."""
    names = [f"conselho.verdict.{name}" for name in MODULES]
    for package in PACKAGES:
        found = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        names += [each.name for each in found]
    for module in names:
        for name, value in vars(importlib.import_module(module)).items():
            for number, pattern in enumerate(_inside(value)):
                yield f"{module.removeprefix('conselho.verdict.')}.{name}[{number}]", pattern


def _inside(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _inside(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from _inside(getattr(value, each.name))
