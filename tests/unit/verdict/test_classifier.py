"""Severity of texts that state none: what decides, what does not, and how much is bounded."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from conselho.models.verdict import Severity
from conselho.verdict import classifier, lexicon
from conselho.verdict.classifier import classify
from conselho.verdict.lexicon import denial
from conselho.verdict.reading import MAX_LINES, read
from tests.unit.verdict.scoring import Labelled, labelled, macro_f1

ERROR, WARNING, SUCCESS, INFO = (
    Severity.ERROR,
    Severity.WARNING,
    Severity.SUCCESS,
    Severity.INFO,
)

# Not public, and the only way to see what a pattern consists of.
_parser: Any = importlib.import_module("re._parser")


# -- how well --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reports.jsonl", "tool_output.jsonl"])
def test_labelled_texts_are_judged_as_a_person_does(name: str) -> None:
    texts = list(labelled(name))
    judged = [(one, classify(one.text, one.exit_code).severity) for one in texts]
    wrong = [f"{one.id}: {one.label}, not {said}" for one, said in judged if said is not one.label]

    assert macro_f1([(one.label, said) for one, said in judged]) >= 0.95, wrong


def test_both_languages_are_understood() -> None:
    for lang in ("pt", "en"):
        texts = [one for one in labelled("reports.jsonl") if one.lang == lang]
        judged = [(one.label, classify(one.text, one.exit_code).severity) for one in texts]
        assert len(texts) > 100
        assert macro_f1(judged) >= 0.95, lang


def test_accents_may_be_left_out() -> None:
    plain = str.maketrans("áàâãéêíóôõúçÁÉÍÓÚÇ", "aaaaeeiooouçAEIOUC"[:18])
    texts = [one for one in labelled("reports.jsonl") if one.lang == "pt"]
    same = sum(
        classify(one.text.translate(plain), one.exit_code).severity
        is classify(one.text, one.exit_code).severity
        for one in texts
    )
    assert same >= 0.98 * len(texts)


# -- traps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("0 errors, 0 warnings in 214 files", SUCCESS),
        ("Nenhuma vulnerabilidade encontrada.", SUCCESS),
        ("Nenhum teste falhou, sem erros nem avisos.", SUCCESS),
        ("Reviewed error_handler.py and critical_failure.md: nothing to report.", SUCCESS),
        ('The log line "ERROR: disk full" is written on purpose; all 40 tests pass.', SUCCESS),
        ("Yesterday the export failed. It was fixed in 1a2b3c4 and passes again.", SUCCESS),
        ("Ontem a exportação falhou. Foi corrigida e voltou a passar.", SUCCESS),
        ("Status: OK\n\n3 tests failed.", ERROR),
        ("Situação: ok\n\nDois testes falharam.", ERROR),
        ("The backups are empty since Monday.", ERROR),
        ("Qualquer pessoa consegue ler os pedidos dos outros.", ERROR),
        ("Coverage 71 % (target 80 %)", WARNING),
        ("Coverage 91 % (target 80 %)", SUCCESS),
        ("Uso de disco: 81 % (limite 80 %)", WARNING),
        ("p95 of 140 ms, limit 300 ms", SUCCESS),
        ("12 medium and 3 low vulnerabilities", WARNING),
        ("2 vulnerabilidades altas e 1 baixa", ERROR),
        ("Nothing here is urgent. The build on the old branch is broken.", WARNING),
        ("Lines: 1200\nFiles: 41", INFO),
        ("## Changelog\n\n- Fixed: crash on start\n- Added: dark theme", INFO),
        ("If the call fails, the job is tried again.", INFO),
        ("- critical: 0\n- high: 0\n- low: 0", SUCCESS),
        ("- críticas: 0\n- altas: 2 (a biblioteca de imagens)\n- baixas: 1", ERROR),
        ("Every queue drains, except `mail`, which is red.", ERROR),
        ("Every page loads, except for two dead links.", WARNING),
        ("Two pages are untitled. Everything else is fine.", WARNING),
        ("Certificates\n\n- a.example - 80 days left\n- b.example - ended 2 weeks ago", ERROR),
        ("The meeting ended 2 weeks ago.", INFO),
        ("**Flaky** – a test that fails at times.\n**Fatal** – what ends the process.", INFO),
        ("To see why a job failed, open its log. To repeat it, press Retry.", INFO),
        ("2.1.0\n-----\n\n- Fix a crash at start\n- Errors carry a line\n", INFO),
        ("`test_a` failed and, repeated, passed.", WARNING),
        ("It might be nothing, but I could not tell why the cache grows.", WARNING),
        ("The ratio is 3.9:1 where 4.5:1 is asked.", WARNING),
        ("0.4 s of the 2 s allowed.", SUCCESS),
    ],
)
def test_traps_are_seen_through(text: str, severity: Severity) -> None:
    judgement = classify(text, None)
    assert judgement.severity is severity, judgement.reason


def test_the_one_item_that_does_not_say_it_is_well_stands_out() -> None:
    well = "- menus: ok\n- forms: ok\n- tables: ok\n"
    assert classify(well).severity is SUCCESS
    judgement = classify(well + "- maps: grey on a quiet sea\n")
    assert (judgement.severity, judgement.summary) == (WARNING, "maps: grey on a quiet sea")


def test_one_serious_item_deep_in_a_long_clean_report_is_found() -> None:
    clean = "".join(
        f"- module {number}: style ok, types ok, tests ok\n" for number in range(60_000)
    )
    middle = len(clean) // 2
    report = clean[:middle] + "\n- payments: [critical] SQL injection\n" + clean[middle:]

    assert len(report) > 2_000_000
    assert classify(clean).severity is SUCCESS
    judgement = classify(report)
    assert judgement.severity is ERROR
    assert any(
        "SQL injection" in one.title or "sql injection" in one.title for one in judgement.findings
    )


# -- exit codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "exit_code", "severity"),
    [
        ("", None, INFO),
        ("", 0, INFO),
        (" \n\t\x00\ufeff ", 0, INFO),
        ("", 1, ERROR),
        ("files: 12", None, INFO),
        ("files: 12", 0, INFO),
        ("files: 12", 3, ERROR),
        ("All checks passed!", 0, SUCCESS),
        ("Everything is fine.", 2, ERROR),
        ("a.py:1:1: F401 `os` imported but unused\nFound 1 error.", 1, WARNING),
        ("1 passed in 0.01s", 1, ERROR),
    ],
)
def test_the_exit_code_decides_only_where_the_text_does_not(
    text: str, exit_code: int | None, severity: Severity
) -> None:
    assert classify(text, exit_code).severity is severity


def test_whether_the_text_judged_is_told() -> None:
    assert not classify("files: 12", 0).judged
    assert not classify("", 0).judged
    assert classify("3 tests failed", 0).judged


# -- what is said about it -------------------------------------------------------------------------


def test_every_judgement_says_what_and_why_in_bounded_lines() -> None:
    texts = [*labelled("reports.jsonl"), *labelled("tool_output.jsonl")]
    for one in texts:
        judgement = classify(one.text, one.exit_code)
        assert judgement.reason, one.id
        assert 0 < len(judgement.summary) <= 200, one.id
        assert "\n" not in judgement.summary + judgement.reason, one.id
        assert len(judgement.findings) <= 200, one.id


def test_findings_are_told_with_place_and_steady_fingerprint() -> None:
    first = classify("src/a.py:10:1: F401 `os` imported but unused\nFound 1 error.", 1)
    later = classify("src/a.py:99:1: F401 `os` imported but unused\nFound 1 error.", 1)

    [finding] = first.findings
    assert (finding.file, finding.line, finding.severity) == ("src/a.py", 10, WARNING)
    assert first.format == "linter"
    assert finding.fingerprint == later.findings[0].fingerprint


def test_the_example_in_the_docstring_is_true() -> None:
    assert doctest.testmod(classifier).failed == 0


# -- bounds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", ["a", "\n", "error\n", "1 failed, ", "- [ ] x\n", "❌ "])
def test_however_long_a_text_is_no_more_than_so_many_lines_are_looked_at(piece: str) -> None:
    words = 200 * MAX_LINES
    reading = read(piece * words)

    assert len(reading.lines) < 2 * MAX_LINES
    assert sum(map(len, reading.lines)) < 700_000
    assert max(map(len, reading.lines)) < 700


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        '{"severity": ' + "9" * 100_000 + "}",
        "<testsuite>" + "<a>" * 100_000,
        "```json\n" * 10_000,
        "\x1b[" * 50_000,
        "\udcff broken \ud800",
        "| a |\n" * 20_000,
        "1..9999999\nok 1\n",
    ],
)
def test_hostile_texts_are_judged_without_an_exception(text: str) -> None:
    assert classify(text, 0).severity in Severity


def test_no_pattern_of_the_lexicon_repeats_a_repetition_without_a_bound() -> None:
    cues = [*lexicon.ERRORS, *lexicon.WARNINGS, *lexicon.SUCCESSES]
    patterns = [*(cue.pattern for cue in cues), denial.ABSENT, denial.ABSENT_AFTER]
    for pattern in patterns:
        assert not list(_nested_repeats(_parser.parse(pattern.pattern), endless=False))
    assert list(_nested_repeats(_parser.parse("(?:a+b)*"), endless=False))


def _nested_repeats(tree: Any, *, endless: bool) -> Iterator[Any]:
    """The repetitions without a bound that stand inside another one."""
    for operation, argument in tree:
        name = str(operation)
        if name.endswith("REPEAT"):
            _, most, body = argument
            unbound = most == _parser.MAXREPEAT
            if unbound and endless:
                yield body
            yield from _nested_repeats(body, endless=endless or unbound)
        elif name == "SUBPATTERN":
            yield from _nested_repeats(argument[-1], endless=endless)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _nested_repeats(branch, endless=endless)


def test_the_measure_itself_is_right() -> None:
    assert macro_f1([(one, one) for one in Severity]) == 1.0
    assert macro_f1([(one, ERROR) for one in Severity]) == pytest.approx(0.1)
    one = Labelled(id="x", lang="en", text="", exit_code=None, label=INFO)
    assert one.label is INFO
