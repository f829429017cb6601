"""Names for the ids that travel through the code, so that one is never taken for another."""

from __future__ import annotations

import re
import secrets
from typing import NewType

AgentId = NewType("AgentId", str)
TaskId = NewType("TaskId", str)
WorkerId = NewType("WorkerId", str)

# Of our own and of older systems. A log file and its folder are named by it: no separator, and no
# dot among the last two.
TASK_ID_PATTERN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,196}[A-Za-z0-9_-]{2}")
AGENT_ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
QUEUE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def new_task_id() -> TaskId:
    """24 hexadecimal digits, as the ids that existing clients know."""
    return TaskId(secrets.token_hex(12))
