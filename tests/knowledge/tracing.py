"""Reads every number an answer says and looks for the figure behind it, without the product's own reader."""

from __future__ import annotations

import re
from calendar import month_name
from datetime import date
from decimal import Decimal

from knowledge.calculations import Calculation, Figure
from knowledge.fees import Lang


def said(found: Calculation, lang: Lang) -> str:
    notices = [notice.text_zh if lang == "zh" else notice.text_en for notice in found.notices]
    cells = [cell for table in found.tables for row in table.rows[lang] for cell in row]
    return "\n".join([found.short[lang], *found.details[lang], found.spoken[lang], *notices, *cells])


_DATES = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)|(\d{4})年(\d+)月(\d+)日|(\d{1,2}) (January|February|March|April|May|June|July|August"
    r"|September|October|November|December) (\d{4})"
)
_MONTHS = list(month_name)
_NUMBER = re.compile(r"(CNY )?(\d+(?:\.\d+)?)( ?%|元| days?\b|天)?")
_UNITS = {"%": "percent", "元": "cny", "天": "days", "day": "days", "days": "days"}


def untraced(text: str, figures: tuple[Figure, ...]) -> list[str]:
    """Numbers and dates in `text` that no figure of the right unit stands behind."""
    known = {(figure.value, figure.unit) for figure in figures}
    values = {value for value, _ in known}
    missing: list[str] = []

    def check_date(match: re.Match[str]) -> str:
        a, b, c, d, e, f, day, month, year = match.groups()
        when = date(int(year), _MONTHS.index(month), int(day)) if month else date(int(a or d), int(b or e), int(c or f))
        if (when, "date") not in known:
            missing.append(match.group())
        return ""

    for match in _NUMBER.finditer(_DATES.sub(check_date, text)):
        unit = "cny" if match[1] else _UNITS.get((match[3] or "").strip())
        value = Decimal(match[2])
        if ((value, unit) not in known) if unit else (value not in values):
            missing.append(match.group())
    return missing
