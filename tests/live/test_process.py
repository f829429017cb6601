"""Real children: followed to their end, and ended together with all that they started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import shlex
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvloop

from conselho.errors import RunError
from conselho.models.task import ErrorKind
from conselho.provider import Invocation
from conselho.services import process, process_table
from conselho.services.descendants import Family
from conselho.services.marks import MARK
from conselho.services.process import (
    Cause,
    Child,
    Ended,
    Limits,
    become_subreaper,
    reap_survivors,
    start,
)
from conselho.services.process_table import Process, ProcTable, PsTable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

T = TypeVar("T")
ENV = {"PATH": "/bin:/usr/bin"}
HOME = f"home-of-the-tests-{os.getpid()}"
DEADLINE_SECONDS = 30.0

# A tool that leaves its family the old way: two forks and a session of its own. "ready" is printed
# once it is on its own; `keep` decides whether it still carries the run's environment.
DAEMON = """
import os, signal, sys
pid_file, keep, term = sys.argv[1:4]
if os.fork():
    os.wait()
    sys.exit(0)
os.setsid()
if os.fork():
    os._exit(0)
if term == "ignores":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
for fd in (0, 1, 2):
    os.close(fd)
with open(pid_file + ".new", "w") as file:
    file.write(str(os.getpid()))
os.rename(pid_file + ".new", pid_file)
env = dict(os.environ) if keep == "marked" else {"PATH": os.environ["PATH"]}
os.execvpe("sleep", ["sleep", "1000"], env)  # an ignored signal stays ignored
"""


@dataclass
class Runs:
    """Starts children in a folder, on one kind of event loop."""

    folder: Path
    loops: asyncio.Runner
    marks: Iterator[int] = field(default_factory=count)

    def run(self, scenario: Coroutine[Any, Any, T]) -> T:
        async def bounded() -> T:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await scenario

        return self.loops.run(bounded())

    async def start(
        self,
        *argv: str,
        stdin: bytes = b"",
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        log: Path | None = None,
        **limits: Any,
    ) -> Child:
        mark = f"task-{os.getpid()}-{id(self)}-{next(self.marks)}"
        return await start(
            Invocation(argv=argv, cwd=cwd or self.folder, env=env or ENV, stdin=stdin),
            Limits(**{"timeout_seconds": DEADLINE_SECONDS, "grace_seconds": 0.3, **limits}),
            log=log or self.folder / f"{mark}.log",
            mark=mark,
            home=HOME,
        )

    def follow(self, *argv: str, **how: Any) -> Ended:
        async def scenario() -> Ended:
            return await (await self.start(*argv, **how)).follow()

        return self.run(scenario())

    def sh(self, script: str, **how: Any) -> Ended:
        return self.follow("/bin/sh", "-c", script, **how)

    def python(self, script: str, *arguments: str, **how: Any) -> Ended:
        return self.follow(*python(script, *arguments), **how)

    def daemon(self, name: str, keep: str = "marked", term: str = "obeys") -> str:
        """A shell command that starts a daemon, which writes its pid to the file `name`."""
        command = python(DAEMON, str(self.folder / name), keep, term)
        wait = f"while [ ! -e {self.folder / name} ]; do sleep 0.01; done"
        return f"{shlex.join(command)}; {wait}"

    def pid(self, name: str) -> int:
        return int((self.folder / name).read_text() or 0)


@pytest.fixture(scope="module", autouse=True)
def _nothing_outlives_a_failed_test() -> Iterator[None]:
    yield
    reap_survivors(HOME)


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def runs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runs]:
    with asyncio.Runner(loop_factory=request.param) as loops:
        yield Runs(tmp_path, loops)


def python(script: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-E", "-c", script, *arguments)


def exists(pid: int) -> bool:
    """Whether a process, be it a zombie, has this pid."""
    return Path(f"/proc/{pid}").exists()


def open_files() -> list[str]:
    found = []
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the one of the listing
            found.append(os.readlink(f"/proc/self/fd/{fd}"))
    return found


@contextlib.contextmanager
def every_file_descriptor_taken() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/dev/fd"))) + 8, hard))
    taken = []
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.open("/dev/null", os.O_RDONLY))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for fd in taken:
            os.close(fd)


async def until(true: Callable[[], object]) -> None:
    while not true():  # noqa: ASYNC110 - another process makes it true; the runner has a deadline
        await asyncio.sleep(0.005)


async def printed(child: Child, runs: Runs, text: str) -> None:
    await until(lambda: any(text in log.read_text() for log in runs.folder.glob("*.log")))


# How it ends


def test_a_child_that_does_nothing_ends_with_nothing(runs: Runs) -> None:
    assert runs.follow("/bin/true") == Ended(
        exit_code=0, signal=None, cause=Cause.EXIT, stdout="", stderr="", leftovers=0
    )


@pytest.mark.parametrize(
    ("script", "exit_code", "signum"),
    [
        ("exit 3", 3, None),
        ("exit 137", 137, None),
        ("kill -KILL $$", 137, signal.SIGKILL),
        ("kill -SEGV $$", 139, signal.SIGSEGV),
    ],
)
def test_exit_codes_and_signals_are_told_apart(
    runs: Runs, script: str, exit_code: int, signum: int | None
) -> None:
    ended = runs.sh(script)
    assert (ended.exit_code, ended.signal, ended.cause) == (exit_code, signum, Cause.EXIT)


def test_time_out_ends_a_child(runs: Runs) -> None:
    ended = runs.follow("sleep", "1000", timeout_seconds=0.05)
    assert (ended.cause, ended.exit_code, ended.signal) == (Cause.TIMEOUT, 143, signal.SIGTERM)


def test_a_child_that_falls_silent_is_ended(runs: Runs) -> None:
    ended = runs.sh("echo working; exec sleep 1000", silence_timeout_seconds=0.2)
    assert (ended.cause, ended.stdout) == (Cause.SILENT, "working\n")


def test_a_child_that_says_nothing_at_all_is_silent(runs: Runs) -> None:
    assert runs.follow("sleep", "1000", silence_timeout_seconds=0.1).cause is Cause.SILENT


def test_speech_on_stderr_is_no_silence(runs: Runs) -> None:
    script = "for i in 1 2 3 4 5 6 7 8; do echo $i >&2; sleep 0.1; done"
    assert runs.sh(script, silence_timeout_seconds=0.7).cause is Cause.EXIT


def test_a_loop_held_up_blames_no_child_that_talked_or_ended_meanwhile(runs: Runs) -> None:
    async def scenario() -> list[Ended]:
        talks = await runs.start(
            *python(
                "import os, time\n"
                "while not os.path.exists('enough'):\n"
                "    print('on', flush=True); time.sleep(0.01)"
            ),
            silence_timeout_seconds=0.6,
        )
        ends = await runs.start("sleep", "0.1", timeout_seconds=0.6)
        await printed(talks, runs, "on")
        time.sleep(0.8)  # noqa: ASYNC251 - holding the loop up is the case
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        (runs.folder / "enough").touch()
        return [await talks.follow(), await ends.follow()]

    talked, ended = runs.run(scenario())
    assert (talked.cause, talked.exit_code) == (Cause.EXIT, 0)
    assert (ended.cause, ended.exit_code) == (Cause.EXIT, 0)


def test_stop_lets_a_child_end_in_its_own_way(runs: Runs) -> None:
    async def scenario() -> Ended:
        child = await runs.start(
            "/bin/sh",
            "-c",
            "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done",
            grace_seconds=DEADLINE_SECONDS,
        )
        await printed(child, runs, "ready")
        child.stop()
        child.stop()
        return await child.follow()

    ended = runs.run(scenario())
    # Some agents answer TERM with success: the cause is what counts.
    assert (ended.cause, ended.exit_code, ended.stdout) == (Cause.STOPPED, 0, "ready\nbye\n")


def test_a_child_that_ignores_term_is_killed_with_its_children(runs: Runs) -> None:
    script = "trap '' TERM; sleep 1000 & echo $! > tool; echo ready; while :; do sleep 1000; done"

    async def scenario() -> Ended:
        child = await runs.start("/bin/sh", "-c", script)
        await printed(child, runs, "ready")
        child.stop()
        return await child.follow()

    ended = runs.run(scenario())
    assert (ended.cause, ended.exit_code, ended.signal) == (Cause.STOPPED, 137, signal.SIGKILL)
    assert not exists(runs.pid("tool"))


def test_term_reaches_every_descendant_at_once(runs: Runs) -> None:
    async def scenario() -> Ended:
        tool = python(
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_DFL);"
            "print('ready', flush=True); time.sleep(1000)"
        )
        child = await runs.start(
            "/bin/sh", "-c", f"trap '' TERM; setsid -w {shlex.join(tool)}; echo tool is gone",
            grace_seconds=2 * DEADLINE_SECONDS,
        )  # fmt: skip
        await printed(child, runs, "ready")
        child.stop()
        return await child.follow()

    assert runs.run(scenario()).stdout == "ready\ntool is gone\n"


def test_a_stop_in_the_middle_of_a_flood_keeps_what_was_printed(runs: Runs) -> None:
    async def scenario() -> Ended:
        child = await runs.start("yes", "word")
        await printed(child, runs, "word")
        child.stop()
        return await child.follow()

    ended = runs.run(scenario())
    assert ended.cause is Cause.STOPPED
    assert ended.stdout.startswith("word\nword\n")


def test_a_stop_after_the_end_changes_nothing(runs: Runs) -> None:
    async def scenario() -> tuple[Ended, bool]:
        child = await runs.start("/bin/sh", "-c", "exit 4")
        ended = await child.follow()
        child.stop()
        return ended, exists(child.pid)

    ended, still_there = runs.run(scenario())
    assert (ended.cause, ended.exit_code, still_there) == (Cause.EXIT, 4, False)


def test_cancelling_the_wait_kills_everything_at_once(runs: Runs) -> None:
    async def scenario() -> int:
        child = await runs.start(
            "/bin/sh",
            "-c",
            f"trap '' TERM; {runs.daemon('tool', term='ignores')}; echo ready; yes > /dev/null",
            grace_seconds=DEADLINE_SECONDS,
        )
        await printed(child, runs, "ready")
        following = asyncio.create_task(child.follow())
        await asyncio.sleep(0)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        return child.pid

    assert not exists(runs.run(scenario()))
    assert not exists(runs.pid("tool"))


def test_a_look_that_fails_is_no_look_at_nothing(runs: Runs) -> None:
    async def scenario() -> int:
        child = await runs.start("/bin/sh", "-c", "trap '' TERM; sleep 1000 & echo $! > tool")
        await until(lambda: not any("pidfd" in name for name in open_files()))  # it has ended
        with every_file_descriptor_taken(), pytest.raises(OSError, match="Too many open files"):
            await child.follow()
        return child.pid

    assert not exists(runs.run(scenario()))
    assert not exists(runs.pid("tool"))


# What it is given


def test_the_environment_is_exactly_what_was_given_and_the_two_marks(runs: Runs) -> None:
    env = {"PATH": "/bin:/usr/bin", "NAME": "José\n=x", "EMPTY": ""}
    ended = runs.follow(
        sys.executable, "-S", "-E", "-c", "import os, json; print(json.dumps(dict(os.environ)))",
        env={**env, "LC_CTYPE": "C.UTF-8"},
    )  # fmt: skip
    seen = json.loads(ended.stdout)
    assert seen.pop("CONSELHO_TASK_ID").startswith("task-")
    assert seen.pop("CONSELHO_HOME") == HOME
    assert seen == {**env, "LC_CTYPE": "C.UTF-8"}


def test_the_child_leads_a_session_in_the_given_folder_with_no_stray_files(runs: Runs) -> None:
    ended = runs.python(
        "import os; print(os.getsid(0) == os.getpid(), os.getcwd(), sorted(os.listdir('/dev/fd')))"
    )
    # The fourth is the listing itself.
    assert ended.stdout == f"True {runs.folder} ['0', '1', '2', '3']\n"


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_000])
def test_a_prompt_of_any_size_arrives_whole_and_ends(runs: Runs, size: int) -> None:
    prompt = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    ended = runs.follow("cat", stdin=prompt)
    assert (ended.exit_code, ended.stdout.encode()) == (0, prompt)


@pytest.mark.parametrize("script", ["exit 0", "exec <&-; echo on; exit 0", "head -c 1; exit 0"])
def test_a_child_may_leave_its_prompt_unread(runs: Runs, script: str) -> None:
    ended = runs.sh(script, stdin=b"x" * 1_000_000)
    assert (ended.cause, ended.exit_code) == (Cause.EXIT, 0)


# What it prints


def test_both_streams_are_kept_apart_and_logged_together(runs: Runs) -> None:
    log = runs.folder / "logs" / "task.log"
    ended = runs.sh("echo out; echo err >&2; exit 1", log=log)
    assert (ended.stdout, ended.stderr) == ("out\n", "err\n")
    assert sorted(log.read_text().splitlines()) == ["err", "out"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_the_log_can_be_read_while_the_child_runs(runs: Runs) -> None:
    async def scenario() -> Ended:
        child = await runs.start("/bin/sh", "-c", "echo early; exec sleep 1000")
        await printed(child, runs, "early")
        child.stop()
        return await child.follow()

    assert runs.run(scenario()).cause is Cause.STOPPED


def test_a_line_of_two_megabytes_and_odd_characters_come_through(runs: Runs) -> None:
    ended = runs.python(
        "import sys\n"
        "out = sys.stdout.buffer\n"
        r"out.write(b'x' * 2_000_000 + b'\xe2\x80\xa8 \x00 \xff end\n')",
        result_bytes=3_000_000,
    )
    assert ended.stdout == "x" * 2_000_000 + "\u2028 \x00 \ufffd end\n"


def test_a_flood_is_cut_in_flat_memory_and_others_get_their_turn(runs: Runs) -> None:
    async def scenario() -> tuple[Ended, int]:
        child = await runs.start(
            "/bin/sh",
            "-c",
            "echo first; head -c 200000000 /dev/zero | tr '\\0' x; echo; echo last",
            result_bytes=10_000,
            log_bytes=50_000,
        )
        turns = 0
        following = asyncio.create_task(child.follow())
        while not following.done():
            turns += 1
            await asyncio.sleep(0)
        return following.result(), turns

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ended, turns = runs.run(scenario())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32_000
    assert turns > 1_000
    assert ended.stdout.startswith("first\nxxx")
    assert ended.stdout.endswith("xxx\nlast\n")
    assert "of 200,000,012 bytes were cut here]" in ended.stdout
    assert len(ended.stdout.encode()) <= 10_000
    (log,) = (path.read_text() for path in runs.folder.glob("*.log"))
    assert "[conselho: log cut at 50,000 bytes]" in log
    assert log.endswith("[conselho: 199,950,012 further bytes were not logged]\n")
    assert len(log) < 51_000


def test_of_a_flood_on_stderr_the_end_is_kept(runs: Runs) -> None:
    ended = runs.sh("{ head -c 1000000 /dev/zero | tr '\\0' x; echo last; } >&2")
    assert ended.stderr.endswith("xxxlast\n")
    assert len(ended.stderr) <= 65_536


def test_what_waits_in_an_enlarged_pipe_at_the_end_is_kept(runs: Runs) -> None:
    script = (
        "import fcntl, os; fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 1 << 20); os.write(1, b'x' * 1000000)"
    )

    async def scenario() -> Ended:
        child = await runs.start(*python(script))
        # The loop is held up until it has ended, so that all of it still waits.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # noqa: ASYNC222
        return await child.follow()

    assert len(runs.run(scenario()).stdout) == 1_000_000


def test_output_closed_early_does_not_end_the_run(runs: Runs) -> None:
    ended = runs.sh("echo said; exec >&- 2>&-; sleep 0.1; exit 5")
    assert (ended.exit_code, ended.stdout) == (5, "said\n")


# What cannot start


def executable(path: Path, text: str, mode: int = 0o755) -> str:
    path.write_text(text)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("no-such-tool", "'no-such-tool' was not found in PATH (/bin:/usr/bin). Install it"),
        ("./no-such-file", "./no-such-file does not exist"),
        ("./plain", "'./plain' may not be executed. Try: chmod +x ./plain"),
        ("./no-shebang", "Begin the script with a line such as #!/bin/sh"),
        ("./lost-interpreter", "not the interpreter that its first line names"),
        ("nul\0", "embedded null byte"),
    ],
)
def test_a_command_that_cannot_start_says_why_and_what_to_do(
    runs: Runs, command: str, sentence: str
) -> None:
    executable(runs.folder / "plain", "#!/bin/sh\n", 0o644)
    executable(runs.folder / "no-shebang", "\1echo\n")
    executable(runs.folder / "lost-interpreter", "#!/no/such/interpreter\n")
    files = os.listdir("/dev/fd")
    with pytest.raises(RunError) as caught:
        runs.follow(command)
    assert caught.value.kind == ErrorKind.SPAWN
    assert sentence in str(caught.value)
    assert len(os.listdir("/dev/fd")) == len(files)


def test_a_missing_working_directory_is_named(runs: Runs) -> None:
    with pytest.raises(RunError, match=r"working directory .*/gone does not exist") as caught:
        runs.follow("/bin/true", cwd=runs.folder / "gone")
    assert caught.value.kind == ErrorKind.SPAWN


def test_arguments_longer_than_the_system_allows_are_explained(runs: Runs) -> None:
    with pytest.raises(RunError, match="Send long text on stdin") as caught:
        runs.follow("/bin/echo", "x" * 200_000)
    assert caught.value.kind == ErrorKind.SPAWN


def test_no_file_descriptor_left_is_explained(runs: Runs) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def scenario() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) + 1, hard))
        try:
            await runs.start("/bin/true")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with pytest.raises(RunError, match="Too many files are open") as caught:
        runs.run(scenario())
    assert caught.value.kind == ErrorKind.SPAWN


def test_a_log_that_is_a_link_is_not_followed(runs: Runs) -> None:
    (runs.folder / "log").symlink_to(runs.folder / "target")
    with pytest.raises(RunError, match="a link is not followed"):
        runs.follow("/bin/true", log=runs.folder / "log")
    assert not (runs.folder / "target").exists()


# What it leaves behind


def test_a_tool_that_holds_the_pipes_open_is_ended_and_counted(runs: Runs) -> None:
    ended = runs.sh("sleep 1000 & echo $! > tool; echo done")
    assert (ended.cause, ended.exit_code, ended.leftovers) == (Cause.EXIT, 0, 1)
    assert ended.stdout == "done\n"
    assert not exists(runs.pid("tool"))


def test_what_a_leftover_prints_before_its_end_is_kept(runs: Runs) -> None:
    ended = runs.sh(
        "(trap 'echo tool says bye; exit' TERM; touch up; while :; do sleep 0.02; done) &"
        " while [ ! -e up ]; do sleep 0.01; done",
        grace_seconds=DEADLINE_SECONDS,
    )
    assert ended.stdout == "tool says bye\n"


@pytest.mark.parametrize("term", ["obeys", "ignores"])
@pytest.mark.parametrize("keep", ["marked", "bare"])
def test_a_daemon_that_left_session_and_parent_is_ended(runs: Runs, keep: str, term: str) -> None:
    ended = runs.sh(runs.daemon("tool", keep, term))
    assert (ended.cause, ended.exit_code) == (Cause.EXIT, 0)
    assert ended.leftovers >= 1
    assert not exists(runs.pid("tool"))


def test_a_daemon_is_ended_at_the_time_out_too(runs: Runs) -> None:
    ended = runs.sh(f"{runs.daemon('tool')}; exec sleep 1000", timeout_seconds=1)
    assert ended.cause is Cause.TIMEOUT
    assert not exists(runs.pid("tool"))


def test_a_tool_whose_first_thread_is_gone_is_ended(runs: Runs) -> None:
    tool = (
        "import ctypes, os, threading, time\n"
        "threading.Thread(target=time.sleep, args=(1000,)).start()\n"
        "open('tool', 'w').write(str(os.getpid()))\n"
        "ctypes.CDLL(None).pthread_exit(None)\n"
    )
    looks_dead = "until grep -q 'State:.Z' /proc/$!/status; do sleep 0.01; done"
    ended = runs.sh(f"setsid -f {shlex.join(python(tool))}; until [ -s tool ]; do sleep 0.01; done;"
                    f" {looks_dead.replace('$!', '$(cat tool)')}")  # fmt: skip
    assert (ended.exit_code, ended.leftovers) == (0, 1)
    assert not exists(runs.pid("tool"))


def test_a_storm_of_processes_that_ignore_term_is_ended(runs: Runs) -> None:
    storm = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.close(0)
generations = int(sys.argv[1])
while generations:                      # each forks, and its child goes its own way
    generations -= 1
    if os.fork() == 0:
        if generations % 2:
            os.setsid()
        open(f"pids/{os.getpid()}", "w").close()
        break
while True:
    signal.pause()
"""
    (runs.folder / "pids").mkdir()

    async def scenario() -> Ended:
        child = await runs.start(*python(storm, "50"))
        await until(lambda: len(os.listdir(runs.folder / "pids")) == 50)
        os.kill(child.pid, signal.SIGKILL)  # all fifty are orphans now
        return await child.follow()

    ended = runs.run(scenario())
    assert ended.leftovers == 50
    assert [pid for pid in os.listdir(runs.folder / "pids") if exists(int(pid))] == []


def test_processes_born_while_the_family_is_ended_are_ended_too(runs: Runs) -> None:
    # Each one forks its successor as soon as it is asked to end, fifty times.
    heir = """
import os, signal, sys
left = 50
def fork(*_):
    global left
    left -= 1
    if left > 0 and os.fork() == 0:
        os.setsid()
        open(f"pids/{os.getpid()}", "w").close()
    elif left > 0:
        os._exit(0)
signal.signal(signal.SIGTERM, fork)
print("ready", flush=True)
while True:
    signal.pause()
"""
    (runs.folder / "pids").mkdir()

    async def scenario() -> Ended:
        child = await runs.start(*python(heir))
        await printed(child, runs, "ready")
        child.stop()
        return await child.follow()

    assert runs.run(scenario()).cause is Cause.STOPPED
    assert os.listdir(runs.folder / "pids")
    left = [int(pid) for pid in os.listdir(runs.folder / "pids") if exists(int(pid))]
    assert [ProcTable().read(pid) for pid in left] == []


def test_a_stranger_that_holds_the_pipe_does_not_hold_up_the_end(runs: Runs) -> None:
    async def scenario() -> Ended:
        child = await runs.start("sleep", "1000")
        stranger = os.open(f"/proc/{child.pid}/fd/1", os.O_WRONLY)
        os.write(stranger, b"from outside\n")
        child.stop()
        try:
            return await child.follow()
        finally:
            os.close(stranger)

    assert runs.run(scenario()).stdout == "from outside\n"


def test_orphans_that_end_during_a_run_do_not_stay_as_zombies(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_REAP_SECONDS", 0.02)

    async def scenario() -> Ended:
        child = await runs.start("/bin/sh", "-c", f"{runs.daemon('tool')}; exec sleep 1000")
        await until((runs.folder / "tool").exists)
        os.kill(runs.pid("tool"), signal.SIGKILL)
        await until(lambda: not exists(runs.pid("tool")))
        child.stop()
        return await child.follow()

    assert runs.run(scenario()).cause is Cause.STOPPED


# Beside each other


def test_twenty_children_at_once_keep_to_themselves(runs: Runs) -> None:
    async def scenario() -> list[Ended]:
        children = [
            await runs.start("/bin/sh", "-c", f"cat; sleep 1000 & exit {n}", stdin=b"%d" % n)
            for n in range(20)
        ]
        return await asyncio.gather(*(child.follow() for child in children))

    every = runs.run(scenario())
    assert [(one.exit_code, one.stdout, one.leftovers) for one in every] == [
        (number, str(number), 1) for number in range(20)
    ]


@pytest.mark.parametrize("keep", ["marked", "bare"])
def test_the_end_of_one_run_leaves_the_daemon_of_another_alone(runs: Runs, keep: str) -> None:
    async def scenario() -> None:
        owner = await runs.start("/bin/sh", "-c", f"{runs.daemon('tool', keep)}; exec sleep 1000")
        await until((runs.folder / "tool").exists)
        for _ in range(3):
            other = await runs.start("/bin/true")
            assert (await other.follow()).leftovers == 0
        assert exists(runs.pid("tool"))
        owner.stop()
        await owner.follow()
        assert not exists(runs.pid("tool"))

    runs.run(scenario())


def test_a_run_ends_its_own_orphans_while_an_older_run_goes_on(runs: Runs) -> None:
    bare = "env -i sh -c 'sleep 1000 & echo $! > bare'"  # in the session, without the mark

    async def scenario() -> None:
        older = await runs.start("sleep", "1000")
        younger = await runs.start("/bin/sh", "-c", f"{bare}; {runs.daemon('marked')}")
        await younger.follow()
        assert [exists(runs.pid("bare")), exists(runs.pid("marked"))] == [False, False]
        older.stop()
        await older.follow()

    runs.run(scenario())


@pytest.mark.parametrize("ends_first", ["the older", "the younger"])
def test_a_daemon_without_origin_goes_with_the_last_run_that_may_have_started_it(
    runs: Runs, ends_first: str
) -> None:
    async def scenario() -> None:
        older = await runs.start("sleep", "1000")
        younger = await runs.start("/bin/sh", "-c", f"{runs.daemon('tool', 'bare')}; sleep 1000")
        await until((runs.folder / "tool").exists)
        environment = Path(f"/proc/{runs.pid('tool')}/environ")
        await until(lambda: b"CONSELHO" not in environment.read_bytes())
        first, last = (older, younger) if ends_first == "the older" else (younger, older)
        first.stop()
        await first.follow()
        assert exists(runs.pid("tool"))
        last.stop()
        await last.follow()
        assert not exists(runs.pid("tool"))

    runs.run(scenario())


def test_other_children_of_this_program_are_neither_ended_nor_reaped(runs: Runs) -> None:
    other = subprocess.Popen(["sleep", "1000"])
    quick = subprocess.Popen(["/bin/sh", "-c", "exit 7"])
    try:
        assert runs.sh("sleep 1000 & exit 0").leftovers == 1
        assert other.poll() is None
        assert quick.wait(DEADLINE_SECONDS) == 7
    finally:
        other.kill()
        other.wait()


def test_asyncio_children_beside_ours_keep_their_status(runs: Runs) -> None:
    async def scenario() -> tuple[int, Ended]:
        ours = await runs.start("/bin/sh", "-c", "sleep 0.05; exit 3")
        theirs = await asyncio.create_subprocess_exec("/bin/sh", "-c", "sleep 0.05; exit 6")
        status, ended = await asyncio.gather(theirs.wait(), ours.follow())
        return status, ended

    status, ended = runs.run(scenario())
    assert (status, ended.exit_code) == (6, 3)


def test_three_hundred_mixed_runs_leave_nothing_open_and_nobody_alive(runs: Runs) -> None:
    scripts: list[tuple[str, dict[str, Any]]] = [
        ("exit 0", {}),
        ("cat", {"stdin": b"x" * 100_000}),
        ("exit 1", {"stdin": b"x" * 1_000_000}),
        ("sleep 1000 & echo late", {}),
        ("exec sleep 1000", {"timeout_seconds": 0.01}),
        ("setsid -f sleep 1000; yes | head -c 300000", {}),
    ]

    async def one(number: int) -> None:
        if number % 7 == 6:
            with pytest.raises(RunError):
                await runs.start("no-such-tool")
            return
        script, how = scripts[number % 7]
        child = await runs.start("/bin/sh", "-c", script, **how)
        await child.follow()

    async def scenario() -> tuple[list[str], list[str], list[str], list[str]]:
        await asyncio.gather(*(one(number) for number in range(7)))
        files, children = os.listdir("/proc/self/fd"), own_children()
        for batch in range(0, 300, 10):
            await asyncio.gather(*(one(number) for number in range(batch, batch + 10)))
        return files, os.listdir("/proc/self/fd"), children, own_children()

    files, files_after, children, children_after = runs.run(scenario())
    assert (len(files_after), children_after) == (len(files), children)
    assert Family._all == {}


def own_children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


# After kill -9 of the server

SERVER = """
import asyncio, sys
from pathlib import Path
from conselho.provider import Invocation
from conselho.services.process import Limits, start

async def main(home, folder):
    for number in range(3):
        invocation = Invocation(
            argv=("/bin/sh", "-c",
                  "trap '' TERM; setsid -f sleep 1000; env -i sleep 1000 &"
                  " while :; do sleep 1000; done"),
            cwd=Path(folder), env={"PATH": "/bin:/usr/bin"})
        child = await start(invocation, Limits(timeout_seconds=1000),
                            log=Path(folder) / f"{home}-{number}.log", mark=f"t{number}", home=home)
        print(child.pid, flush=True)
    await asyncio.sleep(1000)

asyncio.run(main(*sys.argv[1:]))
"""


def killed_server(home: str, folder: Path) -> list[int]:
    """The pids of children whose server was killed in the middle of their runs."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, home, str(folder)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert server.stdout is not None
    pids = [int(server.stdout.readline()) for _ in range(3)]
    server.kill()
    server.wait()
    server.stdout.close()
    return pids


def test_the_survivors_of_a_killed_server_are_ended_and_only_they(tmp_path: Path) -> None:
    home, other = f"home-{os.getpid()}", f"home-{os.getpid()}-other"
    ours = killed_server(home, tmp_path)
    theirs = killed_server(other, tmp_path)
    try:
        bystander = subprocess.Popen(["sleep", "1000"], env=ENV, start_new_session=True)
        assert reap_survivors(home, grace_seconds=0.1) >= len(ours)
        assert sessions_of(ours) == []
        assert set(sessions_of(theirs)) == set(theirs)
        assert bystander.poll() is None
        bystander.kill()
        bystander.wait()
    finally:
        reap_survivors(other, grace_seconds=0.1)
    assert sessions_of(theirs) == []
    assert reap_survivors(home) == 0


def test_a_process_of_another_home_in_the_session_of_a_survivor_is_spared() -> None:
    home = f"home-{os.getpid()}-session"
    survivor = subprocess.Popen(
        ["/bin/sh", "-c", f"CONSELHO_HOME={home}-nested sleep 1000 & echo $!; exec sleep 1000"],
        env={**ENV, "CONSELHO_HOME": home}, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert survivor.stdout is not None
    nested = int(survivor.stdout.readline())
    nested_file = Path(f"/proc/{nested}/environ")
    deadline = time.monotonic() + DEADLINE_SECONDS
    while b"-nested" not in nested_file.read_bytes():  # it has become sleep
        assert time.monotonic() < deadline
    try:
        assert reap_survivors(home) == 1
        assert survivor.wait(DEADLINE_SECONDS) == -signal.SIGTERM
        assert exists(nested)
    finally:
        os.kill(nested, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # an orphan: ours if we are a subreaper
            os.waitpid(nested, 0)
        survivor.stdout.close()


def test_a_server_that_runs_inside_such_a_run_spares_itself(
    tmp_path: Path,
) -> None:
    home = f"home-{os.getpid()}-inner"
    script = (
        "import sys; from conselho.services.process import reap_survivors\n"
        f"print('ended', reap_survivors({home!r}))"
    )
    answer = subprocess.run(
        ["/bin/sh", "-c", shlex.join([sys.executable, "-c", script]) + "; echo parent alive"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "CONSELHO_HOME": home},
        capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=True,
    )  # fmt: skip
    assert answer.stdout == "ended 0\nparent alive\n"


def sessions_of(pids: list[int]) -> list[int]:
    """The sessions led by `pids` that still have a living member."""
    found = set()
    for entry in os.listdir("/proc"):
        try:
            state, _, _, session = (
                Path(f"/proc/{entry}/stat").read_text().rsplit(") ")[1].split()[:4]
            )
        except (OSError, IndexError):
            continue
        if int(session) in pids and state not in "ZX":
            found.add(int(session))
    return sorted(found)


# On a system without pidfd, and with `ps` for a process table (macOS)


def test_without_pidfd_a_thread_waits(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    assert runs.sh("exit 3").exit_code == 3
    ended = runs.follow("sleep", "1000", timeout_seconds=0.05)
    assert (ended.cause, ended.exit_code) == (Cause.TIMEOUT, 143)
    assert runs.sh(runs.daemon("tool", term="ignores")).leftovers >= 1
    assert not exists(runs.pid("tool"))


def test_without_lists_of_children_the_whole_table_is_searched(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_table, "lists_children", lambda: False)
    assert runs.sh(f"{runs.daemon('tool', 'bare')}; sleep 1000 & exit 0").leftovers == 2
    assert not exists(runs.pid("tool"))


@pytest.mark.parametrize(
    ("state", "flags", "threads", "expected"),
    [
        ("S", 0x400000, 1, (True, False)),
        ("R", 0x400004, 1, (True, True)),  # on its way out: no environment any more
        ("Z", 0x400044, 1, (False, False)),
        ("Z", 0x400044, 3, (True, False)),  # its first thread has ended, others run on
    ],
)
def test_the_table_tells_what_is_just_ending(
    state: str, flags: int, threads: int, expected: tuple[bool, bool]
) -> None:
    # The fields of proc(5): the ninth is the flags, the twentieth the threads.
    fields = [state, "1", "7", "7", "0", "-1", str(flags), *"0" * 10, str(threads), "0", "99"]
    line = f"7 (a ) b) {' '.join(fields)} 0".encode()

    process = process_table._parse_stat(7, line)

    assert (process.alive, process.ending) == expected
    assert process.started == 99


class _Unlucky(ProcTable):
    """Looks at orphans at the worst moment, once: while they start another and end.

    "listed": between the listing and the reading. "ending": in the moment before the end, when a
    process has children, and no environment that says whose it is.
    """

    def __init__(self, moment: str) -> None:
        self.moment = moment
        self.looks = 0

    def adopted(self) -> list[int]:
        # Others are adopted, too: the servers that other tests started.
        adopted = super().adopted()
        orphans = [pid for pid in adopted if ProcTable.variable(self, pid, MARK) == "handed-over"]
        self.looks += bool(orphans)
        if self.looks == (1 if self.moment == "listed" else 2):
            for pid in orphans:
                os.kill(pid, signal.SIGUSR1)
                while (one := self.read(pid)) and one.alive:
                    time.sleep(0.001)
        return adopted

    def read(self, pid: int) -> Process | None:
        process = super().read(pid)
        ending = self.moment == "ending" and self.looks == 1
        return replace(process, ending=True) if process and ending else process

    def variable(self, pid: int, name: str) -> str | None:
        process = self.read(pid)
        return None if process and process.ending else super().variable(pid, name)


@pytest.mark.parametrize("moment", ["listed", "ending"])
def test_an_orphan_that_ends_while_it_is_looked_at_does_not_hide_the_one_it_started(
    runs: Runs, moment: str
) -> None:
    script = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
if os.fork():
    os._exit(0)
os.setsid()
print(os.getpid(), flush=True)
while True:
    signal.sigwait({signal.SIGUSR1})
    if heir := os.fork():
        with open("heir", "w") as file:
            file.write(str(heir))
        os._exit(0)
"""
    assert become_subreaper()
    with (
        subprocess.Popen(["sleep", "1000"], start_new_session=True) as other,
        subprocess.Popen(
            python(script),
            stdout=subprocess.PIPE,
            cwd=runs.folder,
            env={**ENV, MARK: "handed-over"},
            start_new_session=True,
        ) as child,
    ):
        families = Family(other.pid, "other"), Family(child.pid, "handed-over", _Unlucky(moment))
        assert child.stdout is not None
        orphan = int(child.stdout.readline())
        child.wait(DEADLINE_SECONDS)
        ended = runs.run(families[1].end(grace_seconds=5))
        other.kill()
        for family in families:
            family.forget()
    assert ended == 1
    assert not exists(orphan)
    assert not exists(runs.pid("heir"))


def test_with_ps_a_family_is_found_by_tree_and_group_and_remembered(runs: Runs) -> None:
    script = (
        "import subprocess, sys\n"
        "group = subprocess.Popen(['sleep', '1000'])\n"
        "session = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
        "print(group.pid, session.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    assert become_subreaper()  # so that this test can reap what `ps` cannot know to be its own
    pipe = subprocess.PIPE
    with subprocess.Popen(python(script), stdin=pipe, stdout=pipe, start_new_session=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        pids = {int(pid) for pid in child.stdout.readline().split()}
        family = Family(child.pid, "unused", PsTable())
        assert {one.pid for one in family.living()} == {child.pid, *pids}
        child.stdin.close()  # it ends, and both are orphans; one of them left the group
        child.wait(DEADLINE_SECONDS)
        assert runs.run(family.end(0.5)) == 2
        family.forget()
    statuses = {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids}
    assert statuses == {-signal.SIGTERM}


def test_with_ps_a_family_that_is_gone_needs_no_look_at_the_table() -> None:
    with subprocess.Popen(["/bin/true"], start_new_session=True) as child:
        family = Family(child.pid, "unused", PsTable())
        child.wait()
    assert family.living() == []
    family.forget()


def test_ps_reads_this_process_as_it_is() -> None:
    me = PsTable().read(os.getpid())
    assert me is not None
    assert (me.pid, me.parent, me.session) == (os.getpid(), os.getppid(), os.getpgid(0))
    assert me.alive
    assert me.started <= time.time()
