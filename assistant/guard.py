"""The number guard: no figure leaves that is not tied to a fee row, a calculator result or the customer's words.

Every numeric claim of a reply is read back with the same reader that reads customers, and compared unit-aware
(0.6 % = 千分之六 = 0.006). One untied figure stops the whole reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.reply import Grounds, Reply, spoken_parts
from intents.slots import Figure, figures, normal_form, same_figure

# Words the figure reader takes for numbers but that claim nothing: a day, a clause, the first instalment, 折成一年,
# 只收一次, 两种算法. Said as a time limit (一天内到账) they do claim something.
_NO_CLAIM = re.compile(
    r"(?:an?|per|the|each) (?:day|week|month|year)|[一两几]条|[首末]期|最后一期|第?一期"
    r"|(?:first|last) (?:periods?|payment)|one|three"
    r"|一(?:年|个月|月|天|日|次|笔|种|项|件|遍|步|档|样|些|下)|[两三](?:种|项|样|件)"
)
_LIMIT = re.compile(r"\s*(?:之?内|以内|以后|之后|后|就?能?到账|之前|前)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNITLESS = frozenset({"number", "count", "phone", "code", "marker", "time", "period_index", "day_of_month"})
_MONEY = frozenset({"cny", "cny_per_day"})
_WORDS = {
    "days": ("天", "日", " days"),
    "workdays": ("个工作日", " working days"),
    "months": ("个月", " months"),
    "years": ("年", " years"),
    "hours": ("小时", " hours"),
    "minutes": ("分钟", " minutes"),
    "day_of_month": ("号", "日"),
}


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
    said = [(figure, part) for part in spoken_parts(reply) for figure in figures(part)]
    if not said:  # a long conversation is not read through for nothing
        return ()
    grounds = tuple(grounds)
    carried = [f for ground in grounds for f in _figures_of(ground)]
    carried += [f for words in customer for f in figures(words)]
    allowed = {(f.kind, f.value, f.unit): f for f in carried}.values()  # a schedule carries the same figure many times
    found = []
    for figure, part in said:
        tied = any(same_figure(figure, other) for other in allowed) or _named_by(figure, grounds)
        if not tied and not _claims_nothing(figure, part):
            found.append(Untied(figure.text, part))
    return tuple(found)


def _claims_nothing(figure: Figure, part: str) -> bool:
    words = figure.text.strip().lower()
    return bool(_NO_CLAIM.fullmatch(words)) and not _LIMIT.match(normal_form(part), figure.end)


def check(reply: Reply, grounds: Iterable[Grounds], customer: Sequence[str]) -> None:
    """Raise `UntiedFigure` when the reply holds a figure without grounds."""
    if untied := untied_figures(reply, grounds, customer):
        raise UntiedFigure(untied)


def _named_by(figure: Figure, grounds: Sequence[Grounds]) -> bool:
    """A number said without a unit (a telephone, an age, a day of the month), or one out of a text or count row such as
    「3 / 5 / 10」, is tied by its digits, all of them in one row: 22:10 is not made of a day 10 and an hour 22."""
    said = set(_numbers(figure.text))
    unitless = figure.kind in _UNITLESS
    rows = (g for g in grounds if unitless or g.unit in ("text", "count"))
    return bool(said) and any(said.issubset(_numbers(g.rendered)) for g in rows)


def _numbers(text: str) -> list[Decimal | str]:
    """Numbers by value (3.0 is 3), groups with leading zeros (parts of a telephone number) by their digits."""
    return [d if d.startswith("0") and len(d) > 1 and "." not in d else Decimal(d) for d in _NUMBER.findall(text)]


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
    """A calculator's figure as it may be worded: money with and without its unit, percent as percent, days as days."""
    plain = f"{value:f}"
    if unit in _MONEY:
        return [*figures(f"{plain}元"), *figures(plain)]
    if unit == "percent":
        return list(figures(f"{plain}%"))
    if unit in _WORDS:
        return [f for word in _WORDS[unit] for f in figures(f"{plain}{word}")]
    return [f for word in ("", "期", "第{}期", "个", "年") for f in figures(_worded(plain, word))]


def _worded(plain: str, word: str) -> str:
    return word.format(plain) if "{}" in word else f"{plain}{word}"
