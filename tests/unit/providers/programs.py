"""Small programs on a PATH of their own, and providers around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conselho.providers.declared import DeclaredProvider
from conselho.providers.spec import ProviderSpec
from tests.support.clock import FakeClock


def program(folder: Path, name: str = "agent", script: str = "echo 1.2.3") -> Path:
    """An executable shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def make_spec(**fields: Any) -> ProviderSpec:
    usual: dict[str, Any] = {"name": "agent", "label": "Agent CLI", "command": ("agent",)}
    return ProviderSpec(**(usual | fields))


def make_provider(
    tmp_path: Path, *, clock: FakeClock | None = None, url: str | None = None, **fields: Any
) -> DeclaredProvider:
    """A provider whose programs lie in `tmp_path/bin` and whose HOME is `tmp_path/home`."""
    environ = {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": str(tmp_path / "home"),
        "SECRET": "s3cret",
        "CONSELHO_ADMIN_TOKEN": "t0ken",
    } | fields.pop("environ", {})
    return DeclaredProvider(make_spec(**fields), environ, clock or FakeClock(), url)
