"""The command line in this process: parsing, printing, finding the server, errors."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from conselho import __version__
from conselho.cli import phrases, rows
from conselho.cli.main import conselho, main
from conselho.cli.screen import Column, Ink, Screen
from conselho.cli.text import cells, lines, log_lines, one_line
from tests.support.scripted_server import ScriptedServer, answer, chunked, event, stream

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "cli.md"

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test."""
    for name in [*os.environ]:
        if name.startswith("CONSELHO_") or name in ("NO_COLOR", "MONGO_URI"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


# -- parsing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lst"], "No such command 'lst'"),
        (["list", "--josn"], "No such option"),
        (["run"], "Say which councilors"),
        (["run", "a", "--all"], "Say which councilors"),
        (["pause", "--tag", "x", "--all"], "Say which councilors"),
        (["run", "a", "b", "--wait"], "--wait goes with one AGENT_ID"),
        (["next"], "either an AGENT_ID or a --schedule"),
        (["next", "a", "--schedule", "1h"], "either an AGENT_ID or a --schedule"),
        (["next", "a", "--timezone", "UTC"], "--timezone goes with --schedule"),
        (["next", "--schedule", "61 * * * *"], "the minute field '61'"),
        (["next", "--schedule", "1h", "--timezone", "Mars/X"], "no time zone 'Mars/X'"),
        (["backfill", "a"], "Missing option '--from'"),
        (["backfill", "a", "--from", "yesterday"], "'yesterday' is not a time"),
        (["maintenance", "start", "--for", "1h", "--until", "2026-11-30"], "--for or --until"),
        (["run", "a", "--timeout", "5"], "--timeout goes with --wait"),
        (["run", "a", "--wait", "--timeout", "-1"], "--timeout"),
        (["list", "--agent", "a"], "go with --tasks"),
        (["list", "--tasks", "--status", "done"], "'done' is not one of"),
        (["list", "--tasks", "--limit", "0"], "--limit"),
        (["report", "a", "--limit", "101"], "--limit"),
        (["apply", "nowhere"], "'nowhere' does not exist"),
        (["serve", "--port", "many"], "--port"),
        (["serve", "--port", "70000"], "--port"),
        (["serve", "--council", "nowhere"], "nowhere"),
        (["list", "--url", "127.0.0.1:8000"], "is not a URL such as"),
        (["task", "\x1b[31mred\nline"], "No such command"),
    ],
)
def test_what_is_given_wrongly_is_told_in_one_line(
    arguments: list[str], said: str, capsys: Capture
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("conselho: ")
    assert said in err
    assert err.count("\n") == 1
    assert "\x1b" not in err


@pytest.mark.parametrize("arguments", [["version"], ["--version"]])
def test_the_version_is_printed(arguments: list[str], capsys: Capture) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"conselho {__version__}\n"


def test_the_version_as_json(capsys: Capture) -> None:
    assert main(["version", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": __version__}


def test_every_command_and_option_is_explained_and_documented() -> None:
    documented = DOCS.read_text(encoding="utf-8")
    for name, command in conselho.commands.items():
        assert command.help, name
        assert f"conselho {name}" in documented
        for option in (one for one in command.params if isinstance(one, click.Option)):
            assert option.help, f"{name} {option.opts}"
            assert f"`{option.opts[-1]}" in documented, f"{name} {option.opts}"


@pytest.mark.parametrize(
    "name", ["list", "report", "logs", "tail", "check", "version", "next", "journal", "audit"]
)
def test_every_reading_command_speaks_to_programs_too(name: str) -> None:
    assert "as_json" in [option.name for option in conselho.commands[name].params]


def test_every_exit_code_is_documented() -> None:
    documented = DOCS.read_text(encoding="utf-8")
    for code in (0, 1, 2, 4, 5, 6, 130, 141):
        assert f"| {code} |" in documented


def test_help_loads_none_of_the_large_libraries() -> None:
    heavy = "asyncio httpx rich yaml pydantic sqlalchemy fastapi apscheduler ssl"
    program = (
        "import sys; from conselho.cli.main import main; main(['--help']);"
        f"loaded = set({heavy!r}.split()) & set(sys.modules);"
        "sys.exit(', '.join(loaded) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


# -- untrusted text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ação ✓ 漢字 👩‍🔬", "plain, ação ✓ 漢字 👩‍🔬"),
        ("  two\n\r\n\tlines  ", "two lines"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;unfinished", "52;c;unfinished"),
        ("\x1bcreset", "reset"),
        ("a\x1b", "a\\x1b"),
        ("back\x08space\x00\x7f", "back\\x08space\\x00\\x7f"),
        ("\x9b31mC1", "\\x9b31mC1"),
        ("abc\u202edef\u2066", "abc\\u202edef\\u2066"),
        ("\ud800\U000e0041", "\\ud800\\U000e0041"),
        ("a\u00a0b\u2028c", "a b c"),
    ],
)
def test_one_line_of_untrusted_text_cannot_command_a_terminal(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_sequence_cannot_hide_a_whole_text() -> None:
    finding = "rm -rf / " * 200
    assert finding.strip() in one_line(f"\x1b]0;{finding}\x07")
    assert "1;" * 200 in one_line("\x1b[" + "1;" * 200 + "m")


def test_lines_keep_tabs_and_end_at_every_kind_of_line_end() -> None:
    assert list(lines("a\tb\r\nc\rd\n\x1b[1me\u202e")) == ["a\tb", "c", "d", "e\\u202e"]


def test_a_log_in_pieces_reads_as_one_in_a_whole() -> None:
    whole = "ação\r\nlinha\x1b[31m vermelha\x1b[0m\rfim\n\xff".encode() + b"\xff\xe2\x82"
    expected = ["ação", "linha vermelha", "fim", "ÿ\ufffd\ufffd"]
    for size in (1, 2, 3, 7, len(whole)):
        pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
        assert list(log_lines(pieces)) == expected


def test_a_log_line_is_given_as_soon_as_it_is_complete() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one\ntw"
        pytest.fail("asked for more before the first line was given")

    assert next(log_lines(pieces())) == "one"


def test_a_log_line_that_never_ends_is_given_in_parts() -> None:
    endless = (b"x" * 4096 for _ in range(1000))
    first = next(log_lines(endless))
    assert 4096 < len(first) < 4096 * 1000


# -- phrases and rows ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0s"), (59.9, "59s"), (60, "1m"), (3_599, "59m"), (7_200, "2h"), (172_800, "2d")],
)
def test_a_length_is_told_in_its_largest_unit(seconds: float, said: str) -> None:
    assert phrases.length(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.0451, "45ms"),
        (1.26, "1.3s"),
        (65, "1m 05s"),
        (7_800, "2h 10m"),
        (-1, ""),
    ],
)
def test_a_duration_reads_well(seconds: float | None, said: str) -> None:
    assert phrases.duration(seconds) == said


def test_when_something_was_and_will_be() -> None:
    minute = timedelta(minutes=1)
    assert phrases.age(NOW - minute, NOW) == "1m ago"
    assert phrases.age(NOW + minute, NOW) == "0s ago"
    assert phrases.due(NOW + minute, NOW) == "in 1m"
    assert phrases.due(NOW - minute, NOW) == "now"
    assert phrases.age(None, NOW) == phrases.due(None, NOW) == ""


@pytest.mark.parametrize(
    ("status", "severity", "word"),
    [
        ("completed", "success", "success"),
        ("completed", "warning", "warning"),
        ("completed", None, "completed"),
        ("error", "error", "error"),
        ("error", None, "error"),
        ("processing", None, "running"),
        ("running", None, "running"),
        ("cancelled", "success", "cancelled"),
        ("missed", None, "missed"),
        (None, None, "unknown"),
    ],
)
def test_only_a_run_that_ended_by_itself_shows_its_severity(
    status: str | None, severity: str | None, word: str
) -> None:
    assert phrases.outcome(status, severity).word == word


def test_a_row_of_nonsense_is_shown_as_far_as_it_goes() -> None:
    odd = {
        "agent_id": 7,
        "customization": [],
        "councilor_config": {"schedule": "1h", "title": None},
        "stats": {"total_executions": True, "success_rate": float("nan")},
        "next_execution": "tomorrow",
        "current": "yes",
        "recent": [None],
    }
    row = rows.councilor_row(odd)
    assert (row.agent_id, row.name, row.state) == ("?", "?", "waiting")
    assert (row.last_at, row.next_at, row.success_rate) == (None, None, None)
    assert rows.task_row({"verdict": 3, "completed_at": "0001-01-01T00:00:00+23:59"}).at is None


@pytest.mark.parametrize("odd", [True, "5", None, float("nan"), float("inf"), [], {}])
def test_only_a_finite_number_counts_as_one(odd: object) -> None:
    assert rows.number({"n": odd}, "n") is None


def test_a_row_of_lost_slots_tells_their_number_and_the_time_of_the_newest() -> None:
    lost = {
        "status": "skipped",
        "skip_reason": "budget",
        "slot_count": 291,
        "error": "All spent.",
        "created_at": "2026-11-25T22:53:38Z",
        "slot_to": "2026-11-25T23:41:56Z",
    }
    row = rows.task_row(lost)
    assert row.summary == "budget, 291 slots: All spent."
    assert row.at == datetime(2026, 11, 25, 23, 41, 56, tzinfo=UTC)


def test_lost_slots_say_why_and_how_many() -> None:
    assert rows.lost_slots({"skip_reason": "overlap", "slot_count": 1}) == "overlap"
    lost = {"skip_reason": "server_down", "slot_count": 12}
    assert rows.task_summary(lost) == "server_down, 12 slots"


# -- the screen ------------------------------------------------------------------------------------


def screen_on(
    encoding: str = "utf-8", *, is_terminal: bool = False, colour: bool = True
) -> tuple[Screen, Callable[[], str]]:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace")

    def printed() -> str:
        stream.flush()
        return raw.getvalue().decode(encoding)

    return Screen(stream, is_terminal=is_terminal, colour=colour), printed


TABLE = (
    Column(name="Name", wide=True),
    Column(name="Below", beneath=True),
    Column(name="State"),
    Column(name="Rate", right=True),
)


def test_a_table_in_a_pipe_has_aligned_columns_and_whole_cells() -> None:
    screen, printed = screen_on()
    long = "a name that is longer than any terminal would like it to be " * 3
    screen.table(TABLE, [["漢字", "x", phrases.mark("success"), "5%"], [long, "", "y", ""]])
    head, first, second = printed().splitlines()
    width = cells(long.strip())
    assert head == "NAME".ljust(width) + "  BELOW  STATE      RATE"
    assert first == "漢字" + " " * (width - 4) + "  x      ✓ success  5%"
    assert second == long.strip() + "  -      y          -"


@pytest.mark.parametrize("columns", [80, 120])
def test_a_table_on_a_terminal_fits_into_it(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    screen, printed = screen_on(is_terminal=True)
    long = "a name that is longer than any terminal would like it to be"
    screen.table(TABLE, [[long, long, phrases.mark("error"), "100%"]])
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed())
    assert max(map(cells, plain.splitlines())) <= columns
    assert "✗ error" in plain
    assert "100%" in plain
    assert " ".join(plain.split()).count("than any terminal") >= 1


def test_a_terminal_gets_colour_unless_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for colour in (True, False):
        screen, printed = screen_on(is_terminal=True, colour=colour)
        screen.line(phrases.mark("error"), Ink("bold", "bold"))
        screen.table(TABLE, [["a", "b", "c", "d"]])
        assert ("\x1b[" in printed()) is colour
        assert "✗ error  bold" in re.sub(r"\x1b\[[0-9;]*m", "", printed())


def test_a_pipe_gets_no_colour() -> None:
    screen, printed = screen_on(colour=True)
    screen.line(phrases.mark("error"), Ink("bold", "bold"))
    assert printed() == "✗ error  bold\n"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_marks_have_another_sign_where_the_encoding_lacks_theirs(is_terminal: bool) -> None:
    screen, printed = screen_on("ascii", is_terminal=is_terminal, colour=False)
    screen.line(*map(phrases.mark, ("success", "warning", "error", "info", "odd")))
    screen.table(TABLE, [["ação", "", "", ""]])
    assert printed().startswith("+ success  ! warning  x error  i info  ? odd\n")
    assert "a\\xe7\\xe3o" in printed()


def test_nothing_that_is_printed_can_command_the_terminal() -> None:
    evil = "x\x1b[2J\x1b]0;t\x07\r\nConselho: all is well\u202e\x9b1m"
    for is_terminal in (True, False):
        screen, printed = screen_on(is_terminal=is_terminal, colour=False)
        screen.line(evil, Ink(evil, "bold"), phrases.mark(evil), cut=True)
        screen.table(TABLE, [[evil, evil, Ink(evil), phrases.mark(evil)]])
        screen.json({"text": evil})
        assert not set(printed()) & set("\x1b\x07\r\x9b\u202e")


def test_markup_of_the_terminal_library_is_text_like_any_other() -> None:
    screen, printed = screen_on(is_terminal=True, colour=False)
    screen.line("[bold]not bold[/bold] :smile: http://x [red]")
    assert printed() == "[bold]not bold[/bold] :smile: http://x [red]\n"


def test_json_is_exact_in_every_encoding() -> None:
    value = {"text": "ação \ud800 👩‍🔬\u2028", "number": 1.25, "none": None}
    screen, printed = screen_on("ascii")
    screen.json(value)
    assert json.loads(printed()) == value


def test_a_line_that_is_cut_stays_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen, printed = screen_on(is_terminal=True, colour=False)
    screen.line("word " * 40, cut=True)
    screen.line("word " * 40)
    cut, whole = printed().splitlines()
    assert cells(cut) == 40
    assert cut.endswith("…")
    assert cells(whole) == 199


# -- the server ------------------------------------------------------------------------------------


def leave_word(data_dir: Path, **word: object) -> None:
    data_dir.mkdir()
    (data_dir / "server.json").write_text(json.dumps(word), encoding="utf-8")


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait(30)
    return child.pid


COUNCIL = answer({"agents": [], "count": 0, "last_event_id": "s-0", "now": "2026-11-22T12:00:00Z"})
NOBODY = "There is no councilor yet. Seat some with `conselho apply DIR`.\n"


def test_the_local_server_is_found_by_its_data_directory(tmp_path: Path, capsys: Capture) -> None:
    with ScriptedServer(COUNCIL, COUNCIL) as server:
        leave_word(tmp_path / ".conselho", pid=os.getpid(), url=server.url)
        assert main(["list"]) == 0
        assert main(["--data-dir", str(tmp_path / ".conselho"), "list"]) == 0
    assert capsys.readouterr().out == NOBODY * 2


def test_an_option_is_stronger_than_the_environment_and_the_later_one_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ScriptedServer(COUNCIL, COUNCIL, COUNCIL, COUNCIL) as server:
        monkeypatch.setenv("CONSELHO_URL", server.url)
        assert main(["list"]) == 0
        monkeypatch.setenv("CONSELHO_URL", "http://127.0.0.1:1")
        assert main(["--url", "http://127.0.0.1:1", "list", "--url", server.url]) == 0
        assert main(["--url", server.url, "list"]) == 0
        leave_word(tmp_path / "data", pid=os.getpid(), url=server.url)
        assert main(["list", "--data-dir", "data"]) == 0


@pytest.mark.parametrize(
    "word",
    [
        None,
        "{}",
        "no json",
        '{"pid": "1", "url": "http://127.0.0.1:1"}',
        '{"pid": 99999999999999999999, "url": "http://127.0.0.1:1"}',
        '{"pid": -1, "url": "http://127.0.0.1:1"}',
        "dead",
    ],
)
def test_no_running_server_is_told_with_what_to_do(
    word: str | None, tmp_path: Path, capsys: Capture
) -> None:
    data_dir = tmp_path / ".conselho"
    data_dir.mkdir()
    if word == "dead":
        word = json.dumps({"pid": dead_pid(), "url": "http://127.0.0.1:1"})
    if word is not None:
        (data_dir / "server.json").write_text(word, encoding="utf-8")
    assert main(["list"]) == 6
    assert capsys.readouterr().err == (
        f"conselho: The server does not answer: none runs on the data directory {data_dir}."
        " Start one with `conselho serve`, or name one with --url or CONSELHO_URL.\n"
    )


def test_a_server_that_has_just_gone_is_told(tmp_path: Path, capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    leave_word(tmp_path / ".conselho", pid=os.getpid(), url=url)
    assert main(["list"]) == 6
    assert "nothing listens there" in capsys.readouterr().err


def test_a_wrong_setting_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("CONSELHO_PORT", "many")
    assert main(["list"]) == 2
    assert capsys.readouterr().err.startswith("conselho: CONSELHO_PORT: ")


# -- commands against odd answers ------------------------------------------------------------------


def test_garbage_from_a_server_is_one_line_and_no_traceback(capsys: Capture) -> None:
    with ScriptedServer(b"\x1b[31mgarbage\r\n\r\n") as server:
        assert main(["--url", server.url, "list"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "is no Conselho server" in err


def test_what_a_refusal_says_cannot_command_the_terminal(capsys: Capture) -> None:
    refusal = answer({"detail": "No \x1b[2Jsuch\r\nagent\u202e."}, status=404)
    with ScriptedServer(refusal) as server:
        assert main(["--url", server.url, "pause", "a"]) == 4
    assert capsys.readouterr().err == "conselho: No such\nconselho: agent\\u202e.\n"


def test_json_is_the_answer_of_the_api_with_fields_that_this_version_does_not_know(
    capsys: Capture,
) -> None:
    sent = {"agents": [{"agent_id": "a", "new_field": {"x": [1, 2.5]}}], "count": 1, "more": None}
    with ScriptedServer(answer(sent)) as server:
        assert main(["list", "--json", "--url", server.url]) == 0
    assert json.loads(capsys.readouterr().out) == sent


FAILED = {
    "task_id": "t1",
    "display_name": "Sizes",
    "task_name": "large-files",
    "status": "error",
    "severity": "error",
    "duration": 1.5,
    "verdict": {
        "severity": "error",
        "summary": "Two files are too long.",
        "reason": "two\x1b[1m findings",
        "findings": [
            {"title": "Too long", "severity": "warning", "file": "a\x1b[1m.py", "line": 9},
            {"title": "Worse", "severity": "error", "file": None, "line": None},
        ],
    },
}
STARTED = answer({"success": True, "execution": {"execution_id": "t1"}})


@pytest.mark.parametrize(
    ("status", "severity", "exit_code"),
    [
        ("completed", "success", 0),
        ("completed", "info", 0),
        ("completed", "warning", 0),
        ("completed", "error", 1),
        ("completed", None, 1),
        ("error", "error", 1),
        ("error", "success", 1),
        ("cancelled", None, 1),
    ],
)
def test_the_exit_code_of_a_waiting_run_tells_whether_it_is_sound(
    status: str, severity: str | None, exit_code: int, capsys: Capture
) -> None:
    row = FAILED | {"status": status, "severity": severity}
    with ScriptedServer(STARTED, answer(row)) as server:
        assert main(["run", "sizes", "--wait", "--json", "--url", server.url]) == exit_code
    assert json.loads(capsys.readouterr().out) == row


def test_a_waiting_run_prints_its_verdict_and_findings(capsys: Capture) -> None:
    with ScriptedServer(STARTED, answer(FAILED)) as server:
        assert main(["run", "sizes", "--wait", "--url", server.url]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "started  sizes  t1",
        "✗ error  Sizes  large-files  1.5s",
        "Two files are too long.",
        "Reason: two findings",
        "! warning  a.py:9  Too long",
        "✗ error  Worse",
    ]


def test_a_waiting_run_whose_time_is_up_says_that_it_goes_on(capsys: Capture) -> None:
    row = FAILED | {"status": "processing", "severity": None, "verdict": None}
    with ScriptedServer(STARTED, answer(row)) as server:
        assert main(["run", "s", "--wait", "--timeout", "0", "--url", server.url]) == 1
    out, err = capsys.readouterr()
    assert "▶ running" in out
    assert err == (
        "conselho: Execution t1 is still processing. Follow it with `conselho logs -f t1`.\n"
    )


def test_a_run_that_the_server_does_not_name_is_not_waited_for(capsys: Capture) -> None:
    with ScriptedServer(answer({"success": True})) as server:
        assert main(["run", "sizes", "--wait", "--url", server.url]) == 1
    assert "does not name the execution" in capsys.readouterr().err


def test_a_tail_prints_one_line_an_event_and_none_twice(capsys: Capture) -> None:
    about = {"councilor_id": "sizes", "display_name": "Sizes", "task_name": "large-files", "ts": 1}
    frames = [
        event("councilor_started", "s-1", about),
        event("councilor_execution", "s-2", about | {"status": "running", "severity": None}),
        event("heartbeat", None, {"timestamp": 1}),
        event("councilor_completed", "s-3", about | {"status": "completed"}),
        event(
            "councilor_execution",
            "s-4",
            about | {"status": "completed", "severity": "warning", "summary": "One\n\x1b[2Jfile."},
        ),
        event("councilor_updated", "s-5", about | {"change": "paused"}),
        event(
            "councilor_skipped",
            "s-6",
            about
            | {"status": "missed", "execution": {"skip_reason": "server_down", "slot_count": 3}},
        ),
        event("reset", "s-7", {"reason": "the events are no longer kept", "ts": 1}),
    ]
    gone = answer({"detail": "Enough."}, status=404)
    with ScriptedServer(stream(*frames, ended=True), gone) as server:
        assert main(["tail", "--since", "s-0", "--url", server.url]) == 4
    out, err = capsys.readouterr()
    assert [re.sub(" +", " ", line[10:]) for line in out.splitlines()] == [
        "▶ running Sizes large-files",
        "! warning Sizes large-files One file.",
        "‖ paused Sizes",
        "∅ missed Sizes large-files server_down, 3 slots",
        "! warning Events may be missing before this line: the events are no longer kept",
    ]
    assert err.splitlines() == [
        "conselho: The stream is lost: the server ended it. Trying until it is back.",
        "conselho: Enough.",
    ]


def test_a_tail_asks_for_no_more_than_is_wanted_and_shows_what_was_asked_for(
    capsys: Capture,
) -> None:
    frames = [
        event("councilor_started", "s-1", {"display_name": "Ana", "ts": 1}),
        event(
            "councilor_error", "s-2", {"display_name": "Ana", "status": "error", "error": "Hung."}
        ),
    ]
    gone = answer({"detail": "Enough."}, status=404)
    filters = "--agent ana --councilor bia --types councilor_started,councilor_error".split()
    with ScriptedServer(stream(*frames, ended=True), gone) as server:
        main(["tail", "--since", "s-0", *filters, "--min-severity", "info", "--url", server.url])
    assert server.requests[0].target.partition("?")[2] == (
        "councilor_id=ana&councilor_id=bia&types=councilor_started%2Ccouncilor_error"
        "&min_severity=info&last_event_id=s-0"
    )
    assert [re.sub(" +", " ", line[10:]) for line in capsys.readouterr().out.splitlines()] == [
        "▶ running Ana",
        "✗ error Ana Hung.",
    ]


def test_a_tail_as_json_is_every_event_on_a_line_of_its_own(capsys: Capture) -> None:
    frames = [
        event("councilor_started", "s-1", {"event_id": "s-1", "councilor_id": "a"}),
        event("heartbeat", None, {"timestamp": 1}),
        event("councilor_execution", "s-2", {"event_id": "s-2", "summary": "a\nb"}),
    ]
    gone = answer({"detail": "Enough."}, status=404)
    with ScriptedServer(stream(*frames, ended=True), gone) as server:
        assert main(["tail", "--json", "--since", "s-0", "--url", server.url]) == 4
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"type": "councilor_started", "event_id": "s-1", "councilor_id": "a"},
        {"type": "councilor_execution", "event_id": "s-2", "summary": "a\nb"},
    ]


@pytest.mark.parametrize("moment", [None, "now", 1e300, -1e300, float("inf")])
def test_a_tail_prints_events_whose_time_makes_no_sense(moment: object, capsys: Capture) -> None:
    odd = event("councilor_updated", "s-1", {"change": "edited", "ts": moment})
    gone = answer({"detail": "Enough."}, status=404)
    with ScriptedServer(stream(odd, ended=True), gone) as server:
        main(["tail", "--since", "s-0", "--url", server.url])
    assert "edited" in capsys.readouterr().out


def test_a_log_is_printed_without_its_control_sequences(capsys: Capture) -> None:
    log = chunked(b"one\r\n\x1b[31mtw", b"o\x1b[0m\x08\n", content_type="text/plain", ended=True)
    with ScriptedServer(answer({"task_id": "t1"}), log) as server:
        assert main(["logs", "t1", "--url", server.url]) == 0
    assert capsys.readouterr().out == "one\ntwo\\x08\n"


def test_a_log_as_json_is_the_text_as_it_is(capsys: Capture) -> None:
    log = chunked("one\n\x1b[31mação\u202e".encode(), content_type="text/plain", ended=True)
    with ScriptedServer(answer({"task_id": "t1"}), log) as server:
        assert main(["logs", "t1", "--json", "--url", server.url]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"task_id": "t1", "line": "one"},
        {"task_id": "t1", "line": "\x1b[31mação\u202e"},
    ]


def test_the_log_of_a_councilor_is_that_of_its_newest_execution(capsys: Capture) -> None:
    unknown = answer({"detail": "There is no task 'sizes'."}, status=404)
    slots = {
        "tasks": [{"task_id": "t3", "status": "skipped"}, {"task_id": "t2", "status": "error"}]
    }
    log = chunked(b"two\n", content_type="text/plain", ended=True)
    with ScriptedServer(unknown, answer(slots), log) as server:
        assert main(["logs", "-f", "sizes", "--url", server.url]) == 0
    assert capsys.readouterr().out == "two\n"
    assert server.requests[2].target == "/api/tasks/t2/log?follow=1"


def test_the_log_of_something_unknown_is_an_error(capsys: Capture) -> None:
    unknown = answer({"detail": "There is no task 'x'."}, status=404)
    with ScriptedServer(unknown, answer({"tasks": []})) as server:
        assert main(["logs", "x", "--url", server.url]) == 4
    assert capsys.readouterr().err.startswith("conselho: There is no execution")


# -- the output's end ------------------------------------------------------------------------------


def run_cli(arguments: list[str], **options: object) -> subprocess.Popen[bytes]:
    program = "import sys; from conselho.cli.main import main; sys.exit(main(sys.argv[1:]))"
    settings = {"stderr": subprocess.PIPE} | options
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-c", program, *arguments], **settings
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_ends_a_command_quietly(unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environ = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with run_cli(["version"], stdout=writing, env=environ) as child:
        os.close(writing)
        _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_a_full_disk_is_an_error_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full, run_cli(["version"], stdout=full) as child:
        _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (1, b"conselho: No space left on device.\n")


def test_an_error_that_can_be_told_to_nobody_is_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with run_cli(["list", "--url", "none"], stdout=subprocess.DEVNULL, stderr=writing) as child:
        os.close(writing)
        child.wait(30)
    assert child.returncode == 141


# -- check -----------------------------------------------------------------------------------------

SOUND = """---
agent_id: sizes
name: Sizes
title: Guardian of size
command: [echo, hello]
schedule: 30m
task: large-files
---
Look for files that are too long.
"""


def write_council(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_a_check_without_anything_to_find_is_sound(capsys: Capture) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "✓ success  0 errors, 0 warnings\n"


def test_a_check_reads_the_council_beside_it(tmp_path: Path, capsys: Capture) -> None:
    write_council(tmp_path / "council", sizes=SOUND)
    assert main(["check"]) == 0
    out = capsys.readouterr().out
    assert out == f"✓ success  0 errors, 0 warnings, 1 sound council file in {tmp_path}/council\n"


def test_a_check_tells_all_errors_and_warnings_with_the_nearest_known_name(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSELHO_DATA_DRI", "x")
    (tmp_path / "conselho.toml").write_text("prot = 1\nport = 'many'\n", encoding="utf-8")
    bad = SOUND.replace("id: sizes", "id: bad").replace("title:", "tilte:").replace("30m", "soon")
    write_council(tmp_path / "council", bad=bad, sizes=SOUND)
    assert main(["check", "council"]) == 2
    out = capsys.readouterr().out
    assert "! warning  CONSELHO_DATA_DRI: " in out
    assert "'CONSELHO_DATA_DIR'" in out
    assert "! warning  conselho.toml: prot: " in out
    assert "Did you mean 'port'?" in out
    assert "✗ error  conselho.toml: port: " in out
    assert "council/bad.md:4: " in out
    assert "'title'" in out
    assert "council/bad.md:6: schedule" in out
    assert "1 sound council file" in out


def test_a_check_knows_the_calendars_in_the_folder(tmp_path: Path, capsys: Capture) -> None:
    rule = "schedule: {{value: 30m, excluded_calendars: [{}]}}"
    council = write_council(
        tmp_path / "seats",
        sizes=SOUND.replace("schedule: 30m", rule.format("feriados")),
        typo=SOUND.replace("id: sizes", "id: typo").replace(
            "schedule: 30m", rule.format("feriado")
        ),
    )
    (council / "calendars").mkdir()
    (council / "calendars" / "feriados.txt").write_text("12-25 Natal", encoding="utf-8")
    (council / "calendars" / "broken.txt").write_text("12-32", encoding="utf-8")

    assert main(["check", "seats", "--json"]) == 2

    problems = json.loads(capsys.readouterr().out)["problems"]
    told = [(one["level"], one["message"]) for one in problems]
    assert len(told) == 2
    assert (
        told[0][0],
        told[0][1].partition("; ")[0],
    ) == ("error", "schedule.excluded_calendars.0: there is no calendar 'feriado'")
    assert told[1][0] == "warning"
    assert told[1][1].startswith("The calendar broken.txt cannot be read and excludes nothing")


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (
            "{value: 0 12 * * *, active_hours: '22:00-06:00'}",
            "all are on excluded dates or outside",
        ),
        ("{value: 2020-01-01T00:00}", "2020-01-01T00:00 has passed: it does not run."),
        ("{value: 30m, ends_at: 2020-01-01}", "The schedule has ended: ends_at has passed."),
    ],
)
def test_a_check_tells_of_a_schedule_that_never_runs(
    schedule: str, said: str, tmp_path: Path, capsys: Capture
) -> None:
    council = SOUND.replace("schedule: 30m", f"schedule: {schedule}")
    write_council(tmp_path / "council", sizes=council)

    assert main(["check", "council", "--json"]) == 0

    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["level"], problem["where"]) == ("warning", "council/sizes.md")
    assert said in problem["message"]


def test_a_check_as_json(tmp_path: Path, capsys: Capture) -> None:
    write_council(tmp_path / "council", bad="no front matter")
    assert main(["check", "council", "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    assert document["council_files"] == 0
    assert [problem["level"] for problem in document["problems"]] == ["error"]
    assert document["problems"][0]["where"] == "council/bad.md:1"


def test_a_check_of_the_folder_one_stands_in_names_its_files(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_council(tmp_path / "seats", bad="no front matter"))
    assert main(["check", "."]) == 2
    assert "✗ error  seats/bad.md:1: " in capsys.readouterr().out


def test_a_data_directory_named_before_the_command_counts_for_check(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "taken").touch()
    assert main(["--data-dir", "elsewhere", "check"]) == 0
    assert main(["--data-dir", "taken", "check"]) == 2
    assert "taken" in "".join(capsys.readouterr())


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    write_council(tmp_path / "council", sizes=SOUND)
    main(["check"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["council"]
