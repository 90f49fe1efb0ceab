"""Whether a text can be followed by a pensioner who hears it once: five limits, each with its reason.

Published readability formulas count syllables or characters per word and were fitted on schoolbooks; none is fitted on
spoken Chinese service wording. So this check measures what makes our own sentences hard, and nothing else:

- **sentence**: at most 36 characters in Chinese, 28 words in English. Read aloud at about 4 characters a second, 36
  characters are 9 seconds, about what is said in one breath and still remembered when the sentence ends.
- **clause**: at most 22 characters between two punctuation marks. A comma is where a listener may forget the wording
  and keep the meaning; a longer run has to be kept word for word.
- **figures**: at most two figure groups in a sentence. A group is one figure, figures joined by arithmetic signs
  (`12000元×0.6%=72元`) or a range (`18到65周岁`), because a sum and a range are one thought each. Two are needed for
  pairs (每期还多少，还几期). Three are accepted only as a list of short parts with one figure each
  (余额多少，信用卡多少，月月付多少); more belongs in a table.
- **nesting**: no bracket within a bracket, no bracket longer than 14 characters, at most three 的 in a clause (each
  的 puts one more thing before its noun), at most one condition (如果, 除非, 否则, unless, provided) in a sentence.
- **rare**: no Chinese character outside the 3 755 of GB 2312 level 1, the everyday set, except those of the firm's
  names and words given in `known`. In the product's field these are words nobody needs.
- **term**: a term of the trade must be explained: by a bracket right after it, by 就是, 是指 or 意思是 in the text or
  its context, or because the caller appends its meaning (`explained`).

Figures still to be filled in (`{name}`, `{{row.id}}`) count as one figure of four characters, `{product}`, `{party}`,
`{field}` and `{choices}` as names of four.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from knowledge.fees import Lang

MAX_SENTENCE, MAX_CLAUSE, MAX_WORDS, MAX_FIGURES, MAX_BRACKET, MAX_DE = 36, 22, 28, 2, 14, 3
MAX_LIST, MAX_LIST_PART = 3, 14
TERMS = (
    "单利", "复利", "内部收益率", "循环利息", "罚息", "宽限期", "入账日", "免赔额", "现金价值", "犹豫期",
    "综合融资成本", "净值", "托管费", "申购费", "赎回费", "外扣法", "等额本息", "等额本金", "保全", "核保", "备付金",
    "基点",
)  # fmt: skip
"""Words of the trade a customer may not know."""

_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\{[^{}]*\}")
_NAME = re.compile(r"\{(?:product|party|field|choices)\}")
_FIGURE = re.compile(r"[0-9０-９]+(?:[.:,][0-9]+)*(?:\s?[%％‰])?")
_JOINED = r"\s*(?:[个元天年期月日岁号]|CNY|days?)*\s*(?:[×÷=+\-–到至]| to | and )\s*(?:CNY\s*)?"
_END_ZH, _END_EN = re.compile(r"[。！？；\n]"), re.compile(r"(?<=[.!?;:])\s+|\n")
_CLAUSE = re.compile(r"[，、：,:—…]")
_BRACKETS = re.compile(r"[（(]([^（()）]*)[）)]")
_NESTED = re.compile(r"[（(][^）)]*[（(]")
_CONDITIONS = re.compile(r"如果|除非|否则|\bunless\b|\bprovided\b", re.IGNORECASE)
_EXPLAINS = ("就是", "是指", "意思是", "叫做", "指的是")
_FIGURE_MARK = "0"


@dataclass(frozen=True, slots=True)
class Issue:
    """One limit a sentence breaks, and what to do about it."""

    rule: str
    sentence: str
    advice: str


def check(
    text: str, lang: Lang = "zh", *, context: str = "", explained: Collection[str] = (), known: str = ""
) -> tuple[Issue, ...]:
    """Every limit the text breaks. `context` is read for explanations only (the rest of the article).

    `explained` are terms whose meaning is given elsewhere with the text; `known` characters that are never rare.
    """
    plain = _PLACEHOLDER.sub("0000", _NAME.sub("某某某某" if lang == "zh" else "Name", text))
    found = [issue for sentence in _sentences(plain, lang) for issue in _sentence_issues(sentence, lang, known)]
    if lang == "zh":
        found += _terms(text, context, explained)
    return tuple(found)


def _sentences(text: str, lang: Lang) -> Iterator[str]:
    for sentence in (_END_EN if lang == "en" else _END_ZH).split(text):
        if sentence.strip(" -·"):
            yield sentence.strip(" -·")


def _sentence_issues(sentence: str, lang: Lang, known: str) -> Iterator[Issue]:
    groups = figure_groups(sentence)
    if groups > MAX_FIGURES and not _is_short_list(sentence, lang):
        yield Issue("figures", sentence, f"{groups} figures; split it, or move the list into a table")
    if len(_CONDITIONS.findall(sentence)) > 1:
        yield Issue("nesting", sentence, "two conditions; give each its own sentence")
    if _NESTED.search(sentence):
        yield Issue("nesting", sentence, "a bracket within a bracket; make it a sentence")
    if lang == "en":
        if len(sentence.split()) > MAX_WORDS:
            yield Issue("sentence", sentence, f"{len(sentence.split())} words; split it")
        return
    length = _length(sentence)
    if length > MAX_SENTENCE:
        yield Issue("sentence", sentence, f"{length} characters; split it")
    for bracket in _BRACKETS.findall(sentence):
        if _length(bracket) > MAX_BRACKET:
            yield Issue("nesting", sentence, f"the bracket 「{bracket}」 is long; make it a sentence")
    yield from _clause_issues(sentence)
    yield from (Issue("rare", sentence, f"「{char}」 is rare; use an everyday word") for char in _rare(sentence, known))


def _clause_issues(sentence: str) -> Iterator[Issue]:
    for clause in _CLAUSE.split(_BRACKETS.sub("，", _sums(sentence))):
        if _length(clause) > MAX_CLAUSE:
            yield Issue("clause", sentence, f"「{clause}」 has {_length(clause)} characters; add a pause or split it")
        if clause.count("的") > MAX_DE:
            yield Issue("nesting", sentence, f"「{clause}」 stacks {clause.count('的')} 的; turn one into a verb")


def figure_groups(sentence: str) -> int:
    """How many figures a sentence says, a sum counting as one."""
    return _sums(sentence).count(_FIGURE_MARK)


def _is_short_list(sentence: str, lang: Lang) -> bool:
    """True for a few short parts with at most one figure each."""
    parts = re.split(r"[,，、：:]|\band\b", _sums(sentence))
    limit = MAX_LIST_PART * 2 if lang == "en" else MAX_LIST_PART
    short = all(part.count(_FIGURE_MARK) <= 1 and len(part.strip()) <= limit for part in parts)
    return short and figure_groups(sentence) <= MAX_LIST


def _sums(sentence: str) -> str:
    """Every figure, with the sum it is part of, as a single mark."""
    marked = _FIGURE.sub(_FIGURE_MARK, sentence)
    return re.sub(rf"{_FIGURE_MARK}(?:{_JOINED}[（(]?{_FIGURE_MARK}[）)]?)+", _FIGURE_MARK, marked)


def _length(text: str) -> int:
    """Characters as they are read: a figure counts four, spaces and quotation marks count nothing."""
    compact = re.sub(r"[\s「」“”\"']", "", _FIGURE.sub(_FIGURE_MARK, text))
    return len(compact) + 3 * compact.count(_FIGURE_MARK)


def _rare(sentence: str, known: str) -> Iterator[str]:
    for char in dict.fromkeys(sentence):
        if "一" <= char <= "鿿" and char not in known and not is_everyday(char):
            yield char


def is_everyday(char: str) -> bool:
    """True for a character of GB 2312 level 1 (rows 16 to 55), the 3 755 most used."""
    try:
        first = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return 0xB0 <= first <= 0xD7


def _terms(text: str, context: str, explained: Collection[str]) -> Iterator[Issue]:
    whole = f"{text}\n{context}"
    for term in TERMS:
        if term in text and term not in explained and not _is_explained(term, whole):
            yield Issue("term", term, f"say what {term} is, in the sentence or right after it")


def _is_explained(term: str, whole: str) -> bool:
    mark = re.escape(term)
    defined = re.search(rf"{mark}[」]?[（(]|(?:^|[。\n]){mark}是", whole)
    return bool(defined) or any(re.search(rf"{mark}[」]?[^。\n]{{0,8}}{word}", whole) for word in _EXPLAINS)
