"""The report contract: what is a verdict, what is not, and what hostile text can do."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.checks.report import Finding as CheckFinding
from conselho.checks.report import Report, render
from conselho.checks.report import Severity as CheckSeverity
from conselho.models.verdict import Finding, Severity, VerdictSource
from conselho.verdict import blocks, contract
from conselho.verdict.contract import (
    MAX_DETAIL,
    MAX_FINDINGS,
    MAX_SUMMARY,
    ContractError,
    fingerprint,
    parse_contract,
)
from conselho.verdict.instructions import contract_instructions
from conselho.verdict.lenient_json import read_object

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report-contract.schema.json"
BODY = '{"severity": "warning", "summary": "Two."}'


def fenced(report: object, *, after: str = "") -> str:
    return f"# Report\n\nsome prose\n\n```json\n{json.dumps(report)}\n```\n{after}"


def test_the_last_fenced_object_is_the_verdict() -> None:
    text = fenced({"severity": "error", "summary": "old"}) + fenced(
        {
            "severity": "warning",
            "summary": "Two files are large.",
            "findings": [{"title": "a.py has 900 lines", "file": "a.py", "line": 1}],
        }
    )

    verdict = parse_contract(text)

    assert verdict is not None
    assert verdict.severity is Severity.WARNING
    assert verdict.source is VerdictSource.CONTRACT
    assert verdict.summary == "Two files are large."
    [finding] = verdict.findings
    assert (finding.file, finding.line, finding.severity) == ("a.py", 1, Severity.WARNING)


@pytest.mark.parametrize(
    "after", ["", "\nThat is all.\n", "\n\n"], ids=["nothing", "prose", "blanks"]
)
def test_prose_may_follow_the_block(after: str) -> None:
    verdict = parse_contract(fenced({"severity": "success", "summary": "Fine."}, after=after))

    assert verdict is not None
    assert verdict.severity is Severity.SUCCESS


def test_a_block_that_nothing_closes_counts() -> None:
    verdict = parse_contract('text\n```json\n{"severity": "info", "summary": "Cut off."}')

    assert verdict is not None
    assert verdict.summary == "Cut off."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no block at all",
        "```\nplain code\n```",
        '```json\n{"name": "package"}\n```',
        "```json\n[1, 2]\n```",
    ],
)
def test_text_without_a_verdict_has_none(text: str) -> None:
    assert parse_contract(text) is None


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"severity": "great", "summary": "x"}, "severity"),
        ({"severity": "success"}, "summary"),
        ({"severity": "success", "summary": "  "}, "summary"),
        ({"severity": "success", "summary": 3}, "summary"),
        ({"severity": "success", "summary": "x", "findings": {}}, "findings"),
        ({"severity": "success", "summary": "x", "findings": [3]}, r"findings\[0\]"),
        ({"severity": "success", "summary": "x", "findings": [""]}, r"findings\[0\].title"),
        ({"severity": None, "summary": "x"}, "severity is not a text"),
        ({"severity": ["error"], "summary": "x"}, "severity is not a text"),
        ({"summary": "x", "findings": []}, "severity is missing"),
        ({"contract": 1, "summary": "x"}, "severity is missing"),
        ({"severity": "success", "summary": "x", "findings": [{}]}, r"findings\[0\].title"),
    ],
)
def test_a_broken_block_says_where_it_is_broken(report: object, reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        parse_contract(fenced(report))


def test_a_block_meant_as_verdict_that_is_no_json_is_broken() -> None:
    with pytest.raises(ContractError, match="not JSON"):
        parse_contract('```json\n{"severity": success}\n```')


def test_a_verdict_is_not_milder_than_its_worst_finding() -> None:
    verdict = parse_contract(
        fenced(
            {
                "severity": "success",
                "summary": "All good.",
                "findings": [{"title": "leaked key", "severity": "error"}],
            }
        )
    )

    assert verdict is not None
    assert verdict.severity is Severity.ERROR
    assert verdict.reason is not None
    assert "success" in verdict.reason


def test_remarks_do_not_spoil_a_green_verdict() -> None:
    verdict = parse_contract(
        fenced(
            {
                "severity": "success",
                "summary": "All good.",
                "findings": [{"title": "3 files looked at", "severity": "info"}],
            }
        )
    )

    assert verdict is not None
    assert verdict.severity is Severity.SUCCESS


def test_what_is_too_long_is_cut_and_what_is_too_much_left_out() -> None:
    findings = [{"title": "t", "file": f"f{number}"} for number in range(MAX_FINDINGS + 50)]

    verdict = parse_contract(
        fenced({"severity": "info", "summary": "s" * 10_000, "findings": findings})
    )

    assert verdict is not None
    assert len(verdict.summary) == MAX_SUMMARY
    assert len(verdict.findings) == MAX_FINDINGS


@pytest.mark.parametrize("line", [0, -3, True, 10**12, 2.5, "", "none", "9" * 5_000, [7], None])
def test_a_line_that_is_no_line_number_is_left_out(line: object) -> None:
    verdict = parse_contract(
        fenced({"severity": "info", "summary": "s", "findings": [{"title": "t", "line": line}]})
    )

    assert verdict is not None
    assert verdict.findings[0].line is None


def test_a_fingerprint_outlives_moved_lines_and_other_counts() -> None:
    assert fingerprint("a.py has 900 lines", "a.py") == fingerprint("A.py has 912 lines", "a.py")
    assert fingerprint("a.py has 900 lines", "a.py") != fingerprint("a.py has 900 lines", "b.py")


def stated(text: str) -> tuple[Severity, str]:
    verdict = parse_contract(text)
    assert verdict is not None
    return verdict.severity, verdict.summary


def finding_of(**fields: object) -> Finding:
    verdict = parse_contract(
        fenced({"severity": "info", "summary": "s", "findings": [{"title": "t", **fields}]})
    )
    assert verdict is not None
    return verdict.findings[0]


SHAPES = {
    "fence": f"text\n```json\n{BODY}\n```",
    "tildes": f"text\n~~~\n{BODY}\n~~~\n",
    "long fence": f"text\n`````json\n{BODY}\n`````",
    "JSON5": f"text\n```JSON5\n{BODY}\n```",
    "info with a title": f'```json title="verdict.json"\n{BODY}\n```',
    "in a list": f"- Done.\n\n    ```json\n    {BODY}\n    ```\n",
    "as a list item": f"1. ```json\n   {BODY}\n   ```\n",
    "in a quote": f"> Done.\n> ```json\n> {BODY}\n> ```\n",
    "in a quote, on lines": '> ```json\n> {"severity": "warning",\n> "summary": "Two."\n> }\n> ```',
    "in a fence of four": f"````markdown\n# Report\n```json\n{BODY}\n```\n````\n",
    "fence on one line": f"text\n```json {BODY}```",
    "prose after it": f"```json\n{BODY}\n```\nThat is all. I did not run `make`.",
    "a shell block after it": f"```json\n{BODY}\n```\nTo fix it:\n```sh\n${{EDITOR}} a.py\n```\n",
    "another object after it": f'```json\n{BODY}\n```\n```json\n{{"name": "x"}}\n```\n',
    "fixtures after it": f"```json\n{BODY}\n```\n```py\nx = [\n  "
    '{"severity": "success", "summary": "All well."},\n]\n```\n',
    "Python after it": f"```json\n{BODY}\n```\n```py\n"
    'report = {"severity": found, "summary": text}\n```\n',
    "a type after it": f"```json\n{BODY}\n```\n```ts\n"
    "interface Report {\n  severity: string;\n  summary: string;\n}\n```\n",
    "no fence": f"Two files are large {{see a.py}}.\n\n{BODY}",
    "no fence, within a sentence": f"My verdict: {BODY}\n",
    "no fence, prose after it": f"{BODY}\n\nThat is all.",
    "no fence, a stray brace before it": f"It ends with {{ and\n{BODY}\n",
    "no fence, a shell block after it": f"Done.\n{BODY}\n\n```sh\nls\n```\n",
    "nothing else": BODY,
    "nothing else, on many lines": json.dumps(json.loads(BODY), indent=2),
    "byte order mark": "\ufeff" + BODY,
    "no-break spaces": f"\xa0```json\n{BODY.replace(': ', ':' + chr(0xA0))}\xa0\n```",
    "CRLF": f"text\r\n```json\r\n{BODY}\r\n```\r\n",
    "U+2028 between": "text\u2028```json\u2028" + BODY.replace(", ", ",\u2028") + "\u2028```",
    "trailing commas": '```json\n{"severity": "warning", "summary": "Two.", "findings": [], }\n```',
    "in report": f'```json\n{{"report": {BODY}}}\n```',
    "in verdict": f'```json\n{{"contract": 1, "verdict": {BODY}}}\n```',
    "a fence in a text": '```json\n{"severity": "warning", "summary": "Two.", "findings":\n'
    ' [{"title": "x", "detail":\n"```py\\n```"}]}\n```',
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
def test_a_verdict_is_read_in_the_shapes_that_agents_give_it(text: str) -> None:
    assert stated(text) == (Severity.WARNING, "Two.")


REFUSED = {
    "uses single quotes: JSON needs double quotes": [
        "```json\n{'severity': 'success', 'summary': 'It\\'s fine'}\n```",
        "Done.\n{'severity': 'success', 'summary': 'Fine'}",
        "```py\n{'severity': 'success', 'ok': True}\n```",
    ],
    "curly quotes": ["```json\n{“severity”: “success”, “summary”: “Fine”}\n```"],
    "comments": [
        '```json\n{"severity": "success", // it\'s fine\n "summary": "x"}\n```',
        '```json\n{"severity": "success", /* fine */ "summary": "x"}\n```',
        '```json\n{"severity": "success",\n # fine\n "summary": "x"}\n```',
    ],
    "Python's words": [
        '```json\n{"severity": "success", "summary": "x", "done": True}\n```',
        '```json\n{"severity": "success", "summary": "x", "findings": None}\n```',
    ],
    "ends early": [
        '```json\n{"severity": "success", "summary": "Every fi',
        '```json\n{"severity": "success", "summary": "x", "findings": [{"title": "a"}, {"title"',
        '```json\n{"severity": "success", "summary": "x", "findings": [\n'
        '{"title": "a", "severity": "info", "summary": "s"}',
        '{"severity": "success", "summary": "Every fi',
        '{"severity": "success",\n "summary": "x"\n\n```sh\nls\n```\n',
    ],
    "keys without quotes": ['```json\n{severity: "success", summary: "x"}\n```'],
    "NaN": ['```json\n{"severity": "success", "summary": "x", "share": NaN}\n```'],
    "-Infinity": ['{"severity": "success", "summary": "x", "share": -Infinity}'],
    "gives 'severity' twice": ['{"severity": "error", "severity": "success", "summary": "x"}'],
    "nested too deeply": [
        '```json\n{"severity": "success", "a": ' + "[" * 50_000 + "]" * 50_000 + "}\n```",
        '{"severity": "success", "a": ' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}",
    ],
    "one of success, info, warning, error": [
        "```json\n" + BODY.replace("warning", "bad") + "\n```"
    ],
}


@pytest.mark.parametrize(
    ("reason", "text"),
    [(reason, text) for reason, texts in REFUSED.items() for text in texts],
)
def test_what_is_surely_broken_is_refused_with_the_reason(reason: str, text: str) -> None:
    with pytest.raises(ContractError, match=re.escape(reason)):
        parse_contract(text)


def test_a_later_broken_verdict_is_not_replaced_by_an_earlier_good_one() -> None:
    with pytest.raises(ContractError, match="ends early"):
        parse_contract(
            fenced({"severity": "success", "summary": "x"}) + '```json\n{"severity": "err'
        )


@pytest.mark.parametrize(
    "text",
    [
        '{"severity": "INFO", "message": "started"}\n{"severity": "INFO", "message": "done"}\n',
        "it ends with a brace }",
        'The key "severity" is needed.',
        '{"errors": [{"severity": 2, "message": "x"}], "ok": true}',
        "```ts\ninterface Report {\n  severity: string;\n  summary: string;\n}\n```\n",
    ],
)
def test_logs_and_code_with_a_severity_are_no_verdict(text: str) -> None:
    assert parse_contract(text) is None


@pytest.mark.parametrize(
    ("severity", "words"),
    [
        (Severity.SUCCESS, "success ok OK pass Passed sucesso"),
        (Severity.INFO, "info INFO Informação informacao informativo"),
        (Severity.WARNING, "warning warn aviso ALERTA medium média medio low Baixa **warning**"),
        (Severity.ERROR, "error erro critical Crítico CRÍTICO fatal high alta alto Error!"),
    ],
)
def test_severities_are_known_by_their_other_names(severity: Severity, words: str) -> None:
    for word in words.split():
        assert stated(fenced({"severity": f" {word} ", "summary": "s"})) == (severity, "s"), word


@pytest.mark.parametrize(
    ("line", "number"), [(12, 12), ("12", 12), ("12-18", 12), ("L12", 12), ("line 7", 7), (3.0, 3)]
)
def test_a_line_is_read_from_the_texts_that_name_it(line: object, number: int) -> None:
    assert finding_of(line=line).line == number


@pytest.mark.parametrize(
    ("file", "line", "place"),
    [
        ("src/a.py:12", None, ("src/a.py", 12)),
        ("src/a.py:12-18", None, ("src/a.py", 12)),
        ("src/a.py:12:5", None, ("src/a.py", 12)),
        ("src/a.py:12", 99, ("src/a.py", 99)),
        ("C:\\a.py", None, ("C:\\a.py", None)),
        ("a.py:main", None, ("a.py:main", None)),
        (":12", None, (":12", None)),
        ("a::12", None, ("a::12", None)),
        ("a:1:2:3", None, ("a:1", 2)),
        (f"{'a' * 400}:123456789012-123456789012", None, ("a" * 400, None)),
        ("", 4, (None, 4)),
    ],
)
def test_a_line_within_the_file_is_split_off(
    file: str, line: int | None, place: tuple[str | None, int | None]
) -> None:
    found = finding_of(file=file, line=line)

    assert (found.file, found.line) == place
    assert found.fingerprint == fingerprint("t", place[0])


@pytest.mark.parametrize(
    "given",
    [["a", {"title": "b"}], {"title": "a"}, "a"],
    ids=["texts", "one object", "one text"],
)
def test_findings_may_be_texts_or_one_alone(given: object) -> None:
    verdict = parse_contract(fenced({"severity": "warning", "summary": "s", "findings": given}))

    assert verdict is not None
    assert [(found.title, found.severity) for found in verdict.findings] == [
        ("a", Severity.WARNING),
        ("b", Severity.WARNING),
    ][: len(verdict.findings)]
    assert verdict.findings


def test_findings_with_one_fingerprint_are_one_finding_that_keeps_what_all_tell() -> None:
    findings = [
        {"title": "TODO left", "file": "a.py", "line": 3, "severity": "info", "detail": "tidy"},
        {"title": "key leaked", "file": "b.py"},
        {"title": "TODO left", "file": "a.py", "line": 9, "severity": "warning", "detail": "x"},
        {"title": "TODO left", "file": "a.py", "line": 9, "severity": "info", "detail": "y" * 9999},
    ]

    verdict = parse_contract(fenced({"severity": "info", "summary": "s", "findings": findings}))

    assert verdict is not None
    todo, leak = verdict.findings
    assert (todo.line, todo.severity, leak.title) == (3, Severity.WARNING, "key leaked")
    assert todo.detail is not None
    assert todo.detail.startswith("tidy\nalso line 9: x\nalso line 9: yyy")
    assert len(todo.detail) == MAX_DETAIL
    assert verdict.severity is Severity.WARNING


def test_a_finding_beyond_those_that_are_kept_still_raises_the_verdict() -> None:
    findings = [{"title": "t", "file": f"f{number}"} for number in range(MAX_FINDINGS)]
    findings.append({"title": "leak", "severity": "error"})

    verdict = parse_contract(fenced({"severity": "success", "summary": "s", "findings": findings}))

    assert verdict is not None
    assert (verdict.severity, len(verdict.findings)) == (Severity.ERROR, MAX_FINDINGS)


@pytest.mark.parametrize("version", [None, 1, 1.0, "1"])
def test_the_known_version_may_be_stated(version: object) -> None:
    text = fenced({"contract": version, "severity": "success", "summary": "s"})

    verdict = parse_contract(text)

    assert verdict is not None
    assert (verdict.severity, verdict.reason) == (Severity.SUCCESS, None)


@pytest.mark.parametrize("version", [2, 0, -1, True, "two", 1.5, 10**30, [], {"a": 1}])
def test_a_success_in_an_unknown_version_is_no_green_light(version: object) -> None:
    text = fenced({"contract": version, "severity": "success", "summary": "s"})

    verdict = parse_contract(text)

    assert verdict is not None
    assert (verdict.severity, verdict.summary) == (Severity.INFO, "s")
    assert verdict.reason is not None
    assert "known here is 1" in verdict.reason


def test_an_unknown_version_is_read_as_far_as_it_is_known() -> None:
    text = fenced({"contract": 2, "report": {"severity": "error", "summary": "s", "new": [1]}})

    verdict = parse_contract(text)

    assert verdict is not None
    assert verdict.severity is Severity.ERROR
    assert verdict.reason is not None
    assert verdict.reason.startswith("the report keeps contract 2")


def test_a_block_that_begins_before_what_is_read_is_no_green_light() -> None:
    findings = ["x" * 4_000] * 400
    text = json.dumps({"severity": "success", "summary": "s", "findings": findings})
    assert len(text) > blocks.MAX_READ

    with pytest.raises(ContractError, match="not within the last"):
        parse_contract(text)


HOSTILE = {
    "opening braces": "{",
    "empty objects": "{}",
    "nested objects": '{"severity":',
    "fences": "```\n",
    "fenced objects": '```json\n{"severity": "x"\n',
    "quotes": '"',
    "escaped quotes": '\\"',
    "margins": "> ",
    "list items": "1. ",
    "commas": "[ ,",
    "blanks": " ",
    "line ends": "\n>",
    "keys": "{severity ",
    "single quotes": "{'severity': ",
    "tall": '{"severity":"info","title":"t"},\n',
}


def test_blocks_that_speak_of_no_verdict_are_not_read_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each of them would cost a parse, a repair and a reason: seconds for a megabyte of `{`.
    read: list[str] = []

    def counted(text: str, **how: Any) -> dict[str, Any]:
        read.append(text)
        return read_object(text, **how)

    monkeypatch.setattr("conselho.verdict.contract.read_object", counted)
    text = '```json\n{"a": 1,\n' * 500 + '```json\n{"s\\u0065verity": "info", "summary": "s"}\n```'

    assert parse_contract(text + '\n```json\n{"b": 2}\n' * 500) is not None
    assert len(read) == 1


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("head", ["", '```json\n{"severity": '], ids=["bare", "fenced"])
def test_hostile_text_of_5_mb_is_refused_or_has_no_verdict(piece: str, head: str) -> None:
    text = piece * (5_000_000 // len(piece))
    for hostile in (head + text, text + head):
        with suppress(ContractError):
            assert parse_contract(hostile) is None


ANY_PIECE = st.sampled_from(
    [
        *"{}[],:'\"`~\\>\n -1",
        *("```json\n", "\n```\n", '"severity"', '"summary":', '"error"', '{"', "'severity': "),
        *("NaN", "\u2028", "\ufeff", "\ud800", "1e999", "findings", '"contract": '),
    ]
)


@given(st.lists(st.one_of(ANY_PIECE, st.text(max_size=5))).map("".join))
def test_no_text_raises_anything_but_the_contract_error(text: str) -> None:
    with suppress(ContractError):
        parse_contract(text)


TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("`~{}\"'\n\u2028>[],:")),
    min_size=1,
    max_size=60,
).filter(str.strip)
FINDINGS = st.fixed_dictionaries(
    {"title": TEXTS, "severity": st.sampled_from(Severity)},
    optional={"line": st.integers(1, 9_999), "detail": TEXTS | st.just("```\ncode\n```")},
)
PROSE = TEXTS.filter(lambda text: not {"{", "}", '"'} & set(text))


@given(
    summary=TEXTS,
    findings=st.lists(FINDINGS, max_size=4),
    before=st.lists(PROSE).map("\n".join),
    after=st.lists(PROSE).map("\n".join),
    fence=st.sampled_from(["```", "~~~~"]),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_any_valid_report_within_any_prose_parses_back(
    summary: str,
    findings: list[dict[str, Any]],
    before: str,
    after: str,
    fence: str,
    ascii_only: bool,
    indent: int | None,
) -> None:
    report = {"contract": 1, "severity": "error", "summary": summary, "findings": findings}
    block = json.dumps(report, ensure_ascii=ascii_only, indent=indent)

    verdict = parse_contract(f"{before}\n{fence}json\n{block}\n{fence}\n{after}")

    assert verdict is not None
    assert (verdict.severity, verdict.summary) == (Severity.ERROR, summary.strip())
    first_of_each = {fingerprint(item["title"].strip(), None): item for item in findings}
    assert [found.fingerprint for found in verdict.findings] == list(first_of_each)


@pytest.mark.parametrize("lang", ["en", "pt-BR"])
def test_repeating_the_instructions_earns_no_verdict(lang: Any) -> None:
    text = contract_instructions(lang)

    with pytest.raises(ContractError, match="severity is 'success"):
        parse_contract(text)
    for word in Severity:
        assert f"`{word}`" in text


def rendered() -> dict[str, Any]:
    text = render(
        Report(
            check="x",
            severity=CheckSeverity.WARNING,
            summary="One.",
            findings=[
                CheckFinding(title="t", severity=CheckSeverity.WARNING, file="a.py", line=3),
                CheckFinding(title="u", severity=CheckSeverity.INFO, detail="d"),
            ],
        )
    )
    return dict(json.loads(text.split("```json\n")[1].split("```")[0]))


def fits(value: object, schema: dict[str, Any], defs: dict[str, Any]) -> bool:
    """The few words of JSON Schema that ours uses."""
    if "$ref" in schema:
        return fits(value, defs[schema["$ref"].rpartition("/")[2]], defs)
    kinds = {"string": str, "integer": int, "array": list, "object": dict, "null": type(None)}
    allowed = schema.get("type", list(kinds))
    allowed = [allowed] if isinstance(allowed, str) else allowed
    if not isinstance(value, tuple(kinds[kind] for kind in allowed)):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9))
    if isinstance(value, int):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, list):
        items = all(fits(item, schema["items"], defs) for item in value)
        return items and bool(len(value) <= schema["maxItems"])
    if isinstance(value, dict):
        known = schema["properties"]
        return set(schema["required"]) <= set(value) and all(
            fits(value[key], known[key], defs) for key in value if key in known
        )
    return True


def test_the_schema_says_what_the_code_does() -> None:
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    finding = schema["$defs"]["finding"]["properties"]

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:conselho:report-contract:{contract.CONTRACT_VERSION}"
    assert schema["required"] == ["severity", "summary"]
    assert schema["$defs"]["finding"]["required"] == ["title"]
    assert schema["$defs"]["severity"]["enum"] == list(Severity)
    assert schema["properties"]["contract"]["enum"] == [contract.CONTRACT_VERSION]
    assert schema["properties"]["summary"]["maxLength"] == contract.MAX_SUMMARY
    assert schema["properties"]["findings"]["maxItems"] == contract.MAX_FINDINGS
    assert finding["title"]["maxLength"] == contract.MAX_TITLE
    assert finding["file"]["maxLength"] == contract.MAX_FILE
    assert finding["detail"]["maxLength"] == contract.MAX_DETAIL
    assert finding["line"]["maximum"] == contract.MAX_LINE - 1


@pytest.mark.parametrize(
    ("report", "fit"),
    [
        (rendered(), True),
        ({"severity": "success", "summary": "s"}, True),
        ({"contract": 1, "severity": "info", "summary": "s", "findings": [], "more": 1}, True),
        ({"contract": 2, "severity": "info", "summary": "s"}, False),
        ({"severity": "great", "summary": "s"}, False),
        ({"severity": "info", "summary": ""}, False),
        ({"severity": "info", "summary": "s" * 501}, False),
        ({"summary": "s"}, False),
        ({"severity": "info", "summary": "s", "findings": [{}]}, False),
        ({"severity": "info", "summary": "s", "findings": [{"title": "t", "line": 0}]}, False),
        ({"severity": "info", "summary": "s", "findings": [{"title": "t", "line": "3"}]}, False),
    ],
)
def test_the_schema_takes_what_a_report_should_be(report: dict[str, Any], fit: bool) -> None:
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))

    assert fits(report, schema, schema["$defs"]) is fit
    if fit:
        assert parse_contract(fenced(report)) is not None
