"""What the API answers when it cannot do what was asked."""

from __future__ import annotations

from conselho.api.schemas.base import Shape, about


class FieldProblem(Shape):
    """What is wrong with one value that was sent."""

    field: str = about(
        "The dotted path of the value; empty for the whole body.", "councilor_config.schedule.value"
    )
    message: str = about("A sentence for people.", "must be a text")
    file: str = about("Only for council files: the file.", "council/ana.md", default="")
    line: str = about("Only for council files: the line, from 1.", "7", default="")


class Problem(Shape):
    """Why a request was refused or failed.

    The media type is `application/json`, or `application/problem+json` for who asks for that
    (RFC 9457). `detail` is always there, and always a sentence that can be shown to people.
    """

    detail: str = about("A sentence for people.", "There is no agent 'ana'.")
    type: str = about(
        "What kind of problem it is; `about:blank`: what its status says (RFC 9457).",
        "about:blank",
        default="about:blank",
    )
    title: str = about("The name of the status.", "Not Found", default="")
    status: int = about("The HTTP status again.", 404, default=0)
    errors: list[FieldProblem] = about("What is wrong with each value that was sent.", default=[])
    confirm: int = about(
        "Only for a backfill: the number of runs that it would be by now.", 3, default=0
    )
