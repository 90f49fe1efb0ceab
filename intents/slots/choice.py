"""Answers to a list of options: 第二个, 选2, the second one, 前面那个, 最后一个, 都不是, 都要."""

from __future__ import annotations

import re

from intents.slots.numeral import CN, read_numeral
from intents.slots.page import Page
from intents.slots.slot import ALL, LAST, NONE_OF_THEM, ChoiceSlot

_N = rf"(?:\d{{1,2}}|[{CN}十]{{1,2}})"
_ENGLISH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": LAST}
_ENGLISH_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_NUMBERED: tuple[str, ...] = (
    rf"第 ?(?P<n>{_N}) ?(?:个(?!月|星期|礼拜|工作日|季度|人)|项|种|款(?!规定)|笔(?!分)|条(?!款)|张|份|选项)",
    rf"(?:我?选|选择|选项|option |number |choice |no\. ?|#) ?(?:第)? ?(?P<k>{_N})(?![\d{CN}十百千万.,%期元块年]"
    rf"|个|种|下|些|月|分|号线)",
    rf"(?P<e>{'|'.join(_ENGLISH_NUMBERS)}) please$",
)
_FIXED: tuple[tuple[int, str], ...] = (
    (
        NONE_OF_THEM,
        r"都不(?:是|对|要|想要|选|需要)|一个都?不是|全不是|没有一个是|哪个都不是"
        r"|以上都不|neither\b|none of (?:them|these|those|the above)",
    ),
    (ALL, r"都要(?=[,。!了吧]|$)|两个都|三个都|都想?(?:问|办|看|查)(?=一下|吧|$)|both(?: of them)?\b|all of them"),
    (
        LAST,
        r"最后(?:那|一|的那)?个(?!月|工作日)|最下面(?:那|一)?个|(?:后面|下面|后边)(?:那|的那|一)?[个笔种]"
        r"|后一个(?!月)|后者|the latter\b",
    ),
    (1, r"(?:前面|上面|前边|最上面|最前面)(?:那|的那|一)[个笔种]|前一个(?!月)|前者|头一个(?!月)|the former\b"),
)
_ORDINAL = re.compile(
    rf"(?:^|\bthe |\bmy )(?P<word>{'|'.join(_ENGLISH)})(?: (?:one|option|choice"
    rf"|loan|product)\b|(?= ?(?:please)?[.!]?$))"
)
_COMPILED = re.compile("|".join(_NUMBERED))
_FIXED_PATTERNS = tuple((value, re.compile(pattern)) for value, pattern in _FIXED)
_HINT = re.compile(r"第|选|都|全|前|后|上|下|头|没有|[a-z#]|个")
_ALONE = re.compile(r"(?:我?选|要|就|那)?(?P<n>[1-9]|[一二三四五六七八九]|[a-d])(?:吧|号|个|\.)?")


def read_choices(page: Page) -> list[ChoiceSlot]:
    """Claim every answer to a list of options."""
    if not _HINT.search(page.rest):
        return []
    found = []
    for value, pattern in _FIXED_PATTERNS:
        found += [ChoiceSlot(page.claim(*m.span()), *m.span(), value) for m in page.find(pattern)]
    for match in page.find(_ORDINAL):
        found.append(ChoiceSlot(page.claim(*match.span()), *match.span(), _ENGLISH[match["word"]]))
    for match in page.find(_COMPILED):
        said = match["n"] or match["k"]
        number = read_numeral(said) if said else _ENGLISH_NUMBERS.get(match["e"])
        if number is not None and number >= 1:
            found.append(ChoiceSlot(page.claim(*match.span()), *match.span(), int(number)))
    return sorted(found, key=lambda slot: slot.start)


def read_lone_choice(page: Page) -> list[ChoiceSlot]:
    """The whole message is one small number or a letter: 2, 二, 选二, b."""
    match = _ALONE.fullmatch(page.rest)
    if not match:
        return []
    said = match["n"]
    value = ord(said) - ord("a") + 1 if said in "abcd" else int(read_numeral(said) or 0)
    return [ChoiceSlot(page.claim(0, len(page.rest)), 0, len(page.text), value)]
