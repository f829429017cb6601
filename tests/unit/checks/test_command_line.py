from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import conselho
from conselho.checks.__main__ import CHECKS, main
from tests.unit.checks.conftest import Repository, RunCheck
from tests.unit.checks.outcome import last_verdict

# For child processes: the package that this test imports, installed or not.
IMPORTABLE = {"PYTHONPATH": str(Path(conselho.__file__).parents[1])}
DOCUMENT = Path(__file__).parents[3] / "docs" / "checks.md"


def help_text(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_help_names_every_check_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_text(capsys)
    for name in CHECKS:
        assert name in text
    assert "Exit codes" in text


@pytest.mark.parametrize("name", CHECKS)
def test_every_option_of_a_check_is_documented(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]
    options = set(re.findall(r"^  (--[a-z0-9-]+)", help_text(capsys, name), re.MULTILINE))
    assert options
    for option in options:
        assert f"`{option}`" in chapter or f"`{option} " in chapter, option


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-check"],
        ["large-files", "--max-lines", "0"],
        ["large-files", "--max-lines", "many"],
        ["large-files", "--max-line", "9"],
        ["large-files", "--ext", "py,,ts"],
        ["coverage", "--target", "101"],
        ["coverage", "--target", "nan"],
        ["todo-markers", "--markers", "(.*)"],
        ["dependencies", "--tool", "cargo"],
        ["endpoint-latency"],
        ["endpoint-latency", "ftp://example.org/"],
        ["endpoint-latency", "example.org"],
        ["endpoint-latency", "http://"],
        ["endpoint-latency", "http://example.org:99999/"],
        ["endpoint-latency", "http://marta:senha@example.org/"],
        ["endpoint-latency", "http://example.org/\r\nX-Evil: 1"],
        ["endpoint-latency", "/healthz", "--requests", "100000"],
    ],
)
def test_a_wrong_command_line_ends_with_2_and_without_a_verdict(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert printed.out == ""
    assert "usage:" in printed.err


def test_a_defect_of_a_check_is_an_error_with_a_verdict(
    run_check: RunCheck, project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("a.py", "x\n")

    def broken(_: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("conselho.checks.large_files.check", broken)
    outcome = run_check("large-files", "--root", project.path)
    assert outcome.exit_code == 3
    assert outcome.severity == "error"
    assert "ZeroDivisionError: of all things" in outcome.summary


def test_the_program_prints_utf_8_in_any_locale(project: Repository) -> None:
    project.write("ação.py", "x\n" * 20)
    environment = {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(
        [sys.executable, "-m", "conselho.checks", "large-files", "--max-lines", "9"],
        cwd=project.path,
        env=os.environ | IMPORTABLE | environment,
        capture_output=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert last_verdict(ended.stdout.decode())["findings"][0]["file"] == "ação.py"


def test_a_reader_that_went_away_is_no_reason_for_a_traceback(project: Repository) -> None:
    project.write("a.py", "x\n")
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "conselho.checks", "large-files"],
        cwd=project.path,
        env=os.environ | IMPORTABLE,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_check_imports_nothing_of_the_server_and_nothing_from_outside() -> None:
    """It starts every few seconds: one heavy import would be paid all day."""
    script = (
        "import sys; from conselho.checks.__main__ import CHECKS, load_check\n"
        "for name in CHECKS: load_check(name)\n"
        "tops = {m.split('.')[0] for m, v in sys.modules.items() if getattr(v, '__file__', None)}\n"
        "known = set(sys.stdlib_module_names) | {'conselho', '__main__'}\n"
        "print(sorted(t for t in tops - known if not t.startswith('_')))\n"
        "print(sorted(m for m in sys.modules if m.startswith('conselho.') and '.checks' not in m))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | IMPORTABLE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "[]\n[]\n"
