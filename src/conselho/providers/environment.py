"""What a child may know of the server's environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

# Enough to find programs, a home, a language, a way out through a proxy. Everything else, secrets
# first, stays here unless a provider names it.
ALLOWED = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LOGNAME", "SHELL", "TEMP", "TMP", "TMPDIR", "TZ", "USER",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
        "http_proxy", "https_proxy", "no_proxy", "all_proxy",
        "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE",
    }
)  # fmt: skip
ALLOWED_PREFIXES = ("LC_", "XDG_")

# Settings of ours, tokens among them: no pattern lets them through.
_OWN_PREFIX = "CONSELHO_"


def child_environment(own: Mapping[str, str], also: Iterable[str] = ()) -> dict[str, str]:
    """The allowed part of `own`, with this Python's programs first on PATH.

    `also` are further names; one that ends in `*` stands for all that begin so.
    """
    names, prefixes = set(ALLOWED), list(ALLOWED_PREFIXES)
    for name in also:
        if name.endswith("*"):
            prefixes.append(name[:-1])
        else:
            names.add(name)
    env = {
        name: value
        for name, value in own.items()
        if (name in names or name.startswith(tuple(prefixes))) and not name.startswith(_OWN_PREFIX)
    }
    # The council's own checks run as `python -m conselho.checks`: that must be this Python.
    programs = str(Path(sys.executable).parent)
    env["PATH"] = os.pathsep.join([programs, own.get("PATH", os.defpath)])
    env["TERM"] = "dumb"
    return env


def absolute_path(path: str) -> str:
    """PATH without entries that depend on the working directory.

    An agent works in a folder that others write to: a `.` on PATH would run their programs.
    """
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if os.path.isabs(entry))
