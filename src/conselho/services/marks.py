"""The variables by which a child and all that it starts are known as ours."""

from __future__ import annotations

from typing import Final

MARK: Final = "CONSELHO_TASK_ID"
HOME: Final = "CONSELHO_HOME"
