"""Names for the ids that travel through the code, so that one is never taken for another."""

from __future__ import annotations

import re
import secrets
from typing import NewType

AgentId = NewType("AgentId", str)
TaskId = NewType("TaskId", str)
WorkerId = NewType("WorkerId", str)

AGENT_ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def new_task_id() -> TaskId:
    """24 hexadecimal digits, as the ids that existing clients know."""
    return TaskId(secrets.token_hex(12))
