"""A provider from a spec: the child that it starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import RunError
from conselho.models.task import ErrorCause, ErrorKind
from conselho.provider import Invocation
from conselho.providers.declared import DeclaredProvider
from conselho.providers.ndjson import NdjsonReader
from conselho.providers.prices import PricedReader
from conselho.providers.shipped import SHIPPED
from conselho.providers.spec import Level, Parser, PermissionProfile, Price, PromptWay
from tests.support.factories import make_snapshot, make_task
from tests.unit.providers.programs import make_provider, program

PROFILES = {
    Level.READ_ONLY: PermissionProfile(arguments=("--look",)),
    Level.FULL: PermissionProfile(arguments=("--run",), environment={"MODE": "full"}),
}


def started(provider: DeclaredProvider, prompt: str = "Look.", **snapshot: Any) -> Invocation:
    snapshot = {"provider": provider.name, "argv": (), "cwd": "/srv/project"} | snapshot
    task = make_task(snapshot=make_snapshot(**snapshot))
    return provider.invocation(task, prompt=prompt, scratch=Path("/scratch/1"))


def refusal(provider: DeclaredProvider, **snapshot: Any) -> str:
    with pytest.raises(RunError) as caught:
        started(provider, **snapshot)
    assert caught.value.kind == ErrorKind.PREFLIGHT
    return str(caught.value)


@pytest.fixture(autouse=True)
def agent(tmp_path: Path) -> Path:
    return program(tmp_path / "bin")


def test_argv_is_the_program_then_all_arguments_in_their_order(tmp_path: Path, agent: Path) -> None:
    provider = make_provider(
        tmp_path,
        command=("agent", "run"),
        arguments=("--json",),
        model_arguments=("--model", "{model}"),
        budget_arguments=("--budget", "{max_cost_usd}"),
        permissions=PROFILES,
    )
    assert started(provider).argv == (str(agent), "run", "--json", "--look")
    whole = started(provider, model="m-1", max_cost_usd=0.00001, permissions="full").argv
    assert whole == (
        str(agent), "run", "--json", "--run", "--model", "m-1", "--budget", "0.00001",
    )  # fmt: skip


def test_the_prompt_goes_to_stdin_and_never_into_argv(tmp_path: Path) -> None:
    invocation = started(make_provider(tmp_path), prompt="Olá \ud800")
    assert invocation.stdin == "Olá ?".encode()
    assert not any("Ol" in text for text in invocation.argv)


def test_the_prompt_goes_to_a_file_where_the_program_wants_one(tmp_path: Path) -> None:
    provider = make_provider(
        tmp_path, prompt=PromptWay.FILE, arguments=("--message-file", "{prompt_file}")
    )
    invocation = started(provider, prompt="Look.")
    file = Path("/scratch/1/prompt.md")
    assert invocation.argv[1:] == ("--message-file", str(file))
    assert (invocation.files, invocation.stdin) == ({file: "Look."}, b"")


def test_placeholders_are_filled_in_arguments_variables_and_files(tmp_path: Path) -> None:
    provider = make_provider(
        tmp_path,
        arguments=("{cwd}|{scratch}|{home}", "{timeout_seconds}", "{timeout_ms}"),
        set={"REQUEST_MS": "{request_timeout_ms}"},
        files={"settings.json": '{"folder": "{cwd}"}'},
    )
    invocation = started(provider, timeout_seconds=90.5, cwd='/a "b"')
    home = tmp_path / "home"
    assert invocation.argv[1:] == (f'/a "b"|/scratch/1|{home}', "90.5", "90500")
    assert invocation.env["REQUEST_MS"] == "22625"
    assert invocation.files == {Path("/scratch/1/settings.json"): '{"folder": "/a \\"b\\""}'}
    assert invocation.cwd == Path('/a "b"')


@pytest.mark.parametrize(
    ("timeout", "request_ms"), [(6, "6000"), (15, "10000"), (600, "150000"), (36_000, "600000")]
)
def test_a_request_ends_before_the_run_does(
    tmp_path: Path, timeout: float, request_ms: str
) -> None:
    provider = make_provider(tmp_path, arguments=("{request_timeout_ms}",))
    assert started(provider, timeout_seconds=timeout).argv[1] == request_ms


class TestEnvironment:
    def test_the_child_gets_only_what_is_allowed(self, tmp_path: Path) -> None:
        provider = make_provider(
            tmp_path,
            environment=("AGENT_*", "ONE"),
            credentials=("AGENT_KEY", "OTHER_KEY"),
            environ={"AGENT_URL": "u", "ONE": "1", "ONE_MORE": "2", "OTHER_KEY": "k"},
        )
        env = started(provider).env
        assert (env["AGENT_URL"], env["ONE"], env["OTHER_KEY"]) == ("u", "1", "k")
        assert not {"SECRET", "ONE_MORE", "CONSELHO_ADMIN_TOKEN"} & env.keys()

    def test_no_pattern_lets_the_servers_own_variables_through(self, tmp_path: Path) -> None:
        provider = make_provider(tmp_path, environment=("CONSELHO_*", "C*"))
        assert "CONSELHO_ADMIN_TOKEN" not in started(provider).env

    def test_given_variables_and_those_of_the_level_are_set(self, tmp_path: Path) -> None:
        provider = make_provider(
            tmp_path,
            environment=("MODE",),
            environ={"MODE": "mine"},
            set={"MODE": "given", "OTHER": "x"},
            permissions=PROFILES,
        )
        assert started(provider).env["MODE"] == "given"
        env = started(provider, permissions="full").env
        assert (env["MODE"], env["OTHER"]) == ("full", "x")

    def test_a_variable_that_speaks_of_no_model_is_not_given(self, tmp_path: Path) -> None:
        provider = make_provider(tmp_path, set={"MODEL": "{model}", "COST": "{max_cost_usd}"})
        assert not {"MODEL", "COST"} & started(provider).env.keys()
        env = started(provider, model="m", max_cost_usd=2).env
        assert (env["MODEL"], env["COST"]) == ("m", "2")

    def test_path_holds_no_folder_that_depends_on_where_the_agent_works(
        self, tmp_path: Path
    ) -> None:
        path = f".::bin:{tmp_path / 'bin'}:node_modules/.bin"
        provider = make_provider(tmp_path, environ={"PATH": path})
        entries = started(provider).env["PATH"].split(":")
        assert str(tmp_path / "bin") in entries
        assert all(entry.startswith("/") for entry in entries)

    def test_a_pinned_variable_is_given_even_where_it_is_empty(self, tmp_path: Path) -> None:
        """Else a file of the folder that the agent works in could give it a value."""
        provider = make_provider(tmp_path, pinned=("A_URL", "B_URL"), environ={"B_URL": "mine"})
        env = started(provider).env
        assert (env["A_URL"], env["B_URL"]) == ("", "mine")

    def test_only_programs_that_are_no_agents_find_the_server(self, tmp_path: Path) -> None:
        agent = make_provider(tmp_path, url="http://127.0.0.1:1")
        script = make_provider(tmp_path, url="http://127.0.0.1:1", is_agent=False)
        assert "CONSELHO_URL" not in started(agent).env
        assert started(script).env["CONSELHO_URL"] == "http://127.0.0.1:1"


class TestRefusals:
    def test_a_program_that_is_missing_comes_with_the_way_to_get_it(self, tmp_path: Path) -> None:
        provider = make_provider(tmp_path, command=("absent",), install="Ask Ana for it.")
        sentence = "Agent CLI: there is no program 'absent' to run. Ask Ana for it."
        assert refusal(provider) == sentence

    def test_a_program_in_the_folder_of_the_agent_is_not_run(self, tmp_path: Path) -> None:
        program(tmp_path / "repository", "agent2")
        provider = make_provider(tmp_path, command=("./agent2",))
        assert "no program './agent2'" in refusal(provider, cwd=str(tmp_path / "repository"))

    def test_a_program_may_lie_at_home(self, tmp_path: Path) -> None:
        path = program(tmp_path / "home")
        provider = make_provider(tmp_path, command=("{home}/agent",))
        assert started(provider).argv == (str(path),)

    def test_a_level_that_the_provider_cannot_hold_is_refused(self, tmp_path: Path) -> None:
        provider = make_provider(tmp_path, permissions=PROFILES)
        words = "Agent CLI has no permission profile 'write'; it has: read-only, full."
        assert refusal(provider, permissions="write") == words

    def test_a_model_that_is_needed_and_missing_is_asked_for(self, tmp_path: Path) -> None:
        provider = make_provider(tmp_path, arguments=("-m", "{model}"))
        assert "needs a model" in refusal(provider)

    def test_a_model_cannot_smuggle_an_option_in(self, tmp_path: Path) -> None:
        provider = make_provider(tmp_path, model_arguments=("--model", "{model}"))
        assert "no model's name" in refusal(provider, model="--dangerously-skip-permissions")


class TestForbiddenFiles:
    """Files that the program would obey, and that the repository may have brought."""

    @pytest.mark.parametrize("place", ["", "..", "../.."])
    def test_it_does_not_run_where_one_lies_here_or_above(self, tmp_path: Path, place: str) -> None:
        folder = tmp_path / "repository" / "a" / "b"
        file = folder / place / ".agent" / ".env"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        folder.mkdir(parents=True, exist_ok=True)
        provider = make_provider(tmp_path, forbidden_files=(".agent/.env",))
        words = refusal(provider, cwd=str(folder))
        assert f"would obey {os.path.normpath(file)!r}" in words

    def test_a_link_to_somewhere_counts_too(self, tmp_path: Path) -> None:
        (tmp_path / ".env").symlink_to("/nowhere")
        provider = make_provider(tmp_path, forbidden_files=(".env",))
        assert "would obey" in refusal(provider, cwd=str(tmp_path))

    def test_the_users_own_file_at_home_is_obeyed(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        (home / "work").mkdir(parents=True)
        (home / ".env").touch()
        (tmp_path / ".env").touch()
        provider = make_provider(tmp_path, forbidden_files=(".env",))
        assert started(provider, cwd=str(home / "work")).cwd == home / "work"


class TestReader:
    @pytest.mark.parametrize("name", sorted(SHIPPED))
    def test_a_shipped_agent_has_a_reader_for_each_attempt(self, name: str) -> None:
        provider = DeclaredProvider(SHIPPED[name], {})
        first, second = provider.reader(), provider.reader()
        assert isinstance(first, NdjsonReader)
        assert first is not second

    def test_without_a_parser_the_output_is_the_answer(self, tmp_path: Path) -> None:
        assert make_provider(tmp_path).reader() is None

    def test_prices_make_it_tell_its_cost(self, tmp_path: Path) -> None:
        prices = {"*": Price(input=1, output=2)}
        provider = make_provider(tmp_path, parser=Parser.CODEX, prices=prices)
        assert provider.tells_cost
        assert isinstance(provider.reader("m"), PricedReader)
        assert not make_provider(tmp_path, parser=Parser.CODEX).tells_cost


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_agent_can_only_look_unless_more_is_asked_for(tmp_path: Path, name: str) -> None:
    shipped = SHIPPED[name]
    program(tmp_path / "bin", shipped.command[0])
    environ = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    invocation = started(DeclaredProvider(shipped, environ), model="a/m")
    looking = shipped.permissions[Level.READ_ONLY]
    assert set(looking.arguments) <= set(invocation.argv)
    assert looking.environment.items() <= invocation.env.items()
    assert not [text for text in invocation.argv if "{" in text and "projects=" not in text]


# -- files that hang on a variable -----------------------------------------------------------------


def test_a_file_is_another_while_the_child_has_the_variable(tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "command": ("agent",),
        "environment": ("MY_KEY",),
        "files": {"settings.json": "by login", "rest.json": "same"},
        "files_with": {"MY_KEY": {"settings.json": "by key"}},
    }

    def files(**environ: str) -> dict[str, str]:
        provider = make_provider(tmp_path, environ=environ, **fields)
        return {path.name: text for path, text in started(provider).files.items()}

    assert files() == {"settings.json": "by login", "rest.json": "same"}
    assert files(MY_KEY="") == files()
    assert files(MY_KEY="secret") == {"settings.json": "by key", "rest.json": "same"}


# -- what stderr tells of a child without a last word ----------------------------------------------


@pytest.mark.parametrize(
    ("stderr", "cause"),
    [
        ("Please set an Auth method in your settings.json or ...", ErrorCause.AUTHENTICATION),
        ("node: warning\nError: connect ECONNREFUSED 127.0.0.1:1", ErrorCause.NETWORK),
    ],
)
def test_a_start_that_failed_is_told_from_stderr(
    tmp_path: Path, stderr: str, cause: ErrorCause
) -> None:
    final = make_provider(tmp_path, command=("agent",), parser=Parser.GEMINI).diagnose(stderr)

    assert final is not None
    assert (final.ok, final.cause) == (False, cause)
    assert stderr.split("\n")[-1][:30] in (final.reason or "")


def test_a_stderr_that_says_nothing_known_tells_nothing(tmp_path: Path) -> None:
    provider = make_provider(tmp_path, command=("agent",), parser=Parser.GEMINI)

    assert provider.diagnose("(node:1) DeprecationWarning: punycode") is None


def test_of_a_program_whose_output_is_its_answer_stderr_tells_nothing(tmp_path: Path) -> None:
    provider = make_provider(tmp_path, command=("agent",), parser=Parser.TEXT)

    assert provider.diagnose("401 unauthorized") is None
