"""Specs: their placeholders, what is refused in them, and that the shipped ones are sound."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from conselho.providers.shipped import SHIPPED
from conselho.providers.spec import (
    PLACEHOLDERS,
    Level,
    PermissionProfile,
    PromptWay,
    ProviderSpec,
    filled,
    placeholders,
    problems,
)


def spec(**fields: Any) -> ProviderSpec:
    return ProviderSpec(**({"name": "x", "label": "X", "command": ("x",)} | fields))


def test_a_placeholder_becomes_its_value_and_the_value_is_not_looked_at_again() -> None:
    assert filled("--model={model} {cwd}", {"model": "{cwd}", "cwd": "/w"}) == "--model={cwd} /w"


def test_other_braces_are_left_alone() -> None:
    for text in ("{}", "{ model }", "{MODEL}", '{"a": {"b": 1}}', "${model_x1}", "{unknown}"):
        assert filled(text, {"model": "m"}) == text


def test_a_value_inside_json_or_toml_cannot_leave_its_text() -> None:
    hostile = 'a"b\\c\n, "x": "é'
    assert json.loads(filled('{"model": "{model}"}', {"model": hostile})) == {"model": hostile}
    toml = filled('projects={"{cwd}"={trust="no"}}', {"cwd": hostile})
    assert tomllib.loads(toml) == {"projects": {hostile: {"trust": "no"}}}


def test_a_value_elsewhere_is_exactly_the_value() -> None:
    assert filled("--cd={cwd}", {"cwd": 'a "b"'}) == '--cd=a "b"'


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_provider_is_sound_and_holds_all_levels(name: str) -> None:
    shipped = SHIPPED[name]
    assert list(problems(shipped)) == []
    assert shipped.name == name
    assert set(shipped.permissions) == set(Level)
    assert next(iter(shipped.permissions)) is Level.READ_ONLY
    assert shipped.install
    assert shipped.prompt is PromptWay.STDIN


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_no_shipped_provider_skips_all_permissions(name: str) -> None:
    for arguments in SHIPPED[name].argument_lists.values():
        assert not [text for text in arguments if "dangerous" in text or "bypass" in text]


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_levels_of_a_shipped_provider_differ(name: str) -> None:
    profiles = list(SHIPPED[name].permissions.values())
    assert all(one != other for one in profiles for other in profiles if one is not other)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"command": ()}, "command", "Name the program"),
        ({"command": (" ",)}, "command", "Name the program"),
        ({"arguments": ("{modle}",)}, "arguments", "Did you mean 'model'?"),
        ({"command": ("x", "{nothing_like_it}")}, "command", "Known: {model}, {max_cost_usd}"),
        ({"arguments": ("{max_cost_usd}",)}, "arguments", "belongs into budget_arguments"),
        ({"permissions": {"write": PermissionProfile(arguments=("{model}",))}},
         "permissions.write.arguments", "belongs into model_arguments"),
        ({"arguments": ("a\0b",)}, "arguments", "NUL"),
        ({"arguments": ("{prompt_file}",)}, "prompt", "must be 'file'"),
        ({"prompt": PromptWay.FILE}, "prompt", "nothing names {prompt_file}"),
        ({"files": {"../x": "y"}}, "files", "inside the scratch folder"),
        ({"files": {"/etc/x": "y"}}, "files", "inside the scratch folder"),
        ({"files": {"": "y"}}, "files", "inside the scratch folder"),
        ({"files": {"prompt.md": "y"}}, "files", "inside the scratch folder"),
        ({"enforces_budget": True}, "budget_arguments", "are missing"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_told_by_its_field(
    fields: dict[str, Any], field: str, words: str
) -> None:
    found = list(problems(spec(**fields)))
    assert [name for name, _ in found] == [field]
    assert words in found[0][1]


def test_a_model_in_the_arguments_makes_a_model_necessary() -> None:
    assert not spec().needs_model
    assert not spec(model_arguments=("--model", "{model}")).needs_model
    assert spec(arguments=("{model}",)).needs_model
    assert spec(files={"a.json": '{"model": "{model}"}'}).needs_model
    assert spec(model_required=True).needs_model


def test_every_placeholder_can_be_found_in_a_text() -> None:
    for name in PLACEHOLDERS:
        assert placeholders(f"a{{{name}}}b") == {name}
