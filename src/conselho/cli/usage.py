"""`conselho usage`: what agents spend, by day and councilor, and what is left of the budgets."""

from __future__ import annotations

from collections.abc import Iterator

import click

from conselho.cli import money, phrases, rows
from conselho.cli.options import Choices, pass_choices, with_colour, with_json, with_server
from conselho.cli.screen import Cell, Column, Ink, Screen

_USAGE = (
    Column(name="Day"),
    Column(name="Councilor", wide=True),
    Column(name="Runs", right=True),
    Column(name="In", right=True),
    Column(name="Cached", right=True),
    Column(name="Out", right=True),
    Column(name="Turns", right=True),
    Column(name="USD", right=True),
)
_AMOUNTS = ("runs", "input_tokens", "cached_tokens", "output_tokens", "turns")


@click.command()
@click.argument("agent_id", required=False)
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=7,
    show_default=True,
    help="So many days, today the last of them.",
)
@with_json
@with_server
@with_colour
@pass_choices
def usage(choices: Choices, agent_id: str | None, days: int) -> None:
    """Print what agents spent, by day and councilor.

    Runs, tokens (read, read from a cache, written), turns and costs, as the agents tell them; and
    the budgets, with what is left of them. Days are those of the server's time zone.
    """
    answer = choices.client().usage(agent_id, days=days)
    if choices.as_json:
        choices.screen.json(answer)
        return
    table = [*_table(answer)]
    if table:
        choices.screen.table(_USAGE, table)
    else:
        who = f" of {agent_id}" if agent_id else ""
        choices.screen.line(f"No run{who} told what it spent in {phrases.counted(days, 'day')}.")
    _print_budgets(choices.screen, rows.inner(answer, "budgets"), agent_id)


def cost_line(answer: rows.Json) -> str:
    """`cost 0.12 USD today, 3.40 this month`, from at least 31 days of usage; "" for no cost."""
    days = rows.objects(answer, "days")
    if not days:
        return ""
    today = rows.text(days[-1], "date") or ""
    costs = [(rows.text(day, "date") or "", _cost(rows.inner(day, "total"))) for day in days]
    month = sum(cost for date, cost in costs if date[:7] == today[:7])
    if not month:
        return ""
    return f"cost {money.usd(costs[-1][1])} USD today, {money.usd(month)} this month"


def _table(answer: rows.Json) -> Iterator[list[Cell]]:
    """The newest day first; a day with several councilors ends with its total."""
    for day in reversed(rows.objects(answer, "days")):
        date = rows.text(day, "date") or "?"
        councilors = {
            agent_id: amounts
            for agent_id, amounts in rows.inner(day, "councilors").items()
            if isinstance(amounts, dict)
        }
        for agent_id, amounts in councilors.items():
            yield [date, Ink(agent_id, "bold"), *_amounts(amounts)]
        if len(councilors) > 1:
            yield [date, Ink("all", "dim"), *_amounts(rows.inner(day, "total"))]


def _amounts(amounts: rows.Json) -> list[Cell]:
    counts = [f"{rows.number(amounts, name) or 0:,.0f}" for name in _AMOUNTS]
    cost = rows.number(amounts, "cost_usd")
    return [*counts, "-" if cost is None else money.usd(cost)]


def _cost(amounts: rows.Json) -> float:
    return rows.number(amounts, "cost_usd") or 0.0


def _print_budgets(screen: Screen, budgets: rows.Json, agent_id: str | None) -> None:
    # Asked for one councilor, the answer does not know what the whole council spent.
    every = {} if agent_id else {"the council": rows.inner(budgets, "council")}
    every |= rows.inner(budgets, "councilors")
    every = {
        who: budget
        for who, budget in every.items()
        if isinstance(budget, dict) and money.left(budget)
    }
    if not every:
        return
    screen.line()
    screen.line(Ink("Budgets", "bold"))
    told = {who: money.of_budget(budget) for who, budget in every.items()}
    widths = (len("! warning"), max(map(len, every)), max(map(len, told.values())))
    for who, budget in every.items():
        unknown = budget.get("tells_cost") is False
        state = "error" if budget.get("spent") is True else "warning" if unknown else "ready"
        rest = "cannot be kept: its provider tells no cost" if unknown else money.left(budget)
        screen.line(phrases.mark(state), who, told[who], rest, widths=widths)
