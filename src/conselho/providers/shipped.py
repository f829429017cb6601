"""The providers that come with Conselho, beside `command`."""

from __future__ import annotations

from collections.abc import Mapping

from conselho.providers import claude, codex, gemini, opencode
from conselho.providers.spec import ProviderSpec

SHIPPED: Mapping[str, ProviderSpec] = {
    spec.name: spec for spec in (claude.SPEC, codex.SPEC, gemini.SPEC, opencode.SPEC)
}
