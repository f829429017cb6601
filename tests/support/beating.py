"""What a councilor of the fault tests runs: it tells every 50 ms that it is alive.

beating.py JOURNAL AGENT REST: it ends after REST seconds, or when the file REST is there.
Each line of the journal is written at once: agent, Task, process, seconds of the machine's clock.
"""

from __future__ import annotations

import os
import sys
import time

BEAT_SECONDS = 0.05


def main(journal: str, agent_id: str, rest: str) -> None:
    began = time.monotonic()
    lines = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    while True:
        now = time.monotonic()
        line = f"{agent_id} {os.environ['CONSELHO_TASK_ID']} {os.getpid()} {now:.3f}\n"
        os.write(lines, line.encode())
        if os.path.exists(rest) if rest.startswith("/") else now - began >= float(rest):
            break
        time.sleep(BEAT_SECONDS)
    sys.stdout.write("all is well\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
