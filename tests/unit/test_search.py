"""What the search for a text asks of a database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from conselho.stores.sql.portable import has_text, sought_text


@pytest.mark.parametrize("is_ascii", [True, False])
def test_sqlite_is_not_asked_with_like(is_ascii: bool) -> None:
    # Which takes minutes for a long result that repeats itself: 200 letters for each of its own.
    where = has_text("sqlite", sa.column("result"), sa.bindparam("sought"), is_ascii=is_ascii)

    assert "LIKE" not in str(where)
    assert sought_text("sqlite", "50%_!") == "50%_!"


def test_signs_of_a_pattern_are_letters() -> None:
    assert sought_text("postgresql", "50%_!") == "%50!%!_!!%"
