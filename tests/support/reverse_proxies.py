"""nginx and Caddy with the very files of deploy/, on free loopback ports, in folders of their own.

    with nginx(tmp_path, servers=[server.url]) as proxy, proxy.browser() as browser:
        browser.get("/api/councilors")

What a deployment puts in (ports, certificate, servers) is put in here; a line that is no longer in
the file fails the test. The site is council.example, which `resolved` leads to this machine.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.server import DEADLINE_SECONDS, eventually, free_port

SITE: Final = "council.example"
DEPLOY: Final = Path(__file__).parents[2] / "deploy"
# Both keep their own places off the PATH of ordinary users.
PATH: Final = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
# So much sooner than the next heartbeat: what waits to be pushed on does not come in time.
AT_ONCE_SECONDS: Final = 10.0

Start = Callable[..., AbstractContextManager["ReverseProxy"]]

_AROUND: Final = """\
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conselho.conf;
}}
"""


class ReverseProxy:
    """A program before one server or several."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], port: int, folder: Path
    ) -> None:
        self.port = port
        self.url = f"https://{SITE}:{port}"
        self.log = folder / "proxy.log"
        self.trust = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        self._command = list(command)
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=os.environ | self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self._listens, f"{self._command[0]} listens")

    def stop(self) -> None:
        """End it at once, with the connections through it."""
        if self._process is not None:
            # nginx's worker is told by its master.
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
                raise
            self._process = None

    def browser(
        self, headers: Mapping[str, str] | None = None, *, wait: float = DEADLINE_SECONDS
    ) -> httpx.Client:
        """A client of the site. `wait`: the longest silence, in seconds."""
        return httpx.Client(
            base_url=self.url, verify=self.trust, headers=headers, timeout=wait, trust_env=False
        )

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            probe.settimeout(DEADLINE_SECONDS)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def why_missing(name: str) -> str | None:
    """Why a proxy cannot be started; None when it can."""
    if shutil.which(name, path=PATH) is None:
        return f"{name} is not installed (Debian: apt-get install {name})"
    return None


@contextmanager
def nginx(
    folder: Path, servers: Sequence[str], *, behind_balancer: bool = False
) -> Iterator[ReverseProxy]:
    """deploy/nginx/conselho.conf before servers with these URLs. `behind_balancer`: with the lines
    for a load balancer, which is this machine.
    """
    folder.mkdir()
    port, plain = free_port(), free_port()
    certify(folder)
    named = [_place(url) for url in servers]
    line = "server 127.0.0.1:8000 max_fails=1 fail_timeout=2s;"
    changes = {
        line: "\n".join(line.replace("127.0.0.1:8000", place) for place in named),
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "/etc/ssl/council.example/fullchain.pem": str(folder / "certificate.pem"),
        "/etc/ssl/council.example/privkey.pem": str(folder / "key.pem"),
    }
    if behind_balancer:
        changes |= {
            "#set_real_ip_from 10.0.0.0/8;": "set_real_ip_from 127.0.0.1;",
            "#real_ip_header": "real_ip_header",
            "#real_ip_recursive": "real_ip_recursive",
        }
    edited = _edited(DEPLOY / "nginx" / "conselho.conf", changes)
    (folder / "conselho.conf").write_text(edited)
    config = folder / "nginx.conf"
    # As root, nginx would give its worker to another user, who cannot enter our folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    config.write_text(_AROUND.format(user=user, folder=folder))
    command = [_program("nginx"), "-p", str(folder), "-c", str(config), "-e", "stderr"]
    yield from _running(ReverseProxy(command, {}, port, folder))


@contextmanager
def caddy(
    folder: Path, servers: Sequence[str], *, behind_balancer: bool = False
) -> Iterator[ReverseProxy]:
    """deploy/caddy/Caddyfile, in the same way."""
    folder.mkdir()
    port = free_port()
    certify(folder)
    site = "{$COUNCIL_SITE:council.example} {\n"
    pair = f"{folder / 'certificate.pem'} {folder / 'key.pem'}"
    # Nothing but the one port, and no certificate from elsewhere.
    closed = f"admin off\n\tauto_https off\n\tstorage file_system {folder}"
    changes = {
        "\tgrace_period 5s\n": f"\tgrace_period 100ms\n\t{closed}\n",
        site: f"{site}\tbind 127.0.0.1\n\ttls {pair}\n",
    }
    if behind_balancer:
        changes["#trusted_proxies 10.0.0.0/8"] = "trusted_proxies 127.0.0.1"
    config = folder / "Caddyfile"
    config.write_text(_edited(DEPLOY / "caddy" / "Caddyfile", changes))
    command = [_program("caddy"), "run", "--adapter", "caddyfile", "--config", str(config)]
    environ = {
        "COUNCIL_SITE": f"{SITE}:{port}",
        "COUNCIL_SERVERS": " ".join(map(_place, servers)),
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
    }
    yield from _running(ReverseProxy(command, environ, port, folder))


@contextmanager
def resolved() -> Iterator[None]:
    """While this holds, the site's name leads to this machine, as a hosts file would have it."""
    ask = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        return ask("127.0.0.1" if host in (SITE, SITE.encode()) else host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answer)
        yield


def certify(folder: Path) -> None:
    """A certificate of the site and its key, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SITE)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(SITE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _running(proxy: ReverseProxy) -> Iterator[ReverseProxy]:
    try:
        proxy.start()
        yield proxy
    finally:
        proxy.stop()


def _edited(path: Path, changes: Mapping[str, str]) -> str:
    text = path.read_text()
    for old, new in changes.items():
        assert text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    return text


def _place(url: str) -> str:
    return url.removeprefix("http://")


def _program(name: str) -> str:
    program = shutil.which(name, path=PATH)
    assert program is not None, why_missing(name)
    return program
