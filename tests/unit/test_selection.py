"""Which councilors a request is meant for."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from conselho.errors import NotFound
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.services.form_problems import problems
from conselho.services.selection import SelectionForm
from tests.support.factories import make_agent


def council() -> list[Agent]:
    return [
        make_agent(AgentId("bia"), tags=("nightly", "security")),
        make_agent(AgentId("ana"), tags=("nightly",)),
        make_agent(AgentId("caio")),
        make_agent(AgentId("seatless"), tags=("nightly",), councilor_config=None),
    ]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"agent_ids": ["caio", "ana", "caio"]}, ["caio", "ana"]),
        ({"tag": "nightly"}, ["ana", "bia"]),
        ({"tags": ["security", "nightly"]}, ["ana", "bia"]),
        ({"tags": ["security"], "tag": None, "agent_ids": [], "all": False}, ["bia"]),
        ({"all": True}, ["ana", "bia", "caio"]),
    ],
)
def test_one_kind_of_selection_says_who_is_meant(sent: dict[str, Any], meant: list[str]) -> None:
    form = SelectionForm.model_validate(sent)

    assert [agent.agent_id for agent in form.chosen(council())] == meant


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "say which councilors"),
        ({"all": False}, "say which councilors"),
        ({"tags": []}, "say which councilors"),
        ({"all": True, "tag": "nightly"}, "not by tag and all"),
        ({"agent_ids": ["ana"], "tags": ["nightly"]}, "not by agent_ids and tags"),
        ({"agent_ids": "ana"}, "must be a list"),
    ],
)
def test_no_kind_or_two_are_refused_in_a_sentence(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SelectionForm.model_validate(sent)

    [problem] = problems(refused.value, SelectionForm)
    assert said in problem.message


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"agent_ids": ["ana", "zoe"]}, "There is no councilor 'zoe'."),
        ({"agent_ids": ["zoe", "seatless"]}, "There are no councilors 'zoe', 'seatless'."),
        (
            {"agent_ids": [f"z{number}" for number in range(2_000)]},
            "There are no councilors 'z0', 'z1', 'z2', 'z3', 'z4', 'z5', 'z6', 'z7', 'z8', 'z9',"
            " nor 1990 others.",
        ),
        ({"tag": "weekly"}, "No councilor bears the tag 'weekly'."),
        ({"tags": ["weekly", "daily"]}, "No councilor bears the tag 'daily' or 'weekly'."),
    ],
)
def test_who_is_not_there_is_named(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(NotFound) as refused:
        SelectionForm.model_validate(sent).chosen(council())

    assert str(refused.value) == said


def test_all_of_an_empty_council_is_nobody() -> None:
    with pytest.raises(NotFound, match=r"The council has no councilor yet\."):
        SelectionForm(all=True).chosen([])
