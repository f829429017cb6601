"""The users' providers: what their TOML file may say, and how it is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conselho.errors import Invalid
from conselho.providers.providers_file import read_providers_file
from conselho.providers.shipped import SHIPPED
from conselho.providers.spec import Level, Parser, PermissionProfile, Price, PromptWay, ProviderSpec


def specs(tmp_path: Path, toml: str) -> dict[str, ProviderSpec]:
    path = tmp_path / "conselho-providers.toml"
    path.write_text(toml, encoding="utf-8")
    return read_providers_file(path, SHIPPED)


def refusal(tmp_path: Path, toml: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        specs(tmp_path, toml)
    return caught.value


def test_an_empty_file_leaves_the_shipped_providers(tmp_path: Path) -> None:
    assert specs(tmp_path, "") == dict(SHIPPED)


def test_a_new_provider_needs_only_a_command(tmp_path: Path) -> None:
    spec = specs(tmp_path, '[providers.mine]\ncommand = ["mine", "-x"]')["mine"]
    assert spec == ProviderSpec(name="mine", label="mine", command=("mine", "-x"))
    assert (spec.parser, spec.is_agent, spec.prompt) == (Parser.TEXT, True, PromptWay.STDIN)


def test_every_field_can_be_set(tmp_path: Path) -> None:
    spec = specs(
        tmp_path,
        """
        [providers.mine]
        label = "My agent"
        command = ["mine"]
        arguments = ["--file", "{prompt_file}"]
        model_arguments = ["-m", "{model}"]
        budget_arguments = ["-b", "{max_cost_usd}"]
        prompt = "file"
        parser = "codex"
        environment = ["MY_*", "ONE"]
        pinned = ["MY_URL"]
        forbidden_files = [".mine/.env"]
        credentials = ["MY_KEY"]
        credential_files = ["~/.mine"]
        credentials_required = false
        version_command = ["version"]
        minimum_version = "1.2"
        install = "Ask for it."
        model_required = true
        enforces_budget = true
        tells_cost = true
        is_agent = true
        set = { LANG = "C" }
        files = { "a.json" = "{}" }
        permissions.read-only.arguments = ["--look"]
        permissions.full = { environment = { MODE = "full" } }
        prices."*" = { input = 1, output = 2.5 }
        prices.big = { input = 3, output = 4, cached = 0.5 }
        """,
    )["mine"]
    assert spec == ProviderSpec(
        name="mine",
        label="My agent",
        command=("mine",),
        arguments=("--file", "{prompt_file}"),
        model_arguments=("-m", "{model}"),
        budget_arguments=("-b", "{max_cost_usd}"),
        prompt=PromptWay.FILE,
        parser=Parser.CODEX,
        environment=("MY_*", "ONE"),
        pinned=("MY_URL",),
        forbidden_files=(".mine/.env",),
        credentials=("MY_KEY",),
        credential_files=("~/.mine",),
        credentials_required=False,
        version_command=("version",),
        minimum_version="1.2",
        install="Ask for it.",
        model_required=True,
        enforces_budget=True,
        tells_cost=True,
        set={"LANG": "C"},
        files={"a.json": "{}"},
        permissions={
            Level.READ_ONLY: PermissionProfile(arguments=("--look",)),
            Level.FULL: PermissionProfile(environment={"MODE": "full"}),
        },
        prices={"*": Price(input=1, output=2.5), "big": Price(input=3, output=4, cached=0.5)},
    )


def test_a_shipped_provider_is_changed_field_by_field(tmp_path: Path) -> None:
    before = SHIPPED["claude"]
    after = specs(
        tmp_path,
        """
        [providers.claude]
        arguments = ["--append-system-prompt", "Be brief."]
        environment = ["AWS_*"]
        credentials = ["AWS_PROFILE"]
        set = { CLAUDE_CODE_MAX_RETRIES = "9", AWS_REGION = "x" }
        permissions.full.arguments = ["--run"]
        """,
    )["claude"]
    assert after.arguments == (*before.arguments, "--append-system-prompt", "Be brief.")
    assert after.environment == (*before.environment, "AWS_*")
    assert after.credentials == ("AWS_PROFILE",)
    assert after.set == {**before.set, "CLAUDE_CODE_MAX_RETRIES": "9", "AWS_REGION": "x"}
    assert after.permissions == {
        **before.permissions, "full": PermissionProfile(arguments=("--run",))
    }  # fmt: skip
    assert (after.name, after.label, after.command) == ("claude", before.label, before.command)


def test_a_new_provider_may_begin_from_a_shipped_one(tmp_path: Path) -> None:
    known = specs(tmp_path, '[providers.proxy]\nextends = "claude"\nset = { X = "1" }')
    assert known["claude"] == SHIPPED["claude"]
    assert (known["proxy"].name, known["proxy"].label) == ("proxy", "proxy")
    assert known["proxy"].command == SHIPPED["claude"].command
    assert known["proxy"].set == {**SHIPPED["claude"].set, "X": "1"}


def test_a_script_is_not_asked_for_its_version_unless_it_is_told_how(tmp_path: Path) -> None:
    known = specs(
        tmp_path,
        """
        [providers.script]
        command = ["script"]
        is_agent = false
        [providers.tool]
        command = ["tool"]
        is_agent = false
        version_command = ["-V"]
        """,
    )
    assert known["script"].version_command == ()
    assert known["tool"].version_command == ("-V",)


def test_a_program_beside_the_file_is_found_from_there(tmp_path: Path) -> None:
    toml = '[providers.a]\ncommand = ["./bin/a"]\n[providers.b]\ncommand = ["~/b"]\n'
    toml += '[providers.c]\ncommand = ["{home}/c"]'
    known = specs(tmp_path, toml)
    assert known["a"].command == (str(tmp_path / "bin/a"),)
    assert known["b"].command == (os.path.expanduser("~/b"),)
    assert known["c"].command == ("{home}/c",)


def one(line: str) -> str:
    return f'[providers.mine]\ncommand = ["mine"]\n{line}'


@pytest.mark.parametrize(
    ("toml", "field", "words"),
    [
        (one('comand = ["x"]'), "mine.comand", "Did you mean 'command'?"),
        (one('zzz = "x"'), "mine.zzz", "Known: arguments, budget_arguments"),
        ('[providers.mine]\nlabel = "x"', "mine.command", "is missing"),
        ("[providers.mine]\ncommand = []", "mine.command", "is empty"),
        ('[providers.mine]\ncommand = "mine -x"', "mine.command", "must be a list of texts"),
        (one("arguments = [1]"), "mine.arguments", "must be a list of texts"),
        (one('arguments = ["{modell}"]'), "mine.arguments", "Did you mean 'model'?"),
        (one('prompt = "argv"'), "mine.prompt", "must be one of stdin, file"),
        (one('parser = "cloude"'), "mine.parser", "Did you mean 'claude'?"),
        (one("parser = 7"), "mine.parser", "must be one of text, claude"),
        (one('is_agent = "yes"'), "mine.is_agent", "true or false"),
        (one('is_agent = false\nparser = "codex"'), "mine.parser", "must be 'text'"),
        (one('label = " "'), "mine.label", "not empty"),
        (one('environment = ["*"]'), "mine.environment", "no name of a variable"),
        (one('environment = ["A B"]'), "mine.environment", "no name of a variable"),
        (one('environment = ["CONSELHO_ADMIN_TOKEN"]'), "mine.environment", "stay with the server"),
        (one('set = { "A=B" = "x" }'), "mine.set", "no name of a variable"),
        (one("set = { A = 1 }"), "mine.set.A", "must be a text"),
        (one('set = "A"'), "mine.set", "must be a table"),
        (one('set = { CONSELHO_URL = "x" }'), "mine.set", "stay with the server"),
        (one('credentials = ["MY_*"]'), "mine.credentials", "whole name"),
        (one('files = { "../x" = "y" }'), "mine.files", "inside the scratch folder"),
        (one('minimum_version = "new"'), "mine.minimum_version", "numbers with points"),
        (one("permissions = 1"), "mine.permissions", "must be a table"),
        (one('permissions.readonly.arguments = ["x"]'), "mine.permissions.readonly",
         "Did you mean 'read-only'?"),
        (one('permissions.write.argument = ["x"]'), "mine.permissions.write.argument",
         "Did you mean 'arguments'?"),
        (one('permissions.write.arguments = "x"'), "mine.permissions.write.arguments",
         "must be a list of texts"),
        (one("permissions.write = 1"), "mine.permissions.write", "must be a table with arguments"),
        (one("prices.m = { input = 1 }"), "mine.prices.m", "needs input and output"),
        (one("prices.m = { input = -1, output = 1 }"), "mine.prices.m.input", "must be a number"),
        (one("prices.m = { input = nan, output = 1 }"), "mine.prices.m.input", "must be a number"),
        (one("prices.m = { inputs = 1, output = 1 }"), "mine.prices.m.inputs",
         "Did you mean 'input'?"),
        (one('extends = "cloude"'), "mine.extends", "Did you mean 'claude'?"),
        (one('extends = "command"'), "mine.extends", "no shipped provider"),
        (one("extends = 1"), "mine.extends", "no shipped provider"),
        ('[providers.command]\ncommand = ["x"]', "command", "cannot be changed"),
        ('[providers."My Agent"]\ncommand = ["x"]', "My Agent", "small letters"),
        ("[providers]\nmine = 1", "mine", "must be a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_its_field_with_the_cure(
    tmp_path: Path, toml: str, field: str, words: str
) -> None:
    error = refusal(tmp_path, toml)
    assert error.field == f"providers.{field}"
    assert words in error.reason
    assert error.reason.endswith("(" + str(tmp_path / "conselho-providers.toml") + ")")


@pytest.mark.parametrize(
    ("content", "field", "words"),
    [
        (b"providers = 1", "providers", "must be tables"),
        (b"[provider.x]", "provider", "write [providers.NAME]"),
        (b"[providers.x", "providers_file", "is not TOML"),
        (b"\xff\xfe\x00", "providers_file", "is not TOML"),
        (b"x = " + b"[" * 100_000, "providers_file", "is not TOML"),
        (b"#" * (1 << 20) + b"\n#", "providers_file", "larger than 1 MiB"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, content: bytes, field: str, words: str
) -> None:
    path = tmp_path / "p.toml"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        read_providers_file(path, SHIPPED)
    assert caught.value.field == field
    assert words in caught.value.reason
    assert str(path) in caught.value.reason


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_providers_file(tmp_path / name, SHIPPED)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(one(""), encoding="utf-8-sig")
    assert "mine" in read_providers_file(path, SHIPPED)
