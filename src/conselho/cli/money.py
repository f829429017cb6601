"""What was spent and what is left, as people read it. Amounts are US dollars."""

from __future__ import annotations

from conselho.cli import rows

_SMALL = 0.1


def usd(amount: float) -> str:
    """`12.34`, and `0.0042` where two decimals would hide it."""
    return f"{amount:.4f}" if 0 < amount < _SMALL else f"{amount:.2f}"


def of_budget(budget: rows.Json) -> str:
    """`1.20 of 5.00 USD today, 3.10 USD this month`; nothing where neither limit nor costs are."""
    told = []
    for spent, limit, span in (
        ("today_usd", "max_cost_usd_per_day", "today"),
        ("month_usd", "max_cost_usd_per_month", "this month"),
    ):
        amount, bound = rows.number(budget, spent) or 0.0, rows.number(budget, limit)
        if bound is not None:
            told.append(f"{usd(amount)} of {usd(bound)} USD {span}")
        elif amount:
            told.append(f"{usd(amount)} USD {span}")
    return ", ".join(told)


def left(budget: rows.Json) -> str:
    """What may still be spent: `3.80 USD left today`, the nearer limit; nothing without one."""
    rests = []
    for spent, limit, span in (
        ("today_usd", "max_cost_usd_per_day", "today"),
        ("month_usd", "max_cost_usd_per_month", "this month"),
    ):
        bound = rows.number(budget, limit)
        if bound is not None:
            rests.append((max(0.0, bound - (rows.number(budget, spent) or 0.0)), span))
    if not rests:
        return ""
    rest, span = min(rests)
    return f"{usd(rest)} USD left {span}"
