"""Settings: where they come from, what is refused, and that secrets stay secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from conselho.config import (
    Problem,
    Secret,
    Settings,
    inspect_settings,
    load_settings,
    nearest,
    redacted,
)
from conselho.errors import InvalidSettings

TOKEN = "correct-horse-battery-staple"


def load(
    cwd: Path, environ: Mapping[str, str] | None = None, **overrides: object
) -> tuple[Settings, list[Problem]]:
    return load_settings(overrides, environ=environ or {}, cwd=cwd)


def refusal(cwd: Path, environ: Mapping[str, str] | None = None, **overrides: object) -> str:
    with pytest.raises(InvalidSettings) as caught:
        load(cwd, environ, **overrides)
    return str(caught.value)


def test_without_any_setting_everything_lies_under_the_working_directory(tmp_path: Path) -> None:
    settings, problems = load(tmp_path)
    assert problems == []
    assert settings == Settings(
        data_dir=tmp_path / ".conselho",
        database_url=f"sqlite:///{tmp_path}/.conselho/conselho.db",
    )


def test_the_file_beats_the_default_the_environment_the_file_and_the_flag_all(
    tmp_path: Path,
) -> None:
    (tmp_path / "conselho.toml").write_text(
        "port = 8001\nretention_days = 7\nmax_concurrent_runs = 2\n"
    )
    environ = {"CONSELHO_PORT": "8002", "CONSELHO_RETENTION_DAYS": "8"}
    settings, _ = load(tmp_path, environ, port=8003)
    assert (settings.port, settings.retention_days) == (8003, 8)
    assert settings.max_concurrent_runs == 2


def test_a_flag_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, {"CONSELHO_PORT": "8002"}, port=None)[0].port == 8002


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load(tmp_path, {"CONSELHO_PORT": " "})[0].port == 8000


def test_the_settings_file_may_lie_elsewhere_and_its_paths_count_from_there(
    tmp_path: Path,
) -> None:
    (tmp_path / "etc" / "council").mkdir(parents=True)
    (tmp_path / "etc" / "my.toml").write_text(
        'data_dir = "data"\ncouncil_dir = "council"\nworkspaces = ["council"]\n'
        'database_url = "sqlite:///db/x.db"\n'
    )
    settings, problems = load(tmp_path, {"CONSELHO_CONFIG": "etc/my.toml"})
    assert problems == []
    assert settings.data_dir == tmp_path / "etc/data"
    assert settings.council_dir == tmp_path / "etc/council"
    assert settings.workspaces == (tmp_path / "etc/council",)
    assert settings.database_url == f"sqlite:///{tmp_path}/etc/db/x.db"


def test_workspaces_of_the_environment_are_separated_by_colons(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    settings, problems = load(tmp_path, {"CONSELHO_WORKSPACES": f"a:{tmp_path}:"})
    assert settings.workspaces == (tmp_path / "a", tmp_path)
    assert problems == []


@pytest.mark.parametrize(
    ("text", "meant"), [("true", True), ("1", True), ("ON", True), ("no", False), ("0", False)]
)
def test_a_switch_is_read_from_the_usual_words(tmp_path: Path, text: str, meant: bool) -> None:
    settings, _ = load(tmp_path, {"CONSELHO_SCHEDULER_ENABLED": text})
    assert settings.scheduler_enabled is meant


def test_words_and_zones_are_taken(tmp_path: Path) -> None:
    environ = {
        "CONSELHO_LOG_LEVEL": " DEBUG",
        "CONSELHO_LOG_FORMAT": "json",
        "CONSELHO_TIMEZONE": "America/Sao_Paulo",
    }
    settings, problems = load(tmp_path, environ)
    assert problems == []
    assert (settings.log_level, settings.log_format) == ("debug", "json")
    assert settings.timezone == "America/Sao_Paulo"


def test_a_providers_file_in_the_working_directory_is_taken_unless_another_is_named(
    tmp_path: Path,
) -> None:
    assert load(tmp_path)[0].providers_file is None
    usual, other = tmp_path / "conselho-providers.toml", tmp_path / "other.toml"
    usual.touch()
    other.touch()
    assert load(tmp_path)[0].providers_file == usual
    settings, problems = load(tmp_path, {"CONSELHO_PROVIDERS_FILE": "other.toml"})
    assert (settings.providers_file, problems) == (other, [])


def test_an_absolute_database_path_is_kept(tmp_path: Path) -> None:
    settings, _ = load(tmp_path, {"CONSELHO_DATABASE_URL": "sqlite:////var/lib/c/x.db"})
    assert settings.database_url == "sqlite:////var/lib/c/x.db"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("port", "http", "is not a number"),
        ("port", "70000", "a whole number from 0 to 65535"),
        ("port", "80.5", "a whole number"),
        ("max_concurrent_runs", "0", "from 1 to"),
        ("lease_seconds", "0.5", "a number of seconds from 1 to 3600"),
        ("lease_seconds", "nan", "not a number that can be used"),
        ("lease_seconds", "inf", "not a number that can be used"),
        ("scheduler_enabled", "maybe", "must be true or false"),
        ("providers_file", "absent.toml", "there is no file"),
        ("max_cost_usd_per_day", "0", "must be an amount of USD, more than 0"),
        ("max_cost_usd_per_month", "much", "is not a number"),
        ("log_level", "infos", "Did you mean 'info'?"),
        ("log_format", "xml", "one of console, json"),
        ("timezone", "Mars/Olympus", "there is no time zone 'Mars/Olympus'"),
        ("timezone", "../etc/passwd", "there is no time zone"),
        ("timezone", "localtime", "there is no time zone"),
        ("data_dir", "a\0b", "control characters"),
        ("database_url", "mysql://db/x", "is not a database URL"),
        ("database_url", "x.db", "is not a database URL"),
        ("database_url", "sqlite://", "names no file"),
        ("database_url", "sqlite:///:memory:", "names no file"),
        ("database_url", "sqlite:///?synchronous=FULL", "names no file"),
        ("database_url", "postgresql:///x", "names no server; write postgresql://host"),
        ("database_url", "postgresql://u:pw@db:none/x", "'postgresql://***@db:none/x' names no"),
        ("role", "api, wroker", "'wroker' must be one of api, scheduler, worker. Did you mean"),
        ("role", ",", "must name at least one of api, scheduler, worker"),
        ("queues", "gpu, two words", "'two words' is not the name of a queue"),
        ("no_worker_seconds", "0", "must be a number of seconds from 1"),
        (
            "database_url",
            "mongodb://u:pw@/x",
            "'mongodb://***@/x' names no server; write mongodb://",
        ),
        ("redis_url", "redis:///0", "names no server; write redis://host"),
        ("redis_url", "redis://:pw@h:none/0", "'redis://***@h:none/0' names no server"),
        ("redis_url", "redis://:pw@h/council", "'redis://***@h/council' must end in the number"),
        ("redis_url", "reddis://h", "must begin with redis://"),
        ("redis_url", "http://h", "must begin with redis://"),
        ("broker_url", "kafka://h", "must begin with redis://, rediss://, amqp:// or amqps://"),
        ("broker_url", "amqp://", "names no server"),
        ("role", "api", "SQLite is the store of one process"),
        ("serve_any", "no", "would run nothing: name one"),
        ("council_dir", "nowhere", "there is no folder"),
        ("admin_token", "short", "at least 16 characters"),
        ("hosts", "http://council.example", "is not a host name"),
        ("hosts", "council.example:80", "is not a host name"),
        ("trusted_proxies", "proxy.example", "is not an address such as 10.0.0.7"),
        ("trusted_proxies", "10.0.0.1/8", "is not an address"),
        ("rate_limits", "write=9", "Did you mean 'writes'?"),
        ("rate_limits", "writes=0", "must be a whole number from 1"),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start_with_one_line(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    variable = f"CONSELHO_{name.upper()}"
    message = refusal(tmp_path, {variable: value})
    assert message.startswith(f"{variable}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "true"),
        ("port", "[8000]"),
        ("port", "1.5"),
        ("port", '"x"'),
        ("data_dir", "1"),
        ("host", '" "'),
        ("workspaces", "1"),
        ("workspaces", "[1]"),
        ("hosts", "[1]"),
        ("trusted_proxies", "1"),
        ("scheduler_enabled", "2"),
        ("admin_token", "1234567890123456"),
    ],
)
def test_a_wrong_type_in_the_file_is_refused_by_its_key(
    tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / "conselho.toml").write_text(f"{name} = {value}\n")
    assert refusal(tmp_path).startswith(f"conselho.toml: {name}: ")


def test_a_flag_is_named_as_it_is_typed(tmp_path: Path) -> None:
    assert refusal(tmp_path, max_concurrent_runs=0).startswith("--max-concurrent-runs: ")
    assert refusal(tmp_path, council_dir="nowhere").startswith("--council: ")


def test_all_errors_are_counted_and_inspection_shows_each(tmp_path: Path) -> None:
    environ = {"CONSELHO_PORT": "x", "CONSELHO_LOG_LEVEL": "y", "CONSELHO_TIMEZONE": "z"}
    assert "2 more" in refusal(tmp_path, environ)
    _, problems = inspect_settings(environ=environ, cwd=tmp_path)
    assert {problem.where for problem in problems} == set(environ)
    assert {problem.level for problem in problems} == {"error"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_a_loopback_host_is_taken(tmp_path: Path, host: str) -> None:
    assert load(tmp_path, host=host)[0].host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "council.example"])
def test_any_other_host_asks_for_a_login(tmp_path: Path, host: str) -> None:
    settings, problems = load(tmp_path, host=host)

    assert (settings.login_required, problems) == (True, [])
    assert not load(tmp_path)[0].login_required
    assert load(tmp_path, {"CONSELHO_REQUIRE_LOGIN": "true"})[0].login_required


def test_names_that_need_no_login_are_warned_of(tmp_path: Path) -> None:
    environ = {"CONSELHO_HOSTS": "Council.example, [::1], 10.0.0.7"}
    assert "not a host name" in refusal(tmp_path, environ)

    environ = {"CONSELHO_HOSTS": "Council.example, fd00::1, 10.0.0.7"}
    settings, [problem] = load(tmp_path, environ)
    assert settings.hosts == ("council.example", "fd00::1", "10.0.0.7")
    assert settings.described()["hosts"] == "council.example, fd00::1, 10.0.0.7"
    assert (problem.level, problem.where) == ("warning", "CONSELHO_HOSTS")
    assert load(tmp_path, environ | {"CONSELHO_REQUIRE_LOGIN": "1"})[1] == []


def test_proxies_and_rate_limits_are_read(tmp_path: Path) -> None:
    environ = {
        "CONSELHO_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
        "CONSELHO_RATE_LIMITS": "writes=240, runs=5",
    }
    settings, [problem] = load(tmp_path, environ)
    assert (problem.level, problem.where) == ("warning", "CONSELHO_TRUSTED_PROXIES")
    assert load(tmp_path, environ | {"CONSELHO_REQUIRE_LOGIN": "1"})[1] == []
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    assert settings.rate_limits == {"writes": 240, "runs": 5}


def test_a_lease_must_outlive_two_renewals(tmp_path: Path) -> None:
    message = refusal(tmp_path, {"CONSELHO_LEASE_SECONDS": "8"})
    assert message.startswith("CONSELHO_LEASE_SECONDS: lease_seconds (8) must be more than twice")
    assert refusal(tmp_path, {"CONSELHO_RENEW_SECONDS": "6"}).startswith("CONSELHO_RENEW_SECONDS")
    assert load(tmp_path, {"CONSELHO_LEASE_SECONDS": "8.1"})[0].lease_seconds == 8.1


def test_unknown_keys_and_variables_are_warnings_that_name_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "conselho.toml").write_text("prot = 1\n[elsewhere]\nport = 2\n")
    environ = {"CONSELHO_DATABASE": "x", "CONSELHO_URL": "http://127.0.0.1:8000", "HOME": "/"}
    settings, problems = load(tmp_path, environ)
    assert settings.port == 8000
    assert [str(problem) for problem in problems] == [
        "conselho.toml: prot: there is no such setting. Did you mean 'port'?",
        "conselho.toml: elsewhere: there is no such setting.",
        "CONSELHO_DATABASE: there is no such variable. Did you mean 'CONSELHO_DATABASE_URL'?",
    ]
    assert {problem.level for problem in problems} == {"warning"}


def test_what_works_but_not_as_hoped_is_a_warning(tmp_path: Path) -> None:
    environ = {
        "CONSELHO_ADMIN_TOKEN": TOKEN,
        "CONSELHO_SWEEP_SECONDS": "60",
        "CONSELHO_WORKSPACES": "nowhere",
    }
    _, problems = load(tmp_path, environ)
    assert [(problem.level, problem.where) for problem in problems] == [
        ("warning", "CONSELHO_SWEEP_SECONDS"),
        ("warning", "CONSELHO_WORKSPACES"),
    ]


def test_a_settings_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    message = refusal(tmp_path, {"CONSELHO_CONFIG": "none.toml"})
    assert "none.toml" in message
    assert "cannot be read" in message


@pytest.mark.parametrize("content", [b"port = \n", b"\xff\xfe", b"port = 1\nport = 2\n"])
def test_a_settings_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "conselho.toml").write_bytes(content)
    assert "the settings file is not TOML" in refusal(tmp_path)


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    assert "is a file, not a folder" in refusal(tmp_path, data_dir="f")


def test_mongo_uri_counts_only_when_nobody_said_anything_else(tmp_path: Path) -> None:
    environ = {"MONGO_URI": "mongodb://u:hunter2@db/x"}
    assert load(tmp_path, environ)[0].database_url == environ["MONGO_URI"]
    assert refusal(tmp_path, {"MONGO_URI": "mongodb:///x"}).startswith("MONGO_URI: ")
    assert load(tmp_path, environ, database_url="sqlite:///x.db")[0].database_url.endswith("/x.db")


def test_no_secret_is_in_what_settings_show_of_themselves(tmp_path: Path) -> None:
    settings, _ = load(tmp_path, {"CONSELHO_ADMIN_TOKEN": TOKEN})
    assert settings.admin_token == Secret(TOKEN)
    assert settings.admin_token is not None
    assert settings.admin_token.reveal() == TOKEN
    shown: list[Any] = [settings, settings.admin_token, settings.described()]
    for value in shown:
        assert TOKEN not in f"{value} {value!r}"
    assert settings.described()["admin_token"] == "***"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:hunter2@db:5432/x",
        "postgresql://user:hun/ter2@db:5432/hunter2@x",
        "mysql://hunter2@db/x?password=hunter2#hunter2",
        "user:hunter2@db",
        "redis://:hunter2\n@db",
    ],
)
def test_no_password_of_a_url_is_in_what_is_told(tmp_path: Path, url: str) -> None:
    assert "hunter2" not in redacted(url)
    for name in ("DATABASE_URL", "REDIS_URL", "BROKER_URL"):
        settings, problems = inspect_settings(environ={f"CONSELHO_{name}": url}, cwd=tmp_path)
        assert "hunter2" not in repr(settings)
        assert "hunter2" not in "".join(map(str, problems))


def test_a_word_like_no_other_gets_no_suggestion() -> None:
    assert nearest("zzz", ["port", "host"]) == ""
    assert nearest("prt", ["port", "host"]) == " Did you mean 'port'?"


def test_reading_the_settings_loads_neither_pydantic_nor_the_web_framework() -> None:
    program = (
        "import sys, conselho.config;"
        "print([m for m in ('pydantic', 'fastapi', 'sqlalchemy', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"


def test_every_setting_is_described_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
        for cells in (line.split("|") for line in page.splitlines() if line.startswith("| `"))
    }
    names = {f"`{field.name}`" for field in fields(Settings)}
    assert {name for name in rows if not name.startswith("`CONSELHO_")} == names
    for name in names:
        assert f"`CONSELHO_{name.strip('`').upper()}`" in rows[name]


def test_the_documented_defaults_are_the_real_ones(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    settings, _ = load(tmp_path)
    for name, text in settings.described().items():
        default = "not set" if text in ("None", "") else f"`{text}`"
        default = default.replace(str(tmp_path) + "/", "")
        assert any(
            line.startswith(f"| `{name}` |") and f"| {default} |" in line
            for line in page.splitlines()
        ), f"{name}: its default {default} is not in docs/configuration.md"


def test_a_worker_serves_what_has_no_queue_unless_it_has_queues_of_its_own(tmp_path: Path) -> None:
    def served(**variables: str) -> tuple[tuple[str, ...], bool]:
        settings, _ = load(tmp_path, {f"CONSELHO_{name}": text for name, text in variables.items()})
        return settings.queues, settings.serves_any

    assert served() == ((), True)
    assert served(QUEUES="gpu, mac, gpu") == (("gpu", "mac"), False)
    assert served(QUEUES="gpu", SERVE_ANY="yes") == (("gpu",), True)


def test_roles_are_in_one_order_and_a_broker_beside_sqlite_is_told(tmp_path: Path) -> None:
    settings, problems = load(
        tmp_path, {"CONSELHO_ROLE": "Worker,api", "CONSELHO_BROKER_URL": "redis://h:6379/0"}
    )
    assert settings.role == ("api", "worker")
    assert not settings.is_shared
    assert [problem.where for problem in problems] == ["CONSELHO_BROKER_URL"]
    shared, problems = load(
        tmp_path,
        {"CONSELHO_ROLE": "api", "CONSELHO_DATABASE_URL": "postgresql://ana:s3cret@db/council"},
    )
    assert (shared.is_shared, problems) == (True, [])
    assert "s3cret" not in repr(shared)
