"""inline-css: style attributes and <style> blocks that belong in a style sheet."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from conselho.checks.arguments import add_exclude, add_extensions, add_root, whole
from conselho.checks.files import Selection, select
from conselho.checks.markup import InlineStyle, Kind, inline_styles
from conselho.checks.report import CannotCheck, Finding, Report, Severity, plural, worst

CHECK: Final = "inline-css"

PAGE_EXTENSIONS: Final = frozenset(
    "astro blade ejs erb hbs htm html j2 jinja jinja2 jsx liquid mustache njk php svelte tsx twig"
    " vue xhtml".split()
)

# A <style> block is how these write their own, scoped style sheet.
_COMPONENTS: Final = frozenset({".vue", ".svelte", ".astro"})

_TITLES: Final = {
    Kind.ATTRIBUTE: "Style attribute",
    Kind.COMPUTED: "Style computed at run time",
    Kind.BLOCK: "Style block in a page",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to look at, and how many inline styles are all right."""

    root: Path
    extensions: frozenset[str] = PAGE_EXTENSIONS
    exclude: Sequence[str] = ()
    max_count: int = 0
    component_styles: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options on the command line."""
    add_root(parser)
    add_extensions(parser, PAGE_EXTENSIONS)
    add_exclude(parser)
    parser.add_argument(
        "--max-count",
        type=whole(0, 1_000_000),
        default=0,
        metavar="N",
        help="inline styles that are all right (default: 0)",
    )
    parser.add_argument(
        "--component-styles",
        action="store_true",
        help="count the <style> blocks of Vue, Svelte and Astro components too",
    )


def check(options: Options) -> Report:
    """Warn when there are more inline styles than `max_count`, files with the most of them first.

    A value that is computed at run time (`style={{ width }}`, `:style="..."`) cannot move to a
    style sheet as it is; such ones are listed as info and not counted.

    Raises CannotCheck when no page or component could be read.
    """
    files = select(
        Selection(root=options.root, extensions=options.extensions, exclude=options.exclude)
    )
    found: list[tuple[str, list[InlineStyle]]] = []
    read = 0
    for path, text in files.texts():
        read += 1
        styles = [style for style in inline_styles(text) if _counts(path, style, options)]
        found.append((path, styles))
    if not read:
        raise CannotCheck(f"no page or component could be read. {files.looked_at()}")
    found.sort(key=lambda entry: (-_static(entry[1]), entry[0]))
    static = sum(_static(styles) for _, styles in found)
    level = Severity.WARNING if static > options.max_count else Severity.INFO
    findings = [_finding(path, style, level) for path, styles in found for style in styles]
    return Report(
        check=CHECK,
        severity=worst([f for f in findings if f.severity is Severity.WARNING]),
        summary=_summary(found, static, read, options.max_count),
        findings=findings,
        notes=[files.looked_at("page or component", "pages and components")],
    )


def _counts(path: str, style: InlineStyle, options: Options) -> bool:
    component = PurePosixPath(path).suffix.lower() in _COMPONENTS
    return options.component_styles or not (component and style.kind is Kind.BLOCK)


def _static(styles: Sequence[InlineStyle]) -> int:
    return sum(style.kind is not Kind.COMPUTED for style in styles)


def _finding(path: str, style: InlineStyle, level: Severity) -> Finding:
    return Finding(
        title=_TITLES[style.kind],
        severity=Severity.INFO if style.kind is Kind.COMPUTED else level,
        file=path,
        line=style.line,
        detail=f"<{style.tag}> {style.value}".strip(),
    )


def _summary(
    found: Sequence[tuple[str, Sequence[InlineStyle]]], static: int, read: int, allowed: int
) -> str:
    pages = plural(read, "page or component", "pages and components")
    if not static:
        computed = sum(len(styles) for _, styles in found)
        rest = f"; {computed} computed at run time" if computed else ""
        return f"No inline styles in {pages}{rest}."
    text = f"{plural(static, 'inline style')} in {pages}, {allowed} allowed"
    return f"{text}; most of them in {found[0][0]}." if static > allowed else f"{text}."
