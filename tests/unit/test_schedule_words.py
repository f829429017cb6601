"""Schedules as sentences, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.models.schedule import parse_schedule
from conselho.services.schedule_words import LANGUAGES, sentence


@pytest.mark.parametrize(
    ("value", "english", "portuguese"),
    [
        ("30m", "every 30 minutes", "a cada 30 minutos"),
        ("1h", "every hour", "a cada hora"),
        ("60m", "every 60 minutes", "a cada 60 minutos"),
        ("10s", "every 10 seconds", "a cada 10 segundos"),
        ("2d", "every 2 days", "a cada 2 dias"),
        ("* * * * *", "every minute", "a cada minuto"),
        ("*/15 * * * *", "every 15 minutes", "a cada 15 minutos"),
        ("@hourly", "every hour", "a cada hora"),
        ("15 * * * *", "every hour at minute 15", "a cada hora, no minuto 15"),
        (
            "5,25 * * * *",
            "every hour at minutes 5 and 25",
            "a cada hora, nos minutos 5 e 25",
        ),
        ("0 */2 * * *", "every 2 hours", "a cada 2 horas"),
        (
            "15 */2 * * *",
            "every 2 hours from 00:15 to 22:15",
            "a cada 2 horas das 00:15 às 22:15",
        ),
        (
            "30 1-9 * * *",
            "every hour from 01:30 to 09:30",
            "a cada hora da 01:30 às 09:30",
        ),
        ("* 9 * * *", "every minute from 09:00 to 09:59", "a cada minuto das 09:00 às 09:59"),
        ("@daily", "every day at 00:00", "todos os dias às 00:00"),
        ("0 1 * * *", "every day at 01:00", "todos os dias à 01:00"),
        ("0 9 * * 1", "every Monday at 09:00", "toda segunda-feira às 09:00"),
        ("@weekly", "every Sunday at 00:00", "todo domingo às 00:00"),
        (
            "0 9,18 * * 1-5",
            "weekdays at 09:00 and 18:00",
            "de segunda a sexta-feira às 09:00 e às 18:00",
        ),
        (
            "0 9 * * 2,4,6",
            "every Tuesday, Thursday and Saturday at 09:00",
            "toda terça-feira, toda quinta-feira e todo sábado às 09:00",
        ),
        (
            "*/15 9-17 * * mon-fri",
            "every 15 minutes from 09:00 to 17:45, Monday to Friday",
            "a cada 15 minutos das 09:00 às 17:45, de segunda a sexta-feira",
        ),
        (
            "30 9-17 * * 6,0",
            "every hour from 09:30 to 17:30, on Saturdays and Sundays",
            "a cada hora das 09:30 às 17:30, aos sábados e aos domingos",
        ),
        ("@monthly", "on day 1 of the month at 00:00", "no dia 1º do mês às 00:00"),
        ("@yearly", "on 1 January at 00:00", "em 1º de janeiro às 00:00"),
        ("0 18 24 12 *", "on 24 December at 18:00", "em 24 de dezembro às 18:00"),
        (
            "0 9 1,15 * *",
            "on days 1 and 15 of the month at 09:00",
            "nos dias 1º e 15 do mês às 09:00",
        ),
        ("0 9 L * *", "on the last day of the month at 09:00", "no último dia do mês às 09:00"),
        (
            "0 17 * * 5L",
            "on the last Friday of the month at 17:00",
            "na última sexta-feira do mês às 17:00",
        ),
        (
            "0 12 * * sun#1,fri#3",
            "on the first Sunday and the third Friday of the month at 12:00",
            "no primeiro domingo e na terceira sexta-feira do mês às 12:00",
        ),
        ("0 9 * 6 *", "every day in June at 09:00", "todos os dias em junho às 09:00"),
        ("0 9 * 6 1", "every Monday in June at 09:00", "toda segunda-feira em junho às 09:00"),
        (
            "*/30 * * 1,7 *",
            "every 30 minutes, in January and July",
            "a cada 30 minutos, em janeiro e julho",
        ),
        (
            "0 0 13 * 5",
            "on day 13 of the month and on Fridays at 00:00",
            "no dia 13 do mês e às sextas-feiras às 00:00",
        ),
        (
            "0 0 */15 * 1",
            "on Mondays that fall on days 1, 16 and 31 of the month at 00:00",
            "às segundas-feiras que caem nos dias 1º, 16 e 31 do mês às 00:00",
        ),
        (
            "7,11 1,4,9,10 * * *",
            "at minutes 7 and 11 of hours 1, 4, 9 and 10",
            "nos minutos 7 e 11 das horas 1, 4, 9 e 10",
        ),
        (
            "2026-12-24T18:00",
            "once, on 24 December 2026 at 18:00",
            "uma vez, em 24 de dezembro de 2026 às 18:00",
        ),
    ],
)
def test_a_schedule_in_words(value: str, english: str, portuguese: str) -> None:
    schedule = parse_schedule(value)

    assert sentence(schedule, "en") == english
    assert sentence(schedule, "pt-BR") == portuguese


@pytest.mark.parametrize(
    ("rules", "english", "portuguese"),
    [
        ({}, "", ""),
        ({"jitter_seconds": 90}, ", up to 90 s later", ", até 90 s mais tarde"),
        (
            {"active_hours": ("mon-fri 09:00-18:00", "sat 22:00-02:00")},
            ", only from 09:00 to 18:00 Monday to Friday and from 22:00 to 02:00 on Saturdays",
            ", somente das 09:00 às 18:00 de segunda a sexta-feira e das 22:00 às 02:00"
            " aos sábados",
        ),
        (
            {"excluded_dates": ("12-25", "2027-01-01"), "excluded_calendars": ("feriados",)},
            ", not on 25 December, on 1 January 2027 and on days of the calendar feriados",
            ", exceto em 25 de dezembro, em 1º de janeiro de 2027 e em dias do calendário feriados",
        ),
        (
            {
                "starts_at": datetime(2026, 1, 1, 3, tzinfo=UTC),
                "ends_at": datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC),
            },
            ", from 1 January 2026, until 31 December 2026",
            ", a partir de 1º de janeiro de 2026, até 31 de dezembro de 2026",
        ),
        (
            {"ends_at": datetime(2026, 12, 24, 21, 30, tzinfo=UTC)},
            ", until 24 December 2026 at 18:30",
            ", até 24 de dezembro de 2026 às 18:30",
        ),
    ],
)
def test_its_rules_follow(rules: dict[str, Any], english: str, portuguese: str) -> None:
    schedule = parse_schedule("0 9 * * *", timezone="America/Sao_Paulo", **rules)

    assert sentence(schedule, "en", timezone="America/Sao_Paulo") == f"every day at 09:00{english}"
    assert sentence(schedule, "pt-BR") == (
        f"todos os dias às 09:00 (America/Sao_Paulo){portuguese}"
    )


def test_the_zone_is_told_only_where_it_matters() -> None:
    zone = "Europe/Lisbon"

    assert sentence(parse_schedule("30m", timezone=zone), "en") == "every 30 minutes"
    assert sentence(parse_schedule("@daily", timezone=zone), "en").endswith("(Europe/Lisbon)")
    hours = parse_schedule("30m", timezone=zone, active_hours=("09:00-18:00",))
    assert "(Europe/Lisbon)" in sentence(hours, "en")


def test_a_moment_with_an_offset_is_told_in_the_zone() -> None:
    schedule = parse_schedule("2026-12-24T18:00+01:00", timezone="America/Sao_Paulo")

    assert sentence(schedule, "en") == ("once, on 24 December 2026 at 14:00 (America/Sao_Paulo)")


FIELDS = st.tuples(
    st.sampled_from(["*", "0", "*/7", "1,2,9", "*/15", "3-50/9"]),
    st.sampled_from(["*", "0", "1-5", "*/3", "2,3,11", "9-17/4", "22,23"]),
    st.sampled_from(["*", "1", "L", "1,L", "*/9", "3-20/4"]),
    st.sampled_from(["*", "2", "1-3", "*/5"]),
    st.sampled_from(["*", "1", "1-5", "0,6", "*/2", "5L", "mon#2,3"]),
)


@given(FIELDS)
def test_every_line_has_a_sentence_in_every_language(fields: tuple[str, ...]) -> None:
    line = " ".join(fields)
    if fields[2] == "*/9" and ("L" in fields[4] or "#" in fields[4]):
        return  # refused
    for language in LANGUAGES:
        text = sentence(parse_schedule(line), language)
        assert text == " ".join(text.split())
        assert not text.endswith((",", " and", " e"))
