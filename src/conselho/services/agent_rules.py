"""Rules of an agent that depend on the server: its providers and its workspaces."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from conselho.config import nearest
from conselho.errors import Invalid
from conselho.services.form_problems import FieldProblem
from conselho.services.forms import AgentForm


def agent_problems(form: AgentForm, known_providers: Collection[str]) -> list[FieldProblem]:
    """What is wrong with provider and command, taken together."""
    if form.provider not in known_providers:
        known = ", ".join(sorted(known_providers))
        close = nearest(form.provider, known_providers)
        message = f"there is no provider {form.provider!r}; known here: {known}.{close}"
        return [FieldProblem(("provider",), message)]
    if form.provider == "command" and not form.command:
        message = "is required by provider 'command': a list such as [make, test]"
        return [FieldProblem(("command",), message)]
    if form.shell and len(form.command) != 1:
        message = "with 'shell', write a list of one text: the line for /bin/sh"
        return [FieldProblem(("command",), message)]
    return []


def resolve_cwd(
    cwd: str | None, *, base: Path | None = None, workspaces: Collection[Path] = ()
) -> str | None:
    """The absolute form of a cwd; None stays None, the server's own.

    A relative one counts from `base`. Raises Invalid when it is relative without a base, or lies
    outside all workspaces (if there are any) once symbolic links are followed.
    """
    if cwd is not None and base is None and not Path(cwd).is_absolute():
        raise Invalid("cwd", f"{cwd!r} must be an absolute path")
    place = Path(os.path.normpath((base or Path.cwd()) / (cwd or "")))
    if workspaces and not _lies_in(place, workspaces):
        allowed = os.pathsep.join(map(str, workspaces))
        raise Invalid("cwd", f"'{place}' lies outside the workspaces of this server ({allowed})")
    return None if cwd is None else str(place)


def _lies_in(place: Path, workspaces: Collection[Path]) -> bool:
    real = place.resolve()
    return any(real.is_relative_to(workspace.resolve()) for workspace in workspaces)
