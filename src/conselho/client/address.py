"""Which server is meant, and what shows it who asks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from conselho.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from conselho.config import Secret, Settings

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`url` has no slash at its end; `prefix` is its path, "" for most. `token` is for every
    request.
    """

    url: str
    scheme: str
    host: str
    port: int
    prefix: str
    token: str | None = field(default=None, repr=False)

    @property
    def netloc(self) -> str:
        """Host and port, as the header Host tells them."""
        host = f"[{self.host}]" if ":" in self.host else self.host.encode("idna").decode()
        is_usual = self.port == _DEFAULT_PORTS[self.scheme]
        return host if is_usual else f"{host}:{self.port}"


def address_of(url: str | None, token: str | None) -> Address:
    """The server at `url`; without one, that which the command line speaks to without options.

    Raises Invalid for a URL that is none of http or https with a host, and for a token that no
    header can bear; Unavailable when no server is named and none runs here.
    """
    if url is None:
        url, usual = usual_server()
        token = usual if token is None else token
    if token is not None and not (token.isascii() and token.isprintable()):
        raise Invalid("token", "a token holds only printable ASCII characters.")
    url = url.rstrip("/")
    scheme, host, port, prefix = _split(url)
    return Address(url=url, scheme=scheme, host=host, port=port, prefix=prefix, token=token)


def usual_server() -> tuple[str, str | None]:
    """URL and token by the environment: CONSELHO_URL, else where the server of the data directory
    answers; CONSELHO_TOKEN, else, to the latter server only, the admin token of the settings.
    """
    named = os.environ.get("CONSELHO_URL", "").strip()
    if named:
        return named, usual_token()
    from conselho.config import load_settings

    settings, _ = load_settings({})
    return local_server(settings)


def local_server(settings: Settings) -> tuple[str, str | None]:
    """URL and token for the server of the settings' data directory.

    Raises Unavailable when none runs there.
    """
    url = running_server(settings.data_dir)
    if url is None:
        hint = "Start one with `conselho serve`, or name one with --url or CONSELHO_URL"
        reason = f"none runs on the data directory {settings.data_dir}. {hint}"
        raise Unavailable("server", reason)
    return url, usual_token(settings.admin_token)


def usual_token(admin_token: Secret | None = None) -> str | None:
    """CONSELHO_TOKEN, else `admin_token`: that of the settings is for the server that they are of,
    and no other may see it.
    """
    token = os.environ.get("CONSELHO_TOKEN", "").strip()
    if not token and admin_token is not None:
        token = admin_token.reveal()
    return token or None


def running_server(data_dir: Path) -> str | None:
    """The URL that the server of `data_dir` left word of, unless its process has ended."""
    from conselho.services.data_dir import DataDir

    known = DataDir(data_dir).server() or {}
    url, pid = known.get("url"), known.get("pid")
    return url if isinstance(url, str) and isinstance(pid, int) and _is_alive(pid) else None


def _is_alive(pid: int) -> bool:
    if pid <= 0:  # to the kernel these are groups of processes
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # somebody else's process
    except (OSError, OverflowError):
        return False
    return True


def _split(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path prefix of a base URL. Raises Invalid."""
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
        (host or "").encode("idna")
    except ValueError as exc:
        raise Invalid("url", f"{url!r} cannot be read: {exc}.") from exc
    if split.scheme not in _DEFAULT_PORTS or not host or not url.isprintable() or " " in url:
        raise Invalid("url", f"{url!r} is not a URL such as http://127.0.0.1:8000.")
    if split.query or split.fragment or split.username is not None:
        raise Invalid("url", "a server's URL holds only scheme, host, port and path.")
    return split.scheme, host, port or _DEFAULT_PORTS[split.scheme], quote(split.path, "/%")
