"""Numerals in speech-like Chinese and English: 一万二, 1.2w, 12k, 三千五, 1万2, 两三百, 十来万, 廿五, five thousand.

`find_numerals` returns every numeral with its exact value. A spoken tail counts in tenths of the unit before it
(三千五 is 3500), unless a unit of its own follows (三千五期 is 三千 and 五期). cn2an reads the standard forms too, but
raises on most spoken ones and misreads 一亿二, so it serves the tests as the opposite direction only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from intents.slots.english_numeral import read_english

DIGITS = dict(zip("零〇○一二三四五六七八九", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | dict(
    zip("壹贰叁肆伍陆柒捌玖幺两俩仨弍", (1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 2, 3, 2), strict=True)
)
UNITS = {
    "十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10**4, "亿": 10**8,
    "k": 1000, "w": 10**4, "hundred": 100, "thousand": 1000, "grand": 1000, "million": 10**6,
}  # fmt: skip
TWENTIES = {"廿": 2, "卅": 3}
CN = "".join(DIGITS)
CN_NUMBER = f"[{CN}十廿卅]"
_RANGES = {"一两", "两三", "三五"}

# A unit after a spoken tail takes the tail for itself: 一万三期 is 一万 and 三期.
_OWN_UNIT = re.compile(
    rf" ?(?:期|个|各月|年(?!化|利率|费率|率|华)|天|日(?![息利均])|号|周|次|笔|月(?:份|\d|{CN_NUMBER}+[号日])"
    r"|%|‰|分之|分(?:利|息)|厘|折|倍|成|小时|months?|years?|days?)"
)
_TOKEN = re.compile(
    r"(?P<arabic>\d{1,3}(?:,\d{3}){1,5}(?![\d])(?:\.\d{1,12})?|\d{1,20}(?:\.\d{1,12})?)"
    rf"|(?P<digits>[{CN}]{{1,20}})"
    rf"|(?P<unit>(?:(?<=\d) )?[十拾百佰千仟万亿]|个亿|[kw](?![a-z0-9]*[a-z])| ?(?:hundred|thousand|grand|million)\b)"
    r"|(?P<twenties>[廿卅])"
    rf"|(?P<point>点(?=[{CN}]))"
    r"|(?P<about>[多来余几](?=[百千万亿]))"
)
_DECIMALS = re.compile(rf"[{CN}]{{1,12}}")
_MOST_TOKENS = 24
_START = re.compile(
    rf"\d|[{CN}十拾廿卅]|(?<![上下前后大])半(?=万|年|个月|个小时|小时)|[百千万](?:来|把)(?=块|元|万)|(?<![a-z])[a-z]"
)
_RANGE_SIGN = re.compile(r" ?(?:[-~—–－至到]| to ) ?")
_COLLOQUIAL = re.compile(r"(?P<unit>[百千万])(?:来|把)(?P<again>万?)")
_ABOUT_AFTER = re.compile(
    r"\+|多(?![少久长大次收扣付还出了交退转打给要花])|来(?=块|元|天|个|期|岁|笔|次|钱)|余(?=元|块|天|个|期|人|笔)"
    r"|几(?=块|元|天|个|期|岁|笔|次)"
)


@dataclass(frozen=True)
class Numeral:
    """A numeral; `high` is set for a spoken range (两三百), `scale` is its last unit (1 when it has none)."""

    start: int
    end: int
    value: Decimal
    high: Decimal | None = None
    approximate: bool = False
    scale: int = 1
    arabic: bool = False
    largest_unit: int = 1

    @property
    def whole(self) -> bool:
        """Whether the value is an integer."""
        return self.value == self.value.to_integral_value()


@dataclass(frozen=True)
class _Token:
    kind: str  # number, zero, unit
    low: Decimal
    high: Decimal
    start: int
    end: int
    arabic: bool = False
    loose: bool = False  # may also begin a numeral of its own


def find_numerals(text: str) -> tuple[Numeral, ...]:
    """Every numeral of a normalised text, left to right, without overlap; 3-6 and 5到8万 are one range each."""
    found: list[Numeral] = []
    for numeral in _scan(text):
        joined = _joined(text, found[-1], numeral) if found else None
        if joined:
            found[-1] = joined
        else:
            found.append(numeral)
    return tuple(found)


def _joined(text: str, left: Numeral, right: Numeral) -> Numeral | None:
    if left.high or right.high or not _RANGE_SIGN.fullmatch(text, left.end, right.start):
        return None
    shared = right.scale if left.scale == 1 and left.value < right.value / right.scale else 1
    low = left.value * shared
    if low >= right.value:
        return None
    approximate = left.approximate or right.approximate
    return replace(right, start=left.start, value=low, high=right.value, approximate=approximate)


def read_numeral(text: str) -> Decimal | None:
    """Value of a text that is one numeral and nothing else; None when it is not."""
    found = _read_at(text, 0) if text else None
    return found.value if found and found.end == len(text) and found.high is None else None


def _scan(text: str) -> Iterator[Numeral]:
    position = 0
    while match := _START.search(text, position):
        found = _read_at(text, match.start())
        if found:
            yield found
        position = max(found.end if found else 0, match.end())


def _read_at(text: str, start: int) -> Numeral | None:
    first = text[start]
    if first == "半":
        return _half(text, start)
    if first in "百千万":
        return _colloquial(text, start)
    if first.isascii() and first.isalpha():
        spoken = read_english(text, start)
        if spoken is None:
            return None
        return Numeral(start, spoken.end, spoken.value, scale=spoken.scale, largest_unit=spoken.scale)
    tokens, approximate = _tokens(text, start)
    if tokens and _OWN_UNIT.match(text, tokens[-1].end):
        loose = [i for i, token in enumerate(tokens) if token.loose]
        tokens = tokens[: loose[-1]] if loose else tokens
    return _numeral(text, tokens, approximate) if tokens else None


def _half(text: str, start: int) -> Numeral:
    if text.startswith("半万", start):
        return Numeral(start, start + 2, Decimal(5000), scale=10**4, largest_unit=10**4)
    return Numeral(start, start + 1, Decimal("0.5"))


def _colloquial(text: str, start: int) -> Numeral | None:
    match = _COLLOQUIAL.match(text, start)
    if not match:
        return None
    value = UNITS[match["unit"]] * (10**4 if match["again"] else 1)
    return Numeral(start, match.end(), Decimal(value), approximate=True, scale=value, largest_unit=value)


def _numeral(text: str, tokens: list[_Token], approximate: bool) -> Numeral:
    low, high = plain(_evaluate(tokens, high=False)), plain(_evaluate(tokens, high=True))
    end = tokens[-1].end
    if about := _ABOUT_AFTER.match(text, end):
        end, approximate = about.end(), True
    units = [int(token.low) for token in tokens if token.kind == "unit"]
    arabic = all(token.arabic for token in tokens)
    return Numeral(
        tokens[0].start,
        end,
        low,
        high if high != low else None,
        approximate,
        scale=units[-1] if units else 1,
        arabic=arabic,
        largest_unit=max(units, default=1),
    )


def plain(value: Decimal) -> Decimal:
    """The same value without trailing zeros or an exponent."""
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()


def _evaluate(tokens: list[_Token], *, high: bool) -> Decimal:
    total, section, pending, last, zero = Decimal(0), Decimal(0), None, 0, False
    for token in tokens:
        value = token.high if high else token.low
        if token.kind == "zero":
            zero = True
        elif token.kind == "number":
            pending = value if pending is None else pending + value
        elif value < 10**4:
            section += value if pending is None else pending * value
            pending, last, zero = None, int(value), False
        else:
            base = section + (pending or 0)
            total = (total + base) * value if value > 10**4 else total + base * value
            section, pending, last, zero = Decimal(0), None, int(value), False
    if pending is None:
        return total + section
    spoken_tail = last >= 100 and not zero and pending < 10 and pending == pending.to_integral_value()
    return total + section + (pending * last / 10 if spoken_tail else pending)


def _tokens(text: str, start: int) -> tuple[list[_Token], bool]:
    tokens: list[_Token] = []
    position, approximate = start, False
    while len(tokens) < _MOST_TOKENS and (match := _TOKEN.match(text, position)):
        kind = match.lastgroup
        if kind == "about":
            if not tokens:
                break
            approximate = True
        elif kind == "point":
            decimals = _DECIMALS.match(text, match.end())
            if not tokens or decimals is None or tokens[-1].arabic:
                break
            tokens[-1:] = _with_decimals(tokens[-1], decimals)
            match = decimals
        else:
            added = _accept(tokens, match)
            if added is None:
                break
            tokens.extend(added)
        position = tokens[-1].end if kind not in ("about", "point") else match.end()
        if kind == "digits" and position < match.end():
            break
    while tokens and tokens[-1].kind == "zero" and len(tokens) > 1:
        tokens.pop()
    return _without_broken_tail(tokens, text), approximate


def _with_decimals(token: _Token, decimals: re.Match[str]) -> list[_Token]:
    fraction = Decimal("0." + "".join(str(DIGITS[c]) for c in decimals.group()))
    if token.kind == "unit":
        return [token, _Token("number", fraction, fraction, decimals.start(), decimals.end())]
    return [_Token("number", token.low + fraction, token.high + fraction, token.start, decimals.end())]


def _accept(tokens: list[_Token], match: re.Match[str]) -> list[_Token] | None:
    kind, last = match.lastgroup, tokens[-1] if tokens else None
    if kind == "unit":
        return _accept_unit(tokens, match)
    if last is not None and (last.kind == "number" or (kind == "twenties")):
        return None
    if kind == "twenties":
        value = Decimal(TWENTIES[match.group()])
        at = match.start()
        return [_Token("number", value, value, at, at + 1), _Token("unit", Decimal(10), Decimal(10), at, at + 1)]
    if kind == "digits":
        return _accept_digits(last, match)
    value = Decimal(match.group().replace(",", ""))
    if last is not None and (value >= last.low or "." in match.group() or last.low < 100):
        return None
    return [_Token("number", value, value, *match.span(), arabic=True, loose=last is not None)]


def _accept_digits(last: _Token | None, match: re.Match[str]) -> list[_Token] | None:
    run, at = match.group(), match.start()
    if last is None and not _is_range(run):
        value = Decimal("".join(str(DIGITS[c]) for c in run))
        return [_Token("number", value, value, at, match.end())]
    tokens: list[_Token] = []
    if last is not None and DIGITS[run[0]] == 0:
        tokens, run, at = [_Token("zero", Decimal(0), Decimal(0), at, at + 1)], run[1:], at + 1
    if not run:
        return tokens
    width = 2 if _is_range(run[:2]) else 1
    low, high = Decimal(DIGITS[run[0]]), Decimal(DIGITS[run[width - 1]])
    loose = last is not None and not tokens and last.low >= 100
    return [*tokens, _Token("number", low, high, at, at + width, loose=loose)]


def _is_range(pair: str) -> bool:
    return len(pair) == 2 and (pair in _RANGES or 0 < DIGITS[pair[0]] == DIGITS[pair[1]] - 1)


def _accept_unit(tokens: list[_Token], match: re.Match[str]) -> list[_Token] | None:
    value = Decimal(UNITS[match.group().strip(" 个")])
    unit = _Token("unit", value, value, *match.span())
    if not tokens:
        return [unit] if value == 10 else None
    last = tokens[-1]
    if last.kind == "zero" or (last.kind == "unit" and (value < 10**4 or value < last.low)):
        return [unit] if last.kind == "zero" and value == 10 else None
    earlier = [token.low for token in tokens if token.kind == "unit"]
    if value == 10**4 and any(u == 10**4 for u in earlier):
        return None
    if last.kind == "number" and value < 10**4 and earlier:
        if value >= earlier[-1]:
            return None
        gap = value * 10 < earlier[-1] and (len(tokens) < 2 or tokens[-2].kind != "zero")
        tokens[-1] = _Token("number", last.low, last.high, last.start, last.end, last.arabic, loose=gap)
    elif last.kind == "number":
        tokens[-1] = _Token("number", last.low, last.high, last.start, last.end, last.arabic)
    return [unit]


def _without_broken_tail(tokens: list[_Token], text: str) -> list[_Token]:
    """Give back a last digit whose own unit could not join: 三百五百 is 三百 and 五百, not 三百五."""
    if len(tokens) < 2 or tokens[-1].kind != "number":
        return tokens
    following = _TOKEN.match(text, tokens[-1].end)
    if following and following.lastgroup == "unit":
        return tokens[:-1]
    return tokens
