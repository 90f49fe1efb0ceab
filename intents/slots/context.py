"""What the words around a figure say of it: per day or per month, interest or fee, paid or owed."""

from __future__ import annotations

import re

from intents.slots.slot import Basis, RateUnit

_UNIT_BEFORE: tuple[tuple[RateUnit, str], ...] = (
    ("period", 
        r"每一?个?期|每?单期|按期|一期|(?<![\d一二三四五六七八九十])期(?:手续|服务)?费率?"
        r"|per (?:period|instal\w+)|each (?:period|instal\w+)"),
    ("day", r"日(?:利|息|费|罚|化|率)|每一?[日天]|按[日天]|一天|天息|逐日|\bdaily\b|(?:per|a|each) day"),
    ("month", 
        r"月(?:利|息|费|化|率|均|手续|服务|管理|供)|每一?个?月|按月|一个月|单月|\bmonthly\b"
        r"|(?:per|a|each) month"),
    ("year", 
        r"年(?:利|息|费|化|华|率|管理|托管|度|综合)|每一?年|一年|按年|\bannual\w*"
        r"|\byearly\b|\bapr\b|(?:per|a|each) (?:year|annum)|p\.a\."),
)  # fmt: skip
_UNIT_AFTER: tuple[tuple[RateUnit, str], ...] = (
    ("period", r"每一?期|/ ?期|一期|(?:per|a|each) (?:period|instal\w+)|/ ?(?:period|instal\w+)"),
    ("day", r"每一?[日天]|/ ?[日天]|一[日天]|的?日(?:利|息|费|化)|daily|(?:per|a|each) day|/ ?day|的?天息"),
    ("month", r"每一?个?月|/ ?个?月|一个月|的?月(?:利|息|费|化)|monthly|(?:per|a|each) month|/ ?month|/ ?mo\b"),
    ("year", 
        r"每一?年|/ ?年|一年|的?年(?:利|息|费|化)|apr|annual|yearly|(?:per|a|each) (?:year"
        r"|annum)|p\.?a\b|/ ?year"),
)  # fmt: skip
_BASIS: tuple[tuple[Basis, str], ...] = (
    ("fee", 
        r"手续费|服务费|费率|管理费|申购费|赎回费|担保费|托管费|手序费|提现费|月费"
        r"|日费|年费|佣金|保费|fees?\b|commission"),
    ("penalty", r"罚息|罚金|逾期|违约|滞纳|late|penalty|overdue"),
    ("discount", r"优惠|折扣|减免|discount|off\b"),
    ("interest", r"利率|利息|[日月年]息|[日月年]利|年化|年华|利|apr|interest"),
)  # fmt: skip
_BEFORE = re.compile("|".join(f"(?P<{unit}>{pattern})" for unit, pattern in _UNIT_BEFORE))
_AFTER = re.compile(r" ?的?(?:" + "|".join(f"(?P<{unit}>{pattern})" for unit, pattern in _UNIT_AFTER) + ")")
_BASES = re.compile("|".join(f"(?P<{basis}>{pattern})" for basis, pattern in _BASIS))


def unit_before(words: str) -> RateUnit:
    """The unit of time named last before a rate."""
    found = list(_BEFORE.finditer(words))
    return _unit(found[-1] if found else None)


def unit_after(text: str, position: int) -> tuple[RateUnit, int]:
    """The unit of time right behind a rate, and where it ends."""
    found = _AFTER.match(text, position)
    return _unit(found), found.end() if found else position


def _unit(match: re.Match[str] | None) -> RateUnit:
    name = match.lastgroup if match else None
    return name if name in ("day", "month", "year", "period") else "unknown"  # type: ignore[return-value]


def basis(before: str, after: str) -> Basis:
    """What a rate is charged for: the last word that says so before it, else the first after it."""
    found = list(_BASES.finditer(before)) or list(_BASES.finditer(after))[:1]
    name = found[-1].lastgroup if found else None
    return name if name in ("fee", "penalty", "discount", "interest") else "unknown"  # type: ignore[return-value]
