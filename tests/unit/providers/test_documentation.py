"""docs/providers.md says what is so: its examples work, and nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conselho.providers.providers_file import FIELDS, read_providers_file
from conselho.providers.shipped import SHIPPED
from conselho.providers.spec import PLACEHOLDERS, Level

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "providers.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_is_taken_as_it_stands(tmp_path: Path, example: str) -> None:
    path = tmp_path / "conselho-providers.toml"
    path.write_text(example, encoding="utf-8")
    assert read_providers_file(path, SHIPPED) != dict(SHIPPED)


def test_the_examples_fit_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "conselho-providers.toml"
    path.write_text("\n".join(EXAMPLES), encoding="utf-8")
    known = read_providers_file(path, SHIPPED)
    added = {"aider", "goose", "ollama", "nightly", "claude-proxy"}
    assert added <= known.keys()
    assert all(Level.READ_ONLY in known[name].permissions for name in added if known[name].is_agent)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_its_row(field: str) -> None:
    assert f"\n| `{field}` |" in PAGE


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_every_placeholder_has_its_row(name: str) -> None:
    assert re.search(rf"\n\|[^|]*`\{{{name}\}}`[^|]*\|", PAGE)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_shipped_provider_is_described_with_its_credentials(name: str) -> None:
    shipped = SHIPPED[name]
    assert f"\n| `{name}` | {shipped.label} |" in PAGE
    assert shipped.install
    assert shipped.install.split("`")[1] in PAGE
    for credential in (*shipped.credentials, *shipped.credential_files):
        assert f"`{credential}`" in PAGE
