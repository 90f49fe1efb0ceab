"""Reference ceilings on the cost of credit, as dated configuration with the lenders they concern.

A ceiling is compared with both the nominal and the compound annual rate, because 24 % nominal is 26.82 % compound and
rules seldom say which they mean. The result is a notice that suggests checking the charges; it never calls a loan
unlawful and never says that something need not be repaid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.inputs import InvalidInput
from knowledge.money import HUNDRED, percent_6dp, plain
from knowledge.rates.solver import PRECISE
from knowledge.yaml_lines import ProblemsFound, read_model

HIGH_ZH = "综合融资成本偏高，建议核对收费依据"
HIGH_EN = "The overall cost of this credit is on the high side; please check what each charge is based on"
CapBasis = Literal["nominal", "compound"]


class CapsBroken(ProblemsFound):
    """caps.yaml cannot be used; correct the entry named in the message."""

    code = "caps_broken"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RateCapRule(_Frozen):
    """One ceiling. Exactly one of `rate` (fraction a year) and `lpr_multiple` is set; `valid_to` is inclusive."""

    id: str
    lenders: tuple[str, ...]
    name: str
    name_en: str
    rate: Decimal | None = None
    lpr_multiple: Decimal | None = None
    valid_from: date
    valid_to: date | None = None
    announced_from: date | None = None
    source: str
    official: bool
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_limit(cls, data: dict[str, Any]) -> dict[str, Any]:
        """The file writes `limit: {rate: "0.24"}` or `limit: {lpr_multiple: "4"}`."""
        limit = data.get("limit")
        if not isinstance(limit, dict) or len(limit) != 1 or not limit.keys() <= {"rate", "lpr_multiple"}:
            raise ValueError("limit must be one of rate, lpr_multiple")
        return {**{name: value for name, value in data.items() if name != "limit"}, **limit}

    def stage(self, on: date) -> Literal["in_force", "announced"] | None:
        """Whether the ceiling binds on a date, is announced for later, or neither."""
        if self.valid_from <= on and (self.valid_to is None or on <= self.valid_to):
            return "in_force"
        return "announced" if self.announced_from and self.announced_from <= on < self.valid_from else None


class _Lpr(_Frozen):
    since: date = Field(alias="from")
    rate: Decimal


class _Caps(_Frozen):
    lpr_1y: tuple[_Lpr, ...] = Field(min_length=1)
    rules: tuple[RateCapRule, ...]


@dataclass(frozen=True, slots=True)
class CapNotice:
    """One ceiling beside the two rates of an offer, in percent, with words fit for a customer."""

    rule_id: str
    name: str
    name_en: str
    limit_percent: Decimal
    nominal_percent: Decimal
    compound_percent: Decimal
    above_nominal: bool
    above_compound: bool
    stage: Literal["in_force", "announced"]
    official: bool
    source: str
    note: str
    text_zh: str
    text_en: str


class CapBook:
    """All ceilings and the dated one-year LPR."""

    def __init__(self, rules: Iterable[RateCapRule], lpr: Sequence[tuple[date, Decimal]]) -> None:
        self.rules = tuple(rules)
        self._lpr = tuple(sorted(lpr))
        self._ceilings: dict[tuple[str, date], tuple[tuple[RateCapRule, str, Decimal], ...]] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read caps.yaml; raises `CapsBroken` naming the line and the field."""
        caps = read_model(path, _Caps, CapsBroken)
        return cls(caps.rules, [(entry.since, entry.rate) for entry in caps.lpr_1y])

    def lpr(self, on: date) -> Decimal:
        """The one-year LPR in force on a date, as a fraction; raises `InvalidInput` before the series starts."""
        known = [rate for start, rate in self._lpr if start <= on]
        if not known:
            raise InvalidInput("on", str(on), f"a date from {self._lpr[0][0]}, where the LPR series starts")
        return known[-1]

    def notices(self, lender_type: str, on: date, nominal: Decimal, compound: Decimal) -> tuple[CapNotice, ...]:
        """Every ceiling for this kind of lender that is in force or announced on a date; rates in percent."""
        key = (lender_type, on)
        if key not in self._ceilings:
            self._ceilings[key] = tuple(
                (rule, stage, percent_6dp((rule.rate or (rule.lpr_multiple or Decimal(0)) * self.lpr(on)) * HUNDRED))
                for rule in self.rules
                if lender_type in rule.lenders and (stage := rule.stage(on))
            )
        return tuple(_notice(rule, stage, limit, nominal, compound) for rule, stage, limit in self._ceilings[key])


def _notice(rule: RateCapRule, stage: Any, limit: Decimal, nominal: Decimal, compound: Decimal) -> CapNotice:
    above_nominal, above_compound = nominal > limit, compound > limit
    shown = f"{plain(round(limit, 2))}%"
    zh_lead, en_lead = _lead(stage, above_nominal or above_compound)
    later = f"（计划{rule.valid_from.isoformat()}起）" if stage == "announced" else ""
    rates_zh = f"年化（单利）{nominal:.2f}%，年化（复利）{compound:.2f}%"
    return CapNotice(
        rule.id, rule.name, rule.name_en, limit, nominal, compound, above_nominal, above_compound, stage, rule.official,
        rule.source, rule.note,
        f"{zh_lead}。参考线{shown}{later}；本笔{rates_zh}。",
        f"{en_lead}. Reference line {shown}; this loan: {nominal:.2f}% nominal, {compound:.2f}% compound.",
    )  # fmt: skip


def _lead(stage: str, above: bool) -> tuple[str, str]:
    if stage == "announced":
        return "这条参考线还没有生效，供您了解", "This reference line is not in force yet; for your information"
    if above:
        return HIGH_ZH, HIGH_EN
    return "没有超过这条参考线", "Not above this reference line"


def highest_flat_fee(terms: int, limit: Decimal, basis: CapBasis) -> Decimal:
    """The largest monthly fee rate on the original principal whose annual rate stays at `limit`; both fractions."""
    with localcontext(PRECISE):
        rate = limit / 12 if basis == "nominal" else (1 + limit) ** (Decimal(1) / 12) - 1
        if not rate:
            return Decimal(0)
        return rate / (1 - (1 + rate) ** -terms) - Decimal(1) / terms


@lru_cache(maxsize=1)
def bundled_caps() -> CapBook:
    """The ceilings that come with the project, read once."""
    return CapBook.load(Path(__file__).parent / "caps.yaml")
