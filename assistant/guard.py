"""The number guard: no figure leaves that is not tied to a fee row, a calculator result or the customer's words.

Every numeric claim of a reply is read back with the same reader that reads customers, and compared unit-aware
(0.6 % = 千分之六 = 0.006). One untied figure stops the whole reply.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.reply import Grounds, Reply, spoken_parts
from intents.slots import Figure, figures, same_figure

_MONEY = frozenset({"cny", "cny_per_day"})
_RATIO = frozenset({"percent", "rate_day", "rate_month", "rate_period", "rate_year", "rate_once"})


@dataclass(frozen=True)
class Untied:
    """A figure without grounds and the sentence it stands in."""

    figure: str
    text: str


class UntiedFigure(RuntimeError):
    """A reply holds a figure that cannot be traced; it was not sent."""

    code = "untied_figure"

    def __init__(self, untied: Sequence[Untied]) -> None:
        super().__init__("; ".join(f"{u.figure} in {u.text!r}" for u in untied))
        self.untied = tuple(untied)


def untied_figures(reply: Reply, grounds: Iterable[Grounds], customer: Sequence[str]) -> tuple[Untied, ...]:
    """Every figure of the reply that no ground and no words of the customer carry."""
    allowed = [f for ground in grounds for f in _figures_of(ground)]
    allowed += [f for words in customer for f in figures(words)]
    found = []
    for part in spoken_parts(reply):
        for figure in figures(part):
            if not any(same_figure(figure, other) for other in allowed):
                found.append(Untied(figure.text, part))
    return tuple(found)


def check(reply: Reply, grounds: Iterable[Grounds], customer: Sequence[str]) -> None:
    """Raise `UntiedFigure` when the reply holds a figure without grounds."""
    if untied := untied_figures(reply, grounds, customer):
        raise UntiedFigure(untied)


def _figures_of(ground: Grounds) -> list[Figure]:
    """The readings under which a ground may be said: as rendered, and by value in its unit."""
    found = list(figures(ground.rendered))
    value = ground.value
    if isinstance(value, Decimal):
        found += _decimal_readings(value, ground.unit)
    elif isinstance(value, date):
        found += figures(value.isoformat()) + figures(f"{value.year}年{value.month}月{value.day}日")
    return found


def _decimal_readings(value: Decimal, unit: str) -> list[Figure]:
    plain = f"{value:f}"
    if unit in _MONEY:
        return [*figures(f"{plain}元"), *figures(plain)]
    if unit == "percent" and "." not in plain and value > 1:
        return [*figures(f"{plain}%")]
    if unit in _RATIO:
        return [*figures(f"{plain}%"), *figures(f"{value * 100:f}%")]
    return list(figures(plain))
