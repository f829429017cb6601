"""Settings: defaults, one TOML file, the environment, the command line; the later is stronger.

Read by hand rather than by pydantic: the command line loads this at every start, and pydantic
alone would take longer than all the rest of it. Every setting is described in
docs/configuration.md.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from conselho.clock import find_zone
from conselho.errors import InvalidSettings

CONFIG_FILE = "conselho.toml"
PROVIDERS_FILE = "conselho-providers.toml"
PREFIX = "CONSELHO_"
HIGHEST_USD = 1_000_000
# Variables of ours that are no settings: the settings file, the server that commands speak to, and
# the token that they show to it.
OTHER_VARIABLES = ("CONSELHO_CONFIG", "CONSELHO_URL", "CONSELHO_TOKEN")
# In a minute, but for the streams that are open at once; of one token, or of one address without
# any; `streams_of_address` of one address with all tokens that are used there.
RATE_LIMITS: Final[Mapping[str, int]] = {
    "writes": 120,
    "runs": 30,
    "streams": 200,  # twice those at once: all come back when the server starts again
    "streams_at_once": 100,
    "streams_of_address": 1_000,
    "failed_logins": 10,
}

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["console", "json"]
# What a process of `conselho serve` may do; all of it unless told otherwise.
ROLES: Final = ("api", "scheduler", "worker")
_QUEUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Reader = Callable[[object, Path], Any]


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that shows itself only to who asks for it by name."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """Everything that a person may set. Paths are absolute.

    host, port: where the server listens; port 0 takes a free one.
    hosts: names this server answers to, beside those of the loopback interface and its own address.
    read_only_council: agents, seats and council files are not changed over the API; runs, pauses
    and cancels are.
    require_login: ask for a token on a loopback address too. trusted_proxies: addresses and
    networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
    rate_limits: by the names of RATE_LIMITS; what is left out is as there. max_streams: how many
    event streams, sockets, followed logs and exports may be open at once.
    data_dir: the server's own files. council_dir: the council files to load at start.
    providers_file: the user's own agent programs, beside those that come with Conselho.
    database_url, redis_url, broker_url: the store, the event bus, the dispatcher. The last two
    are None for the ones inside the process.
    role: which of ROLES this server has. queues: what its worker serves beside tasks without a
    queue; with serve_any None it serves those only when no queue is named.
    resend_seconds: how long a due run may wait unclaimed before its message is sent again.
    no_worker_seconds: how long one may wait for a queue that no live worker serves.
    metrics_host, metrics_port: where `conselho worker` tells how it is; None: nowhere, 0: on a free
    port. A server does so where it listens.
    lease_seconds: how long a worker owns a run without a sign of life; it renews every
    renew_seconds, and leases that ended are looked for every sweep_seconds.
    workspaces: folders that an agent's cwd must lie under; empty means anywhere.
    timezone: of schedules that name none.
    retention_days: final tasks older than that are deleted. events_kept: the newest events that
    a client can resume from.
    traces: send traces of runs; None: when a variable of OpenTelemetry names a collector.
    shutdown_grace_seconds: how long running work may go on after a stop was asked for.
    min_interval_seconds, min_agent_interval_seconds: the shortest interval for programs, and for
    agents with a model behind them.
    catch_up_per_minute: how many slots that were missed may start in a minute, over the council.
    calendars_dir: files of excluded dates; None: the folder `calendars` below council_dir.
    max_runs_per_provider, max_runs_per_tag: how many runs at a time, by name.
    max_starts_per_minute: of the whole council; None: no limit. max_starts_per_minute_per_provider,
    max_starts_per_minute_per_tag: by name.
    max_cost_usd_per_day, max_cost_usd_per_month: what all agents together may spend; None: no
    limit. Days and months begin at midnight in `timezone`.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    hosts: tuple[str, ...] = ()
    require_login: bool = False
    read_only_council: bool = False
    trusted_proxies: tuple[str, ...] = ()
    rate_limits: Mapping[str, int] = field(default_factory=dict)
    max_streams: int = 10_000
    data_dir: Path
    council_dir: Path | None = None
    providers_file: Path | None = None
    database_url: str
    redis_url: str | None = None
    broker_url: str | None = None
    role: tuple[str, ...] = ROLES
    queues: tuple[str, ...] = ()
    serve_any: bool | None = None
    resend_seconds: float = 5
    no_worker_seconds: float = 3_600
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    max_concurrent_runs: int = 4
    lease_seconds: float = 12
    renew_seconds: float = 4
    sweep_seconds: float = 2
    workspaces: tuple[Path, ...] = ()
    timezone: str = "UTC"
    retention_days: int = 90
    events_kept: int = 50_000
    log_level: LogLevel = "info"
    log_format: LogFormat = "console"
    traces: bool | None = None
    shutdown_grace_seconds: float = 5
    scheduler_enabled: bool = True
    min_interval_seconds: float = 1
    min_agent_interval_seconds: float = 60
    catch_up_per_minute: int = 30
    calendars_dir: Path | None = None
    max_runs_per_provider: Mapping[str, int] = field(default_factory=dict)
    max_runs_per_tag: Mapping[str, int] = field(default_factory=dict)
    max_starts_per_minute: int | None = None
    max_starts_per_minute_per_provider: Mapping[str, int] = field(default_factory=dict)
    max_starts_per_minute_per_tag: Mapping[str, int] = field(default_factory=dict)
    max_cost_usd_per_day: float | None = None
    max_cost_usd_per_month: float | None = None
    admin_token: Secret | None = None

    @property
    def login_required(self) -> bool:
        """Whether a request without a token is nobody's, rather than that of a local admin."""
        return self.require_login or not is_loopback(self.host)

    @property
    def serves_any(self) -> bool:
        """Whether this process's worker runs tasks without a queue."""
        return not self.queues if self.serve_any is None else self.serve_any

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on the same store."""
        return not self.database_url.startswith("sqlite:")

    def described(self) -> dict[str, str]:
        """Each setting as text for people; secrets and the credentials in URLs are hidden."""
        return {field.name: _shown(field.name, getattr(self, field.name)) for field in fields(self)}

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={text}" for name, text in self.described().items())
        return f"Settings({inside})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something about the settings that a person should know. `where` is what they wrote."""

    level: Literal["error", "warning"]
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def load_settings(
    overrides: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> tuple[Settings, list[Problem]]:
    """The settings of this start, and the warnings about them.

    `overrides` are from the command line, by the names of Settings; None means not given.
    Raises InvalidSettings for the first error, saying how many more there are.
    """
    settings, problems = inspect_settings(overrides, environ=environ, cwd=cwd)
    errors = [problem for problem in problems if problem.level == "error"]
    if not errors:
        return settings, problems
    first, more = errors[0], len(errors) - 1
    rest = f" ({more} more: `conselho check` shows all)" if more else ""
    raise InvalidSettings(first.where, first.message + rest)


def inspect_settings(
    overrides: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> tuple[Settings, list[Problem]]:
    """As load_settings, but with all errors and warnings told and none raised.

    A value that cannot be used is replaced by the default: the Settings are for looking only when
    an error is among the problems.
    """
    environ = os.environ if environ is None else environ
    cwd = Path.cwd() if cwd is None else cwd
    reading = _Reading(base=cwd)
    _read_file(reading, environ, cwd)
    _read_environment(reading, environ)
    for name, value in (overrides or {}).items():
        if value is not None:
            reading.take(name, value, where=_FLAGS.get(name, "--" + name.replace("_", "-")))
    # The name that deployments of the older system use. It may be there for another program, so
    # it counts only when nobody said anything else.
    if environ.get("MONGO_URI") and "database_url" not in reading.origin:
        reading.take("database_url", environ["MONGO_URI"], where="MONGO_URI")
    settings = reading.settings()
    return settings, [*reading.problems, *_relations(settings, reading.origin)]


def database_url_of(text: str) -> str:
    """A database URL as the setting `database_url` takes it. Raises ValueError with a sentence."""
    return _database_url(text, Path.cwd())


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?` for the known word that is most like `word`, or nothing."""
    close = get_close_matches(word, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def redacted(url: str) -> str:
    """A URL without what may be secret in it: user, password and query."""
    if url.startswith("sqlite:"):
        return url
    # Up to the last @: a password may hold one that nobody escaped.
    without_user = re.sub(r"^([a-zA-Z][\w+.-]*://)?.*@", r"\1***@", url, flags=re.DOTALL)
    return re.sub(r"[?#].*", "?***", without_user, flags=re.DOTALL)


class _Reading:
    """Values gathered from all sources, with what was wrong and where each came from."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.values: dict[str, Any] = {}
        self.origin: dict[str, str] = {}
        self.problems: list[Problem] = []

    def take(self, name: str, value: object, *, where: str, base: Path | None = None) -> None:
        """Read one value; one that cannot be read is a problem and leaves the weaker one."""
        try:
            self.values[name] = _READERS[name](value, base or self.base)
            self.origin[name] = where
        except ValueError as exc:
            self.problems.append(Problem(level="error", where=where, message=str(exc)))

    def warn(self, where: str, message: str) -> None:
        self.problems.append(Problem(level="warning", where=where, message=message))

    def settings(self) -> Settings:
        data_dir = self.values.setdefault("data_dir", self.base / ".conselho")
        self.values.setdefault("database_url", f"sqlite:///{data_dir / 'conselho.db'}")
        usual = self.base / PROVIDERS_FILE
        if usual.is_file():
            self.values.setdefault("providers_file", usual)
        return Settings(**self.values)


def _read_file(reading: _Reading, environ: Mapping[str, str], cwd: Path) -> None:
    given = environ.get("CONSELHO_CONFIG")
    path = cwd / (given or CONFIG_FILE)
    if not given and not path.exists():
        return
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        reason = f"the settings file cannot be read: {exc.strerror or exc}"
        reading.problems.append(Problem(level="error", where=str(path), message=reason))
        return
    except ValueError as exc:  # not TOML, or not UTF-8
        reason = f"the settings file is not TOML: {exc}"
        reading.problems.append(Problem(level="error", where=str(path), message=reason))
        return
    for name, value in content.items():
        where = f"{path.name}: {name}"
        if name in _READERS:
            reading.take(name, value, where=where, base=path.parent)
        else:
            reading.warn(where, f"there is no such setting.{nearest(name, _READERS)}")


def _read_environment(reading: _Reading, environ: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper(): name for name in _READERS}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable in OTHER_VARIABLES:
            continue
        if variable not in known:
            close = nearest(variable, [*known, *OTHER_VARIABLES])
            reading.warn(variable, f"there is no such variable.{close}")
        elif text.strip():  # set but empty means not set, as compose files write it
            reading.take(known[variable], text, where=variable)


def _relations(settings: Settings, origin: Mapping[str, str]) -> list[Problem]:
    """What only shows when the values are seen together, or against this version and machine."""
    found: list[Problem] = []

    def tell(level: Literal["error", "warning"], name: str, message: str) -> None:
        found.append(Problem(level=level, where=origin.get(name, name), message=message))

    if settings.hosts and not settings.login_required:
        tell(
            "warning",
            "hosts",
            "whoever reaches this server by these names is its admin, for require_login is off.",
        )
    if settings.trusted_proxies and not settings.login_required:
        tell(
            "warning",
            "trusted_proxies",
            "whoever comes through a proxy is this server's admin, for require_login is off.",
        )
    if unknown := sorted(settings.rate_limits.keys() - RATE_LIMITS.keys()):
        close = nearest(unknown[0], RATE_LIMITS)
        tell("error", "rate_limits", f"there is no rate limit {unknown[0]!r}.{close}")
    if "worker" not in settings.role and not settings.is_shared:
        tell(
            "error",
            "role",
            "SQLite is the store of one process, so no other one could run what is due: add worker"
            " to the roles, or set database_url to postgresql://... or mongodb://...",
        )
    if settings.broker_url is not None and not settings.is_shared:
        tell(
            "warning",
            "broker_url",
            "it has no use with SQLite, which is the store of one process alone: set database_url"
            " to postgresql://... or mongodb://... too.",
        )
    if settings.redis_url is not None and not settings.is_shared:
        tell(
            "warning",
            "redis_url",
            "it has no use with SQLite, which is the store of one process alone: set database_url"
            " to postgresql://... or mongodb://... too.",
        )
    if not settings.queues and settings.serve_any is False and "worker" in settings.role:
        tell("error", "serve_any", "a worker without any queue would run nothing: name one.")
    if settings.lease_seconds <= 2 * settings.renew_seconds:
        culprit = "lease_seconds" if "lease_seconds" in origin else "renew_seconds"
        tell(
            "error",
            culprit,
            f"lease_seconds ({settings.lease_seconds:g}) must be more than twice renew_seconds"
            f" ({settings.renew_seconds:g}), or one late renewal loses a healthy run.",
        )
    if settings.sweep_seconds > settings.lease_seconds:
        tell(
            "warning",
            "sweep_seconds",
            f"a lost worker is noticed only after {settings.sweep_seconds:g} s, which is longer"
            f" than its lease of {settings.lease_seconds:g} s.",
        )
    day, month = settings.max_cost_usd_per_day, settings.max_cost_usd_per_month
    if day is not None and month is not None and day > month:
        tell(
            "error",
            "max_cost_usd_per_day",
            f"{day:g} USD a day is more than the {month:g} USD of max_cost_usd_per_month.",
        )
    if settings.council_dir is not None and not settings.council_dir.is_dir():
        tell("error", "council_dir", f"there is no folder {str(settings.council_dir)!r}.")
    if settings.providers_file is not None and not settings.providers_file.is_file():
        tell("error", "providers_file", f"there is no file {str(settings.providers_file)!r}.")
    if "database_url" not in origin and "?" in settings.database_url:
        tell("error", "data_dir", "a path with a question mark in it cannot hold the database.")
    if settings.data_dir.exists() and not settings.data_dir.is_dir():
        tell("error", "data_dir", f"{str(settings.data_dir)!r} is a file, not a folder.")
    if settings.calendars_dir is not None and not settings.calendars_dir.is_dir():
        tell("error", "calendars_dir", f"there is no folder {str(settings.calendars_dir)!r}.")
    for workspace in settings.workspaces:
        if not workspace.is_dir():
            tell("warning", "workspaces", f"there is no folder {str(workspace)!r}.")
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(name: str, value: object) -> str:
    if name.endswith("_url") and isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={number}" for key, number in value.items())
    if isinstance(value, tuple):
        is_paths = any(isinstance(part, Path) for part in value)
        return (os.pathsep if is_paths else ", ").join(map(str, value))
    return str(value)


def _text(value: object, base: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty.")
    if not value.isprintable():
        raise ValueError("must not hold control characters.")
    return value.strip()


def _whole(low: int, high: int) -> Reader:
    def read(value: object, base: Path) -> int:
        number = _as_number(value)
        if not number.is_integer() or not low <= number <= high:
            raise ValueError(f"{value!r} must be a whole number from {low} to {high}.")
        return int(number)

    return read


def _numbers(low: int, high: int) -> Reader:
    """A table of names and whole numbers, or one text: `claude=2, codex=1`."""
    number = _whole(low, high)

    def read(value: object, base: Path) -> dict[str, int]:
        if isinstance(value, str):
            parts = [part.partition("=") for part in value.split(",") if part.strip()]
            value = {name.strip(): text.strip() for name, _, text in parts}
        if not isinstance(value, Mapping) or not all(map(str.strip, value)):
            raise ValueError("must be names with numbers, such as claude=2, codex=1.")
        found = {}
        for name, text in value.items():
            try:
                found[name] = number(text, base)
            except ValueError as exc:
                raise ValueError(f"{name}: {exc}") from exc
        return found

    return read


def _seconds(low: float, high: float) -> Reader:
    def read(value: object, base: Path) -> float:
        number = _as_number(value)
        if not low <= number <= high:
            raise ValueError(f"{value!r} must be a number of seconds from {low:g} to {high:g}.")
        return number

    return read


def _usd(value: object, base: Path) -> float:
    number = _as_number(value)
    if not 0 < number <= HIGHEST_USD:
        raise ValueError(f"{value!r} must be an amount of USD, more than 0.")
    return number


def _as_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"{value!r} is not a number.")
    try:
        number = float(value)
    except (ValueError, OverflowError) as exc:
        raise ValueError(f"{value!r} is not a number.") from exc
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a number that can be used.")
    return number


def _switch(value: object, base: Path) -> bool:
    words = {"true": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "off": False}
    try:
        return words[str(value).strip().lower()]
    except KeyError:
        raise ValueError(f"{value!r} must be true or false.") from None


def _one_of(*words: str) -> Reader:
    def read(value: object, base: Path) -> str:
        word = str(value).strip().lower()
        if word not in words:
            raise ValueError(f"{value!r} must be one of {', '.join(words)}.{nearest(word, words)}")
        return word

    return read


def _path(value: object, base: Path) -> Path:
    text = str(value) if isinstance(value, Path) else _text(value, base)
    return Path(os.path.normpath(base / Path(text).expanduser()))


def _paths(value: object, base: Path) -> tuple[Path, ...]:
    """A list of paths, or one text with `:` between them."""
    if isinstance(value, str):
        value = [part for part in value.split(os.pathsep) if part.strip()]
    if not isinstance(value, (list, tuple)):
        raise ValueError(
            f"must be a list of folders, or one text with {os.pathsep!r} between them."
        )
    return tuple(_path(part, base) for part in value)


def _list(value: object, kind: str) -> list[str]:
    """A list of texts, or one text with commas between them."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if not isinstance(value, (list, tuple)) or not all(isinstance(part, str) for part in value):
        raise ValueError(f"must be a list of {kind}, or one text with commas between them.")
    return [part.strip() for part in value]


def _roles(value: object, base: Path) -> tuple[str, ...]:
    given = [word.lower() for word in _list(value, "roles")]
    for word in given:
        if word not in ROLES:
            raise ValueError(f"{word!r} must be one of {', '.join(ROLES)}.{nearest(word, ROLES)}")
    if not given:
        raise ValueError(f"must name at least one of {', '.join(ROLES)}.")
    return tuple(role for role in ROLES if role in given)


def _queues(value: object, base: Path) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(_list(value, "queue names")))
    for name in names:
        if not _QUEUE.fullmatch(name):
            raise ValueError(
                f"{name!r} is not the name of a queue: 1 to 64 letters, digits, '.', '_' or '-',"
                " the first a letter or digit."
            )
    return names


def _host_names(value: object, base: Path) -> tuple[str, ...]:
    names = tuple(name.lower() for name in _list(value, "host names"))
    for name in names:
        try:
            is_name = urlsplit(f"//[{name}]" if ":" in name else f"//{name}").hostname == name
        except ValueError:
            is_name = False
        if not is_name:
            raise ValueError(f"{name!r} is not a host name; write it without scheme and port.")
    return names


def _networks(value: object, base: Path) -> tuple[str, ...]:
    networks = tuple(_list(value, "addresses"))
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise ValueError(
                f"{network!r} is not an address such as 10.0.0.7 or a network such as 10.0.0.0/24."
            ) from None
    return networks


def _timezone(value: object, base: Path) -> str:
    name = _text(value, base)
    if find_zone(name) is None:
        raise ValueError(
            f"there is no time zone {name!r}; use an IANA name such as America/Sao_Paulo."
        )
    return name


def _secret(value: object, base: Path) -> Secret:
    # Its own sentences: none of them may show the value.
    if not isinstance(value, str) or len(value.strip()) < 16:
        raise ValueError("a token must be a text of at least 16 characters.")
    return Secret(value.strip())


def _database_url(value: object, base: Path) -> str:
    url = _text(value, base)
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("sqlite", "postgresql", "mongodb", "mongodb+srv"):
        raise ValueError(
            f"{redacted(url)!r} is not a database URL; write sqlite:///path/to/file.db,"
            " postgresql://host/database or mongodb://host."
        )
    if scheme == "postgresql":
        return _server_url(url)
    if scheme != "sqlite":
        # Several hosts may stand between the slashes; the driver reads the rest of it.
        if not rest.partition("/")[0].rpartition("@")[2]:
            raise ValueError(f"{redacted(url)!r} names no server; write {scheme}://host")
        return url
    if not rest.startswith("/") or rest.partition("?")[0] in ("/", "/:memory:"):
        raise ValueError(f"{url!r} names no file; write sqlite:///path/to/file.db.")
    file, mark, options = rest[1:].partition("?")
    return f"sqlite:///{_path(file, base)}{mark}{options}"


def _server_url(url: str) -> str:
    """A URL that names a server. Raises ValueError, and never shows a password."""
    try:
        parts = urlsplit(url)
        named = parts.hostname is not None and parts.port != 0
    except ValueError:
        named = False
    if not named:
        raise ValueError(f"{redacted(url)!r} names no server; write {url.partition(':')[0]}://host")
    return url


def _broker_url(value: object, base: Path) -> str:
    url = _text(value, base)
    if url.partition("://")[0] not in ("redis", "rediss", "amqp", "amqps"):
        raise ValueError(
            f"{redacted(url)!r} must begin with redis://, rediss://, amqp:// or amqps://."
        )
    return _server_url(url)


def _redis_url(value: object, base: Path) -> str:
    url = _text(value, base)
    if url.partition("://")[0] not in ("redis", "rediss"):
        raise ValueError(f"{redacted(url)!r} must begin with redis:// or rediss://.")
    database = _server_url(url) and urlsplit(url).path.strip("/")
    if database and not (database.isascii() and database.isdigit()):
        raise ValueError(
            f"{redacted(url)!r} must end in the number of a database, such as /0, or in nothing."
        )
    return url


_FLAGS = {"council_dir": "--council", "queues": "--queue", "serve_any": "--any"}
_READERS: dict[str, Reader] = {
    "host": _text,
    "port": _whole(0, 65_535),
    "hosts": _host_names,
    "require_login": _switch,
    "read_only_council": _switch,
    "trusted_proxies": _networks,
    "rate_limits": _numbers(1, 1_000_000),
    "max_streams": _whole(1, 1_000_000),
    "data_dir": _path,
    "council_dir": _path,
    "providers_file": _path,
    "database_url": _database_url,
    "redis_url": _redis_url,
    "broker_url": _broker_url,
    "role": _roles,
    "queues": _queues,
    "serve_any": _switch,
    "resend_seconds": _seconds(1, 3_600),
    "no_worker_seconds": _seconds(1, 31_536_000),
    "metrics_host": _text,
    "metrics_port": _whole(0, 65_535),
    "max_concurrent_runs": _whole(1, 1_000),
    "lease_seconds": _seconds(1, 3_600),
    "renew_seconds": _seconds(0.1, 1_800),
    "sweep_seconds": _seconds(0.1, 3_600),
    "workspaces": _paths,
    "timezone": _timezone,
    "retention_days": _whole(1, 36_500),
    "events_kept": _whole(1_000, 10_000_000),
    "log_level": _one_of("debug", "info", "warning", "error"),
    "log_format": _one_of("console", "json"),
    "traces": _switch,
    "shutdown_grace_seconds": _seconds(0, 3_600),
    "scheduler_enabled": _switch,
    "min_interval_seconds": _seconds(1, 86_400),
    "min_agent_interval_seconds": _seconds(1, 86_400),
    "catch_up_per_minute": _whole(1, 10_000),
    "calendars_dir": _path,
    "max_runs_per_provider": _numbers(1, 1_000),
    "max_runs_per_tag": _numbers(1, 1_000),
    "max_starts_per_minute": _whole(1, 100_000),
    "max_starts_per_minute_per_provider": _numbers(1, 100_000),
    "max_starts_per_minute_per_tag": _numbers(1, 100_000),
    "max_cost_usd_per_day": _usd,
    "max_cost_usd_per_month": _usd,
    "admin_token": _secret,
}
