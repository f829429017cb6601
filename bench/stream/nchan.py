"""nginx with nchan, the native measure: found, configured and started in a folder of its own.

One worker, unprivileged port, loopback. Debian: nginx and libnginx-mod-nchan.
"""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

MODULE: Final = "ngx_nchan_module.so"
MODULE_FOLDERS: Final = (
    "/usr/lib/nginx/modules",
    "/usr/lib64/nginx/modules",
    "/usr/local/lib/nginx/modules",
    "/opt/homebrew/lib/nginx/modules",
)

_CONFIG: Final = """\
load_module {module};
{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log stderr warn;

events {{
    worker_connections {files};
    multi_accept on;
}}

http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    nchan_shared_memory_size 128m;

    server {{
        listen 127.0.0.1:{port} backlog=4096;
        keepalive_requests 1000000;

        location = /publish {{
            nchan_publisher http;
            nchan_channel_id bench;
            nchan_message_buffer_length 100;
        }}
        location = /stream {{
            nchan_subscriber eventsource;
            nchan_channel_id bench;
            nchan_subscriber_first_message newest;
            nchan_eventsource_ping_interval 15;
        }}
        location = /ready {{ return 204; }}
    }}
}}
"""


def missing() -> str | None:
    """A sentence about what is not here; None when nginx can be started with nchan."""
    if shutil.which("nginx", path=_path()) is None:
        return "nginx is not installed (Debian: apt install nginx libnginx-mod-nchan)"
    if _module() is None:
        return f"nginx has no {MODULE} (Debian: apt install libnginx-mod-nchan)"
    return None


def command(folder: Path, port: int, *, files: int) -> list[str]:
    """How it is started in the foreground, with its configuration written to `folder`."""
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(module=_module(), user=_user(), files=files, folder=folder, port=port)
    )
    program = shutil.which("nginx", path=_path())
    assert program is not None
    return [program, "-p", str(folder), "-c", str(config), "-e", "stderr"]


def worker_of(pid: int) -> int | None:
    """The one worker of a master process, once it is there."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def _module() -> Path | None:
    places: Iterable[Path] = (Path(folder) / MODULE for folder in MODULE_FOLDERS)
    return next((place for place in places if place.is_file()), None)


def _user() -> str:
    # As root, nginx would give its worker to another user, who cannot enter our folder.
    return f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
