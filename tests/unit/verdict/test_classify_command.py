"""`conselho classify`: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = "import sys; from conselho.cli.main import main; sys.exit(main())"


def run(given: str | bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, "classify", *options],
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        timeout=60,
    )


def test_each_line_is_answered_in_order() -> None:
    asked = [
        {"id": "a", "text": "3 tests failed", "exit_code": 0},
        {"id": 2, "text": "Nenhum problema encontrado."},
        {"id": "c", "text": "", "exit_code": None},
    ]
    done = run("\n".join(map(json.dumps, asked)) + "\n\n")

    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": "a", "severity": "error"},
        {"id": 2, "severity": "success"},
        {"id": "c", "severity": "info"},
    ]


def test_explain_adds_reason_summary_and_format() -> None:
    done = run('{"id": 1, "text": "All checks passed!"}\n', "--explain")

    answer = json.loads(done.stdout)
    assert answer.keys() == {"id", "severity", "summary", "reason", "format"}
    assert answer["format"] == "linter"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ('{"text": "x"}', "id is missing"),
        ('{"id": 1}', "text is missing"),
        ('{"id": 1, "text": 5}', "text is missing"),
        ('{"id": 1, "text": "x", "exit_code": "0"}', "exit_code"),
        ('{"id": 1, "text": "x", "exit_code": true}', "exit_code"),
        (b'{"id": 1, "text": "\xff"}', "not JSON"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_answered(
    line: str | bytes, said: str
) -> None:
    line = line if isinstance(line, bytes) else line.encode()
    done = run(b'{"id": 1, "text": "ok"}\n' + line + b'\n{"id": 3, "text": "ok"}\n')

    assert done.returncode == 2
    assert [json.loads(each)["id"] for each in done.stdout.splitlines()] == [1, 3]
    assert b"line 2: " in done.stderr
    assert said in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_an_answer_comes_before_the_next_line_is_given() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "classify"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b'{"id": 1, "text": "ok"}\n')
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["id"] == 1
        child.stdin.close()
        assert child.wait(timeout=30) == 0


def test_nothing_of_the_server_is_loaded() -> None:
    program = (
        "import sys; from conselho.cli.main import main; code = main(['classify']);"
        "loaded = set('pydantic sqlalchemy fastapi rich yaml asyncio'.split()) & set(sys.modules);"
        "sys.exit(', '.join(sorted(loaded)) or code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=b'{"id": 1, "text": "ok"}\n',
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
