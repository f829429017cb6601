"""What all descriptions of answers share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field

# ISO-8601 in UTC, with `Z`.
Moment = Annotated[AwareDatetime, Field(examples=["2026-11-30T22:00:00Z"])]


class Shape(BaseModel):
    """A JSON object. A field without a default is always there; None means that it may be null."""


def about(description: str, *examples: Any, **rules: Any) -> Any:
    """A field with its description, units included, and examples."""
    return Field(description=description, examples=list(examples) or None, **rules)


class Done(Shape):
    """What a request did."""

    success: bool = about("Whether everything that was asked for was done.", True)
    message: str = about("A sentence for people.", "Ana was promoted to councilor.")


class Warned(Shape):
    """Something that the author of a schedule should know; it is no error."""

    code: str = about(
        "`past`, `ended`, `far_away`, `all_left_out`, `unknown_calendar` or another word.",
        "unknown_calendar",
    )
    message: str = about(
        "A sentence for people.", "There is no calendar 'br': it excludes nothing."
    )
