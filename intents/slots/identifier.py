"""Digits that identify and never count: telephone, card and order numbers, masked digits, hotlines, clauses, times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

import yaml

from intents.slots.numeral import CN
from intents.slots.page import Page

IdentifierKind = Literal["phone", "card", "code", "document", "time", "marker", "word"]

_HOTLINES = "110|119|120|122|114|12315|12345|12363|12366|12377|12378|12386|12348|12306|96110|10086|10010|95\\d{3}"
_MONEY = r"(?! ?(?:元|块|圆|万|千|百|rmb|cny|yuan|美元|刀|\.\d))"
_NO_PRICE = "".join(rf"(?<!{word})(?<!{word} )" for word in ("cny", "rmb", "usd", "hkd", "eur", "人民币"))
_PATTERNS: tuple[tuple[IdentifierKind, str], ...] = (
    ("code", r"(?:https?://|www\.)[^\s\u4e00-\u9fff]+|[\w.+-]+@[\w-]+\.[\w.]+"),
    ("document", r"[\u4e00-\u9fff]{0,6}[\[〔【(]\d{4}[\])〕】] ?(?:第 ?)?\d+ ?号"),
    ("card", r"(?<!\d)\d{2,6} ?[*x#•]{1,}[\d*x#• ]*\d{0,4}(?!\d)|(?<![\w*])\*+\d{2,6}"),
    ("card", r"(?:尾号|尾数|后四位|末四位|后4位|ending (?:in|with)|last four)(?:是|为|:| )*\d{3,4}"),
    ("phone", r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"),
    ("phone", r"(?<![\d.])[48]00[- ]?\d{3}[- ]?\d{4}(?!\d)|(?<![\d.])400[- ]?\d{4}[- ]?\d{3}(?!\d)"),
    ("phone", r"(?<![\d.])0\d{2,3}-\d{7,8}(?!\d)"),
    ("card", r"(?<![\d.])\d{4}(?: \d{4}){2,3}(?: \d{1,3})?(?!\d)"),
    ("code", r"(?<!\d)\d{20,}"),
    ("card", rf"(?<![\d.¥$])\d{{12,19}}x?(?![\d.]){_MONEY}"),
    (
        "code",
        r"(?:订单|单|流水|编|保单|合同|工|交易|案件|受理|身份证|卡|账|手机|电话"
        r"|门牌|车牌|qq|微信|ip)号?(?:码)?(?:是|为|:| )*"
        r"(?<=[号码是为: ])[a-z]*\d[\da-z-]{3,}(?![\d.])",
    ),
    ("code", r"(?:验证码|校验码|代码|错误码|code|pin)(?:是|为|:| )*[a-z]?\d{3,8}(?!\d)"),
    (
        "phone",
        rf"(?<![\d.,¥$+-]){_NO_PRICE}(?:{_HOTLINES})(?![\d,年月日期天号个次笔%‰周岁折倍秒步米斤]|分钟|小时|公里){_MONEY}",
    ),
    ("time", r"(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?![\d:])"),
    (
        "time",
        rf"(?:上午|下午|晚上|早上|凌晨|中午|今早|今晚)(?:\d{{1,2}}|[{CN}十]{{1,3}})点(?:半"
        rf"|钟|整|[{CN}十\d]{{1,3}}分?)?"
        rf"|(?<![\d{CN}十个百])(?:\d{{1,2}}|[{CN}十]{{1,3}})点(?:半|钟|整|前|之前"
        rf"|以前|后|之后|左右|多|[{CN}十\d]{{1,3}}分(?!利))"
        rf"|(?<![\d{CN}十个百])(?:\d{{1,2}}|[{CN}十]{{1,3}})点[{CN}]?十[{CN}]?",
    ),
    ("time", r"(?<![\d.])(?:1[0-2]|[1-9]) ?(?:am|pm|a\.m\.|p\.m\.|o'clock)\b"),
    ("document", r"第? ?\d+(?:\.\d+)+ ?(?:条|款|节)|(?:条款|第|版本|version|clause|article|section|v) ?\d+(?:\.\d+)+"),
    ("document", rf"第 ?(?:\d+|[{CN}十百]+)(?:条|款(?=规定|约定|的规定)|章|节|版)"),
    ("marker", r"(?:(?<=^)|(?<=[\s;。]))\d{1,2}(?:[.、)](?![\d])|\. )"),
    ("word", r"(?<![\da-z])t ?\+ ?\d(?!\d)|(?<![a-z\d.,])(?=[a-z]*\d)(?=\d*[a-z])[a-z][a-z\d]*\d[a-z\d]*(?![a-z\d])"),
    ("word", r"\d+(?:号线|路公交)|(?:[1-5]g|h5|4s店)(?![a-z\d])|[5-9]0后|零零后|[七八九]零后"),
)
_LETTERED_AMOUNT = re.compile(r"(?:rmb|cny|usd|hkd|eur|gbp|jpy|us|hk)\d+[kw]?$")
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_NUMERAL = f"{CN}十百千万亿0-9"
_ANY_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Identifier:
    """A span of digits that is a name, not a quantity."""

    kind: IdentifierKind
    text: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _words() -> re.Pattern[str]:
    """Ordinary words with a numeral in them; one that begins with a numeral must not continue another (六万一千)."""
    listed = yaml.safe_load(resources.files("intents.slots").joinpath("not_numbers.yaml").read_text("utf-8"))
    words = sorted((word for group in listed.values() for word in group), key=len, reverse=True)
    begins = re.compile(f"[{_NUMERAL}]")
    return re.compile(
        "|".join((rf"(?<![{_NUMERAL}])" if begins.match(word) else "") + re.escape(word) for word in words)
    )


def claim_identifiers(page: Page) -> tuple[Identifier, ...]:
    """Blank out everything that only looks like a quantity and return it."""
    found = []
    patterns = _COMPILED if _ANY_DIGIT.search(page.rest) else tuple(p for p in _COMPILED if p[0] in _SPOKEN_KINDS)
    for kind, pattern in patterns:
        for match in page.find(pattern):
            start, end = match.span()
            if start == end or _LETTERED_AMOUNT.match(match.group()):
                continue
            found.append(Identifier(kind, page.claim(start, end), start, end))
    for match in page.find(_words()):
        found.append(Identifier("word", page.claim(*match.span()), *match.span()))
    return tuple(sorted(found, key=lambda item: item.start))


_SPOKEN_KINDS = ("time", "document", "word")
