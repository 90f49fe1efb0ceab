"""Reads a file of cash flows in the vectors' format (DOMAIN 2) and answers each by its method, or by one for all.

A vector holds `monthly_cashflows` (from month 0, received positive), `dated_cashflows` (`[date, amount]` pairs), or
streams `advances` and `payments` of `{amount, count, t, f, step}`: in whole unit-periods with an odd fraction when
`unit_periods_per_year` is there, in years as sums of fractions (`1/12+3/365`) when it is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from knowledge.cashflow import CashFlowError, CashFlows, Dated, Grid, Timed, UnitPeriods
from knowledge.inputs import InvalidInput, count_of, date_of, decimal_of
from knowledge.money import MixedCurrencies
from knowledge.rates.outcome import NoSolution, RateOutcome, percent_of
from knowledge.rates.registry import METHODS, annual_rate

_TERM = re.compile(r"([+-]?)\s*(\d+(?:\.\d+)?(?:/\d+)?)\s*")
_STREAM_FIELDS = {"amount", "count", "t", "f", "step", "currency"}
_AMOUNT = "a number from 0 to 1000000000000, quoted or not, never NaN"
_PER_YEAR = "a number or fraction above 0, at most 366"
_MOST = Decimal(10) ** 12
_LONGEST_YEARS = 200


class BadVector(InvalidInput):
    """One vector has a field that cannot be used; the message names the vector, the field and the accepted range."""

    code = "bad_vector"

    def __init__(self, vector: str, field: str, got: object, accepted: str) -> None:
        super().__init__(f"vector {vector}: {field}", got, accepted)
        self.vector, self.vector_field = vector, field


@dataclass(frozen=True, slots=True)
class RateVector:
    """One named set of cash flows and the method its file asks for."""

    id: str
    method: str
    flows: CashFlows


@dataclass(frozen=True, slots=True)
class RateLine:
    """One answer: the vector's id, the outcome with its percentage unrounded."""

    id: str
    percent: Decimal
    outcome: RateOutcome


def exact_fraction(text: object, field: str, accepted: str) -> Fraction:
    """`1/12+3/365`, `-1/12`, `19/30`, `0.5` or a whole number as an exact fraction."""
    if isinstance(text, bool) or not isinstance(text, (int, str, Decimal)):
        raise InvalidInput(field, text, accepted)
    source = str(text).strip()
    total, position = Fraction(0), 0
    while position < len(source):
        match = _TERM.match(source, position)
        if not match or (position and not match[1]):
            raise InvalidInput(field, text, accepted)
        try:
            number, _, below = match[2].partition("/")
            part = Fraction(number) / int(below) if below else Fraction(number)
        except (ZeroDivisionError, ValueError):
            raise InvalidInput(field, text, accepted) from None
        total += -part if match[1] == "-" else part
        position = match.end()
    if not source or total.denominator > 10**7:
        raise InvalidInput(field, text, accepted)
    return total


def _amount(value: object, field: str, least: Decimal = Decimal(0)) -> Decimal:
    number = decimal_of(value, field, _AMOUNT)
    if not least <= number <= _MOST:
        raise InvalidInput(field, str(value), _AMOUNT if least >= 0 else _AMOUNT.replace("0 to", f"-{_MOST} to", 1))
    return number


def _streams(raw: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
    streams = raw.get(name)
    accepted = "a list with at least one {amount, count, t, f, step}"
    if not isinstance(streams, list) or not streams:
        raise InvalidInput(name, streams, accepted)
    for i, stream in enumerate(streams):
        if not isinstance(stream, dict):
            raise InvalidInput(f"{name}[{i}]", stream, accepted)
        for unknown in sorted(stream.keys() - _STREAM_FIELDS):
            raise InvalidInput(f"{name}[{i}].{unknown}", stream[unknown], f"only {', '.join(sorted(_STREAM_FIELDS))}")
        for needed in ("amount", "t"):
            if needed not in stream:
                raise InvalidInput(f"{name}[{i}].{needed}", None, "a value; the field is missing")
    return [(f"{name}[{i}]", stream) for i, stream in enumerate(streams)]


def _step(stream: Mapping[str, Any], field: str, count: int, accepted: str) -> Fraction:
    step = exact_fraction(stream.get("step", 0), f"{field}.step", accepted)
    if step < 0 or (count > 1 and not step):
        raise InvalidInput(f"{field}.step", stream.get("step"), accepted)
    return step


def _expand_years(raw: Mapping[str, Any]) -> Timed:
    accepted = f"years as a sum of fractions such as 1/12+3/365, from -{_LONGEST_YEARS} to {_LONGEST_YEARS}"
    flows: list[tuple[Fraction, Decimal]] = []
    for name, sign in (("advances", 1), ("payments", -1)):
        for field, stream in _streams(raw, name):
            amount = sign * _amount(stream["amount"], f"{field}.amount")
            count = count_of(stream.get("count", 1), f"{field}.count", 1, 10000)
            if exact_fraction(stream.get("f", 0), f"{field}.f", "0, or give unit_periods_per_year"):
                raise InvalidInput(f"{field}.f", stream["f"], "0 for times in years, or give unit_periods_per_year")
            first = exact_fraction(stream["t"], f"{field}.t", accepted)
            step = _step(stream, field, count, "years above 0 as a sum of fractions, or 0 for a single amount")
            if abs(first) > _LONGEST_YEARS or first + count * step > _LONGEST_YEARS + step:
                raise InvalidInput(f"{field}.t", stream["t"], accepted)
            flows += [(first + i * step, amount) for i in range(count)]
    return Timed(tuple(flows))


def _expand_units(raw: Mapping[str, Any]) -> UnitPeriods:
    given, name = raw.get("unit_periods_per_year"), "unit_periods_per_year"
    per_year = exact_fraction(given, name, _PER_YEAR)
    if not 0 < per_year <= 366:
        raise InvalidInput(name, given, _PER_YEAR)
    most = int(per_year * _LONGEST_YEARS) + 1
    flows: list[tuple[int, Fraction, Decimal]] = []
    for name, sign in (("advances", 1), ("payments", -1)):
        for field, stream in _streams(raw, name):
            amount = sign * _amount(stream["amount"], f"{field}.amount")
            count = count_of(stream.get("count", 1), f"{field}.count", 1, 10000)
            first = count_of(stream["t"], f"{field}.t", -most, most)
            odd = exact_fraction(stream.get("f", 0), f"{field}.f", "a fraction from 0 to below 1")
            if not 0 <= odd < 1:
                raise InvalidInput(f"{field}.f", stream["f"], "a fraction from 0 to below 1")
            step = _step(stream, field, count, f"whole unit-periods from 1 to {most}")
            if step.denominator != 1 or first + (count - 1) * step > most:
                raise InvalidInput(f"{field}.step", stream.get("step"), f"whole unit-periods, ending within {most}")
            flows += [(first + i * int(step), odd, amount) for i in range(count)]
    return UnitPeriods(tuple(flows), per_year)


def _one_currency(raw: Mapping[str, Any]) -> None:
    named = [raw["currency"]] if "currency" in raw else []
    for name in ("advances", "payments"):
        streams = raw.get(name)
        listed = streams if isinstance(streams, list) else []
        named += [s["currency"] for s in listed if isinstance(s, dict) and "currency" in s]
    for other in named[1:]:
        if other != named[0]:
            raise MixedCurrencies(str(named[0]), str(other))


def _flows(raw: Mapping[str, Any], method: object) -> CashFlows:
    _one_currency(raw)
    for name in ("monthly_cashflows", "dated_cashflows"):
        if name in raw and (not isinstance(raw[name], list) or not 2 <= len(raw[name]) <= 10000):
            raise InvalidInput(name, raw[name], "a list of 2 to 10000 amounts")
    if "monthly_cashflows" in raw:
        listed = enumerate(raw["monthly_cashflows"])
        return Grid(tuple(_amount(value, f"monthly_cashflows[{i}]", -_MOST) for i, value in listed))
    if "dated_cashflows" in raw:
        return Dated(tuple(_dated(pair, f"dated_cashflows[{i}]") for i, pair in enumerate(raw["dated_cashflows"])))
    if "unit_periods_per_year" in raw or method == "reg-z-actuarial":
        return _expand_units(raw)
    return _expand_years(raw)


def _dated(pair: object, field: str) -> tuple[Any, Decimal]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise InvalidInput(field, pair, "a pair [YYYY-MM-DD, amount]")
    return date_of(pair[0], f"{field}.date"), _amount(pair[1], f"{field}.amount", -_MOST)


def parse_vector(raw: object, position: int = 0, method: str | None = None) -> RateVector:
    """One vector from its JSON object; `method` replaces the vector's own. Raises `BadVector`."""
    label = f"#{position + 1}"
    if not isinstance(raw, dict):
        raise BadVector(label, "vector", raw, "a JSON object with id, method and cash flows")
    if not isinstance(raw.get("id"), str) or not raw["id"].strip():
        raise BadVector(label, "id", raw.get("id"), "a text that names the vector")
    label = raw["id"]
    used = method or raw.get("method")
    if not isinstance(used, str) or used not in METHODS:
        raise BadVector(label, "method", used, ", ".join(METHODS))
    try:
        return RateVector(label, used, _flows(raw, raw.get("method", used)))
    except InvalidInput as error:
        raise BadVector(label, error.field, error.got, error.accepted) from None
    except MixedCurrencies as error:
        raise BadVector(label, "currency", f"{error.left} and {error.right}", "one currency in a vector") from None


def _refuse_constant(text: str) -> NoReturn:
    raise InvalidInput("file", text, "finite numbers; NaN and Infinity are not amounts")


def parse_vectors(text: str, method: str | None = None) -> list[RateVector]:
    """All vectors of a JSON list (or one object). Raises `BadVector` or `InvalidInput`, never gives a part."""
    try:
        loaded = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("file", str(error), "a JSON list of vectors") from None
    items = loaded if isinstance(loaded, list) else [loaded]
    vectors = [parse_vector(raw, i, method) for i, raw in enumerate(items)]
    seen: set[str] = set()
    for vector in vectors:
        if vector.id in seen:
            raise BadVector(vector.id, "id", vector.id, "an id used once in the file")
        seen.add(vector.id)
    return vectors


def answer(vector: RateVector) -> RateLine:
    """The rate of one vector; raises `BadVector` when its flows have none."""
    try:
        outcome = annual_rate(vector.flows, vector.method)
        return RateLine(vector.id, percent_of(outcome), outcome)
    except (CashFlowError, NoSolution) as error:
        raise BadVector(vector.id, "cash flows", str(error), "amounts that have an annual rate") from None


def answer_file(path: Path, method: str | None = None) -> list[RateLine]:
    """Every rate of a file, or the first typed error; nothing in between."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("file", str(error), "a readable UTF-8 JSON file") from None
    return [answer(vector) for vector in parse_vectors(text, method)]
