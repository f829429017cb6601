"""Council files: what they say, and that everything wrong with them is told at once, by line."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from conselho.errors import Invalid
from conselho.models.agent import OutputFormat, Overlap
from conselho.services.council_files import (
    SIZE_LIMIT,
    CouncilFile,
    CouncilReading,
    FileForm,
    InvalidCouncil,
    parse_council_text,
    read_council,
)
from conselho.services.forms import (
    CustomizationForm,
    NotificationsForm,
    PoliciesForm,
    ScheduleForm,
    TaskForm,
)

BASE = Path("/somewhere")

QUALITY = """\
---
agent_id: quality
name: Quality
emoji: "🧐"
provider: command
command: [python, -m, conselho.checks, large-files]
cwd: src
tags: [code]
title: Guardian of Quality
schedule: 30m
task: Monolithic files
---
Find files over 500 lines.

Propose how to split them.
"""


def parse(*texts: str) -> CouncilReading:
    files = [(f"{number}.md", text) for number, text in enumerate(texts, start=1)]
    return parse_council_text(files, BASE, known_providers=["command"])


def one(text: str) -> CouncilFile:
    (file,) = parse(text).accepted()
    return file


def told(*texts: str) -> list[str]:
    return [str(problem) for problem in parse(*texts).problems]


def with_line(line: str, instead_of: str) -> str:
    """QUALITY with the line that begins with `instead_of` replaced."""
    lines = [line if old.startswith(instead_of) else old for old in QUALITY.split("\n")]
    assert line in lines
    return "\n".join(lines)


def in_yaml(extra: str) -> str:
    """QUALITY with more YAML at its end; its first line is line 12."""
    return QUALITY.replace("\n---\n", f"\n{dedent(extra).strip()}\n---\n", 1)


# -- what they say -----------------------------------------------------------------------------


def test_a_file_is_an_agent_with_its_seat_and_the_body_is_the_prompt() -> None:
    file = one(QUALITY)
    assert (file.name, file.form.agent_id, file.form.emoji) == ("1.md", "quality", "🧐")
    assert file.form.command == ["python", "-m", "conselho.checks", "large-files"]
    assert file.cwd == "/somewhere/src"
    config = file.form.to_config("UTC")
    assert config.title == "Guardian of Quality"
    assert config.schedule.value == "30m"
    assert config.task.name == "Monolithic files"
    assert config.task.prompt == "Find files over 500 lines.\n\nPropose how to split them."


def test_the_long_forms_are_those_of_the_json() -> None:
    text = QUALITY.replace("schedule: 30m\ntask: Monolithic files\n", "")
    text = text.replace(
        "\n---\nFind",
        dedent("""
        schedule:
          type: cron
          value: 0 9 * * 1
          timezone: America/Sao_Paulo
          enabled: false
        task:
          name: Monolithic files
          context_files: [README.md]
          output_format: summary
        notifications:
          on_success: yes
          channels: [panel, toast]
        policies:
          timeout_seconds: 90
          overlap: queue
        customization:
          display_name: The Guardian
          color: "#aabbcc"
        ---
        Find""").rstrip(),
        1,
    )
    form = one(text).form
    config = form.to_config("UTC")
    assert (config.schedule.value, config.schedule.enabled) == ("0 9 * * 1", False)
    assert config.schedule.timezone == "America/Sao_Paulo"
    assert config.task.output_format is OutputFormat.SUMMARY
    assert config.task.context_files == ("README.md",)
    assert config.notifications.on_success
    assert config.policies.overlap is Overlap.QUEUE
    assert form.customization is not None
    assert form.customization.color == "#aabbcc"


def test_without_a_cwd_the_folder_around_the_council_is_meant() -> None:
    assert one(with_line("", "cwd")).cwd == str(BASE)


def test_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    windows = "\ufeff" + QUALITY.replace("\n", "\r\n")
    assert one(windows) == one(QUALITY)


def test_the_digest_changes_with_the_text() -> None:
    assert one(QUALITY).digest != one(QUALITY + "More.").digest


def test_a_prompt_may_stand_in_the_yaml_when_there_is_no_body() -> None:
    text = with_line("task: {name: Monolithic files, prompt: Find them.}", "task")
    text = text[: text.index("Find files")]
    assert one(text).form.task.prompt == "Find them."


# -- what is wrong with them -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1.md:1: the file must begin with a line '---' and YAML below it"),
        ("# Quality", "1.md:1: the file must begin with a line '---' and YAML below it"),
        ("---\nname: x\n", "1.md:1: the YAML at the top is not closed by a line '---'"),
        ("---\n- a\n---\n", "1.md:2: the YAML at the top must be keys with values, one a line"),
        ("---\na: b: c\n---\n", "1.md:2: mapping values are not allowed here"),
        ("---\n\na: [b\n---\n", "1.md:3: expected ',' or ']', but got '<stream end>'"),
        ("---\na: b\nc: \0\n---\n", "1.md:3: a character that YAML does not allow"),
        ("---\na: &x b\nc: *x\n---\n", "1.md:3: aliases are not allowed;"),
        (
            "---\nschedule: */5 * * * *\n---\n",
            "1.md:2: put a value that begins with '*' or '&' in quotes",
        ),
        ("---\na: 1\nb: @daily\n---\n", "1.md:3: found character '@' that cannot start any token"),
        ("---\n? [a, b]\n: c\n---\n", "1.md:2: a key must be a plain word"),
        ("---\na: !!python/name:os.system x\n---\n", "1.md:2: a: could not determine a construc"),
        ("---\na: 2026-02-31\n---\n", "1.md:2: a: day is out of range for month"),
        (f"---\na: {'9' * 5000}\n---\n", "1.md:2: a: Exceeds the limit"),
        (f"---\na: {'[' * 50_000}\n---\n", "1.md:2: the YAML is nested too deeply"),
        ("---\n" + "x" * SIZE_LIMIT, "1.md:1: is larger than 256 kB"),
        ("---\na: \ud800\n---\n", "1.md:2: is not UTF-8 text"),
    ],
)
def test_a_text_that_cannot_be_read_is_told_with_its_line(text: str, problem: str) -> None:
    (message,) = told(text)
    assert message.startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            with_line("comand: [make]", "command"),
            "1.md:6: comand: there is no such key. Did you mean 'command'?",
        ),
        (with_line("name: 12", "name"), "1.md:3: name: must be a text"),
        (with_line("title:", "title"), "1.md:9: title: is required"),
        (
            with_line("provider: claud", "provider"),
            "1.md:5: provider: there is no provider 'claud'; known here: command.",
        ),
        (
            with_line("command: []", "command"),
            "1.md:6: command: is required by provider 'command': a list such as [make, test]",
        ),
        (
            with_line("schedule: 0m", "schedule"),
            "1.md:10: schedule.value: the interval '0m' must be at least 1s",
        ),
        (
            with_line("schedule: {value: 61 * * * *}", "schedule"),
            "1.md:10: schedule.value: the minute field '61' cannot be read:"
            " 61 is not between 0 and 59",
        ),
        (
            in_yaml("policies:\n  overlap: queue\n  max_attempts: 0"),
            "1.md:14: policies.max_attempts: must be at least 1",
        ),
        (
            in_yaml("notifications:\n  channels:\n    - panel\n    - pigeon"),
            "1.md:15: notifications.channels.1: must be one of panel, toast or email",
        ),
        (
            in_yaml("customization:\n  color: #fff"),
            "1.md:13: customization.color: is empty:"
            " '#' begins a comment in YAML, so put the color in quotes",
        ),
        (
            QUALITY[: QUALITY.index("Find files")],
            "1.md:11: task.prompt: is required: write below the YAML what the councilor shall do",
        ),
        (
            with_line("task: {name: x, prompt: y}", "task"),
            "1.md:11: task.prompt: stands here and below the YAML too: keep one of them",
        ),
        (
            QUALITY + "x" * 10_000,
            "1.md:11: task.prompt: must have at most 10000 characters",
        ),
        (
            in_yaml("name: Other"),
            "1.md:12: name: stands here a second time, first on line 3",
        ),
        (
            in_yaml("policies:\n  overlap: skip\n  overlap: allow"),
            "1.md:14: policies.overlap: stands here a second time, first on line 13",
        ),
        (in_yaml("<<: {shell: true}"), "1.md:12: <<: there is no such key."),
    ],
)
def test_a_value_that_is_refused_is_told_with_its_line_and_field(text: str, problem: str) -> None:
    assert told(text) == [problem]


def test_all_problems_of_all_files_are_told_in_order() -> None:
    first = with_line("name: 12", "name").replace("30m", "0m")
    assert told(
        first, "# nothing", QUALITY.replace("quality", "other").replace("task:", "tsk:")
    ) == [
        "1.md:3: name: must be a text",
        "1.md:10: schedule.value: the interval '0m' must be at least 1s",
        "2.md:1: the file must begin with a line '---' and YAML below it",
        "3.md:1: task: is required",
        "3.md:11: tsk: there is no such key. Did you mean 'task'?",
    ]


def test_an_agent_id_that_two_files_have_is_told_with_both() -> None:
    other = QUALITY.replace("name: Quality", "name: 12")
    assert told(QUALITY, other) == [
        "2.md:2: agent_id: 'quality' is the agent_id of 1.md too",
        "2.md:3: name: must be a text",
    ]


def test_one_bad_file_refuses_all() -> None:
    reading = parse(QUALITY, "# nothing")
    with pytest.raises(InvalidCouncil) as caught:
        reading.accepted()
    assert str(caught.value) == told(QUALITY, "# nothing")[0]
    assert caught.value.exit_code == 2


def test_a_cwd_that_is_not_there_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "council").mkdir()
    (tmp_path / "council" / "quality.md").write_text(QUALITY)
    reading = read_council(tmp_path / "council", known_providers=["command"])
    assert reading.warnings == (
        f"quality.md:7: cwd: there is no folder '{tmp_path}/src' at present",
    )
    (tmp_path / "src").mkdir()
    assert read_council(tmp_path / "council", known_providers=["command"]).warnings == ()


def test_a_cwd_outside_the_workspaces_is_refused_by_its_line(tmp_path: Path) -> None:
    reading = parse_council_text(
        [("q.md", QUALITY)], BASE, known_providers=["command"], workspaces=[tmp_path]
    )
    (problem,) = map(str, reading.problems)
    assert problem.startswith("q.md:7: cwd: '/somewhere/src' lies outside the workspaces")


# -- the directory -----------------------------------------------------------------------------


def write(directory: Path, **texts: str) -> None:
    for name, text in texts.items():
        (directory / f"{name}.md").write_text(text, encoding="utf-8")


def numbered(number: int) -> str:
    return QUALITY.replace("agent_id: quality", f"agent_id: q{number}")


def test_the_files_of_a_directory_are_read_in_order_and_some_names_are_left_out(
    tmp_path: Path,
) -> None:
    write(tmp_path, b=numbered(2), a=numbered(1), README="# About", Readme="# About")
    (tmp_path / ".draft.md").write_text("# not yet")
    (tmp_path / "notes.txt").write_text("# not ours")
    (tmp_path / "archive").mkdir()
    reading = read_council(tmp_path, known_providers=["command"])
    assert [file.name for file in reading.accepted()] == ["a.md", "b.md"]


def test_text_and_directory_give_the_same(tmp_path: Path) -> None:
    council = tmp_path / "council"
    council.mkdir()
    write(council, a=QUALITY)
    sent = parse_council_text(
        [("a.md", QUALITY), ("README.md", "# About")], tmp_path, known_providers=["command"]
    )
    assert read_council(council, known_providers=["command"]) == sent


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read: No such file or directory"):
        read_council(tmp_path / "none", known_providers=["command"])


def test_a_link_out_of_the_directory_is_refused_and_one_inside_is_followed(tmp_path: Path) -> None:
    council = tmp_path / "council"
    council.mkdir()
    (tmp_path / "secret").write_text(QUALITY)
    (council / "out.md").symlink_to(tmp_path / "secret")
    (council / "inside").write_text(QUALITY)
    (council / "in.md").symlink_to(council / "inside")
    reading = read_council(council, known_providers=["command"])
    assert [file.name for file in reading.files] == ["in.md"]
    assert list(map(str, reading.problems)) == [
        "out.md:1: is a link that leads out of the council directory"
    ]


def test_what_is_no_readable_file_is_told_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle.md").symlink_to(tmp_path / "circle.md")
    (tmp_path / "latin.md").write_bytes(b"---\nname: S\xe3o\n---\n")
    reading = read_council(tmp_path, known_providers=["command"])
    problems = dict(str(problem).split(":", 1) for problem in reading.problems)
    assert problems["folder.md"] == "1: is not a file"
    assert problems["gone.md"] == "1: cannot be read: No such file or directory"
    assert problems["circle.md"].startswith("1: cannot be read: ")
    assert problems["latin.md"] == "2: is not UTF-8 text"
    assert problems["pipe.md"] == "1: is not a file"


@pytest.mark.parametrize("name", ["../a.md", "a/b.md", "a\\b.md", "a\nb.md"])
def test_a_sent_name_with_folders_is_refused(name: str) -> None:
    reading = parse_council_text([(name, QUALITY)], BASE, known_providers=["command"])
    (problem,) = map(str, reading.problems)
    assert "must be a file name without folders" in problem
    assert "\n" not in problem


@given(st.text(max_size=200) | st.text("---\n: [{*&!|>'\"#?@%", max_size=200))
def test_any_text_is_taken_or_refused_with_a_line(text: str) -> None:
    for source in (text, f"---\n{text}\n---\nx"):
        reading = parse(source)
        assert reading.files or reading.problems
        assert all(problem.line >= 1 for problem in reading.problems)


PAGE = Path(__file__).parents[2] / "docs" / "council-files.md"


def test_the_example_of_the_documentation_is_in_order() -> None:
    example = PAGE.read_text(encoding="utf-8").split("```markdown\n", 1)[1].split("```", 1)[0]
    assert one(example).form.agent_id == "quality"


def test_the_documentation_has_every_key_and_no_other() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    documented = {line.split("`")[1] for line in lines if line.startswith("| `")}
    below: dict[str, type[BaseModel]] = {
        "schedule": ScheduleForm,
        "task": TaskForm,
        "notifications": NotificationsForm,
        "policies": PoliciesForm,
        "customization": CustomizationForm,
    }
    nested = {f"{above}.{key}" for above, form in below.items() for key in form.model_fields}
    assert documented == {*FileForm.model_fields, *nested}
