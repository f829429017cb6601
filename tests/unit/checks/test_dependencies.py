from __future__ import annotations

import json
import os
import select
from typing import Any

import pytest

from tests.unit.checks.conftest import AddProgram, Repository, RunCheck

REQUIREMENTS = "# locked\nidna==3.7\njinja2==2.10 \\\n    --hash=sha256:00\nzope.interface==5.0\n"
PIP_CLEAN = {
    "dependencies": [
        {"name": "idna", "version": "3.7", "vulns": []},
        {"name": "jinja2", "version": "2.10", "vulns": []},
    ],
    "fixes": [],
}
PIP_FOUND = {
    "dependencies": [
        {"name": "idna", "version": "3.7", "vulns": []},
        {
            "name": "zope-interface",
            "version": "5.0",
            "vulns": [
                {
                    "id": "PYSEC-2019-217",
                    "fix_versions": ["5.1"],
                    "aliases": ["GHSA-x", "CVE-2019-10906"],
                    "description": "Escapes the sandbox.\n```json\n{}\n```",
                }
            ],
        },
    ],
    "fixes": [],
}
LOCK = (
    '{\n  "packages": {\n    "node_modules/minimist": {},\n    "node_modules/mkdirp": {}\n  }\n}\n'
)


def npm_answer(*severities: str) -> dict[str, Any]:
    names = ["minimist", "mkdirp", "left-pad", "x"]
    return {
        "auditReportVersion": 2,
        "vulnerabilities": {
            name: {
                "name": name,
                "severity": severity,
                "via": [{"title": "Prototype pollution", "url": "https://example.org/1"}],
                "fixAvailable": {"name": name, "version": "2.0.0", "isSemVerMajor": True},
            }
            for name, severity in zip(names, severities, strict=False)
        },
        "metadata": {"dependencies": {"total": 7}},
    }


def prints(document: object, status: int = 0) -> str:
    return f"cat <<'END'\n{json.dumps(document)}\nEND\nexit {status}"


def test_packages_without_vulnerabilities_are_a_success(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    project.write("web/package-lock.json", LOCK)
    add_program("pip-audit", prints(PIP_CLEAN))
    add_program("npm", prints(npm_answer()))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (0, "success")
    assert outcome.summary == "No known vulnerability in 9 packages."


def test_a_vulnerability_that_pip_audit_does_not_rate_is_an_error_unless_told_otherwise(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    add_program("pip-audit", prints(PIP_FOUND, status=1))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (1, "error")
    assert outcome.places() == ["requirements.txt:5"]
    finding = outcome.findings[0]
    assert finding["title"] == (
        "zope-interface has the vulnerability PYSEC-2019-217 (CVE-2019-10906)"
    )
    assert finding["detail"].startswith("Locked at 5.0, fixed in 5.1. Escapes the sandbox.")
    milder = run_check("dependencies", "--root", project.path, "--unrated", "warning")
    assert (milder.exit_code, milder.severity) == (0, "warning")


@pytest.mark.parametrize(
    ("ratings", "exit_code", "severity"),
    [
        (["critical"], 1, "error"),
        (["low", "high"], 1, "error"),
        (["moderate"], 0, "warning"),
        (["low"], 0, "warning"),
        (["info"], 0, "info"),
        (["apocalyptic"], 1, "error"),
    ],
)
def test_the_ratings_of_npm_decide(
    run_check: RunCheck,
    project: Repository,
    add_program: AddProgram,
    ratings: list[str],
    exit_code: int,
    severity: str,
) -> None:
    project.write("package-lock.json", LOCK)
    add_program("npm", prints(npm_answer(*ratings), status=1))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (exit_code, severity)
    assert len(outcome.findings) == len(ratings)


def test_a_finding_of_npm_names_line_advisory_and_cure(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("web/package-lock.json", LOCK)
    answer = npm_answer("high", "high")
    answer["vulnerabilities"]["mkdirp"] |= {"via": ["minimist"], "fixAvailable": True}
    add_program("npm", prints(answer, status=1))
    outcome = run_check("dependencies", "--root", project.path)
    assert outcome.places() == ["web/package-lock.json:3", "web/package-lock.json:4"]
    details = [finding["detail"] for finding in outcome.findings]
    assert details == [
        "Prototype pollution (https://example.org/1). Fixed by minimist 2.0.0, a major version.",
        "Through minimist. Fixed by npm audit fix.",
    ]


def test_npm_runs_in_the_folder_of_its_lock_and_pip_audit_never_resolves(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    project.write("web/package-lock.json", LOCK)
    log = project.path / "log"
    add_program("npm", f'echo "npm $PWD $@" >> {log}\n{prints(npm_answer())}')
    add_program("pip-audit", f'echo "pip-audit $@" >> {log}\n{prints(PIP_CLEAN)}')
    assert run_check("dependencies", "--root", project.path).severity == "success"
    pip_audit, npm = log.read_text().splitlines()
    assert npm == f"npm {project.path}/web audit --json --package-lock-only"
    assert "--no-deps --disable-pip" in pip_audit
    assert pip_audit.endswith(f"--requirement {project.path}/requirements.txt")


@pytest.mark.parametrize(
    ("file", "program", "hint"),
    [
        ("requirements.txt", "pip-audit", "pip install pip-audit"),
        ("package-lock.json", "npm", "Node.js"),
    ],
)
def test_a_missing_tool_is_an_error_with_the_way_to_install_it(
    run_check: RunCheck,
    project: Repository,
    add_program: AddProgram,
    file: str,
    program: str,
    hint: str,
) -> None:
    project.write(file, "{}")
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert f"{program} is not installed" in outcome.summary
    assert hint in outcome.text


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'no network' >&2; exit 1", "no network"),
        ("exit 0", "it said nothing"),
        ("echo '[]'", "it said nothing"),
        ("echo 'null'", "it said nothing"),
        (prints(PIP_CLEAN, status=2), "status 2"),
        ("kill -9 $$", "status -9"),
        (prints({"dependencies": 5}), "unknown form"),
        (prints({"dependencies": [{"name": "idna"}]}), "unknown form"),
        (prints({"message": "changed"}), "unknown form"),
    ],
)
def test_an_answer_that_is_none_is_never_a_success(
    run_check: RunCheck,
    project: Repository,
    add_program: AddProgram,
    script: str,
    words: str,
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    add_program("pip-audit", script)
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert words in outcome.summary


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            {"message": "request to the registry failed", "error": {"summary": ""}},
            "registry failed",
        ),
        ({"error": {"code": "ENOLOCK", "summary": "needs a lockfile"}}, "needs a lockfile"),
        ({"vulnerabilities": {}, "metadata": {}}, "unknown form"),
        ({"vulnerabilities": [], "metadata": {"dependencies": {"total": 1}}}, "unknown form"),
    ],
)
def test_what_npm_says_in_json_when_it_fails_is_no_success(
    run_check: RunCheck,
    project: Repository,
    add_program: AddProgram,
    answer: object,
    words: str,
) -> None:
    project.write("package-lock.json", LOCK)
    add_program("npm", prints(answer, status=1))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert words in outcome.summary


def skipped(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "skip_reason": f"{name} not found"} for name in names]


def test_packages_that_were_all_skipped_are_an_error_though_pip_audit_ends_well(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    add_program("pip-audit", prints({"dependencies": skipped("idna", "jinja2"), "fixes": []}))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "looked up none of 2 packages" in outcome.summary


def test_a_package_that_was_skipped_is_a_warning(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    dependencies = [*PIP_CLEAN["dependencies"], *skipped("zope.interface")]
    add_program("pip-audit", prints({"dependencies": dependencies, "fixes": []}))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (0, "warning")
    assert outcome.places() == ["requirements.txt:5"]
    assert "1 package not audited" in outcome.summary


def test_one_audit_that_fails_does_not_hide_what_the_other_found(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    project.write("package-lock.json", LOCK)
    add_program("npm", prints(npm_answer("moderate"), status=1))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert outcome.titled("minimist")
    assert [f["file"] for f in outcome.titled("was not done")] == ["requirements.txt"]
    assert "1 vulnerability in 7 packages of the others" in outcome.summary


def test_a_tool_that_never_ends_is_ended_with_its_children(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", REQUIREMENTS)
    pipe = project.path / "pipe"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    add_program("pip-audit", f"exec >{pipe}\necho started\nsleep 600 &\nsleep 600")
    outcome = run_check("dependencies", "--root", project.path, "--timeout", "1")
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "not done after 1 s" in outcome.summary
    # The pipe ends when the last process that holds it has ended.
    os.set_blocking(held, True)
    with open(held, "rb") as reading:
        assert select.select([reading], [], [], 10)[0]
        assert reading.read1() == b"started\n"
        assert select.select([reading], [], [], 10)[0], "a child of the tool is still running"
        assert reading.read1() == b""


def test_nothing_to_audit_is_an_error_with_a_hint(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("uv.lock", "")
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (3, "error")
    assert "no requirements file and no npm lock" in outcome.summary
    assert "uv export" in outcome.text


def test_a_lock_file_without_packages_is_info_and_not_a_success(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements.txt", "")
    add_program("pip-audit", prints({"dependencies": [], "fixes": []}))
    outcome = run_check("dependencies", "--root", project.path)
    assert (outcome.exit_code, outcome.severity) == (0, "info")
    assert outcome.summary == "There is no package to audit in the lock files."


def test_tool_and_files_can_be_chosen(
    run_check: RunCheck, project: Repository, add_program: AddProgram
) -> None:
    project.write("requirements/dev.txt", REQUIREMENTS)
    project.write("dev-requirements.txt", REQUIREMENTS)
    project.write("notes/locked.txt", REQUIREMENTS)
    project.write("package-lock.json", LOCK)
    add_program("npm", prints(npm_answer()))
    add_program("pip-audit", prints(PIP_CLEAN))

    def notes(*options: str) -> list[str]:
        text = run_check("dependencies", "--root", project.path, *options).text
        return [line[2:].split(":")[0] for line in text.split("\n") if line.startswith("* ")]

    found = ["pip-audit read dev-requirements.txt", "pip-audit read requirements/dev.txt"]
    assert notes() == [*found, "npm audit read package-lock.json"]
    assert notes("--tool", "npm") == ["npm audit read package-lock.json"]
    assert notes("--requirements", "notes/locked.txt") == ["pip-audit read notes/locked.txt"]
    assert notes("--tool", "pip-audit", "--exclude", "requirements") == found[:1]
