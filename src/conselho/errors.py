"""Every error that Conselho raises on purpose, with its HTTP status and exit code.

    ConselhoError                      a message for a person, fields for code
      NotFound(kind, key)               HTTP 404   exit 4
      Invalid(field, reason)           HTTP 422   exit 2     InvalidSchedule, InvalidSettings,
                                                              InvalidCouncilFile
        Empty                          HTTP 400   exit 2
      Conflict                         HTTP 409   exit 5     LeaseLost, IllegalTransition,
                                                              AlreadyExists, StaleVersion,
                                                              AlreadyRunning, BudgetSpent
      NotACouncilor                    HTTP 400   exit 2
      Unavailable(service)             HTTP 503   exit 6     StoreUnavailable (StoreTooNew),
                                                              BusUnavailable, BrokerUnavailable
      RunError(kind)                   never leaves the worker: it is stored on the Task

Implementations translate driver errors once, at their edge, with `raise ... from exc`.
"""

from __future__ import annotations

from typing import ClassVar


class ConselhoError(Exception):
    """Root of the tree. `str(error)` is one sentence for a person: what, where, what to do."""

    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1


class NotFound(ConselhoError):
    """Something named by the caller does not exist."""

    http_status = 404
    exit_code = 4

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"There is no {kind} {key!r}.")
        self.kind = kind
        self.key = key


class Invalid(ConselhoError):
    """A value given from outside cannot be used; `field` is its dotted path."""

    http_status = 422
    exit_code = 2

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class Empty(Invalid):
    """Nothing was given where something is needed, and existing clients expect a 400."""

    http_status = 400


class InvalidSchedule(Invalid):
    """A schedule that cannot be read, or that would never fire."""


class InvalidSettings(Invalid):
    """A setting from the environment, the settings file or the command line."""


class InvalidCouncilFile(Invalid):
    """A council file that is refused: `file:line: field: reason`."""

    def __init__(self, file: str, line: int, field: str, reason: str) -> None:
        super().__init__(field, reason)
        where = f"{file}:{line}"
        self.args = (f"{where}: {field}: {reason}" if field else f"{where}: {reason}",)
        self.file = file
        self.line = line


class NotACouncilor(ConselhoError):
    """The agent exists but has no seat in the council."""

    http_status = 400
    exit_code = 2

    def __init__(self, agent_id: str) -> None:
        super().__init__(f"The agent {agent_id!r} is not a councilor. Promote it first.")
        self.agent_id = agent_id


class Conflict(ConselhoError):
    """The state of something does not allow what was asked."""

    http_status = 409
    exit_code = 5


class LeaseLost(Conflict):
    """The writer no longer owns the Task: its fence is old. Its work must be thrown away."""

    def __init__(self, task_id: str) -> None:
        super().__init__(f"The lease on task {task_id!r} is lost: another worker owns it now.")
        self.task_id = task_id


class IllegalTransition(Conflict):
    """The Task's status does not lead to the one asked for (models.task.TRANSITIONS)."""

    def __init__(self, task_id: str, status: str, target: str) -> None:
        super().__init__(f"Task {task_id!r} is {status} and cannot become {target}.")
        self.task_id = task_id
        self.status = status
        self.target = target


class AlreadyExists(Conflict):
    """A second thing under one id."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"The {kind} {key!r} exists already.")
        self.kind = kind
        self.key = key


class StaleVersion(Conflict):
    """The agent was changed by somebody else between the reading and the writing of it."""

    def __init__(self, agent_id: str) -> None:
        super().__init__(f"The agent {agent_id!r} was changed meanwhile. Read it and try again.")
        self.agent_id = agent_id


class AlreadyRunning(Conflict):
    """One active run per councilor: `task_id` names the one that is active."""

    def __init__(self, agent_id: str, task_id: str) -> None:
        super().__init__(
            f"The councilor {agent_id!r} is at work already: execution {task_id}."
            " Wait for its end, or cancel it."
        )
        self.agent_id = agent_id
        self.task_id = task_id


class BudgetSpent(Conflict):
    """There is no money left for a run: the councilor's limit, or the council's, is reached."""

    def __init__(self, agent_id: str, objection: str) -> None:
        super().__init__(objection)
        self.agent_id = agent_id


class Unavailable(ConselhoError):
    """A service that Conselho needs does not answer. Retried with a bound, then raised."""

    http_status = 503
    exit_code = 6

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"The {service} does not answer: {reason}.")
        self.service = service
        self.reason = reason


class StoreUnavailable(Unavailable):
    """The store cannot be read or written: gone, locked, full or read-only."""

    def __init__(self, reason: str) -> None:
        super().__init__("store", reason)


class StoreTooNew(StoreUnavailable):
    """A newer program wrote the store. Trying again does not help."""


class BusUnavailable(Unavailable):
    """The event bus cannot be reached. Events wait in the store."""

    def __init__(self, reason: str) -> None:
        super().__init__("event bus", reason)


class BrokerUnavailable(Unavailable):
    """The broker of runs cannot be reached. What is due is found in the store."""

    def __init__(self, reason: str) -> None:
        super().__init__("broker", reason)


class RunError(ConselhoError):
    """Why one attempt failed. Never leaves the worker: `kind` and message go onto the Task.

    `kind` is one of models.task.ErrorKind.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
