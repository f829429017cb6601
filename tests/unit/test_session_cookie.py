"""The session's cookie among those of whoever else serves pages on this host."""

from __future__ import annotations

import pytest

from conselho.api.gate import session_cookie


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("conselho_session=abc", "abc"),
        ("theme=dark; conselho_session=a-b_c; x=1", "a-b_c"),
        ('prefs={"a": "b"}; conselho_session=abc', "abc"),
        ("a[0]=1;conselho_session=abc", "abc"),
        ("not_conselho_session=abc", None),
        ("conselho_session", None),
        ("conselho_session=", None),
        ("", None),
    ],
)
def test_no_other_cookie_hides_it(header: str, value: str | None) -> None:
    assert session_cookie(header) == value


def test_a_value_is_taken_as_it_stands() -> None:
    # Taking a quoted one apart takes a time that grows with the square of its length.
    value = '"' + "\\a" * 30_000 + '"'

    assert session_cookie(f"conselho_session={value}") == value
