"""Which language a customer writes: by script first, by seeded `langdetect` for what script cannot tell.

langdetect reads most short Chinese as Korean, so it is asked only about Latin-script text, and seeded so that it
answers the same every time.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from langdetect import DetectorFactory, LangDetectException, detect_langs
from opencc import OpenCC

from intents.normalise import clean

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1780-\u17ff]")
_FEW_WORDS = 4
_SURE = 0.9
_ENGLISH = frozenset(
    """
    the is are am was were do does did how what why when where who which can could will would should my your you
    i me it this that not and or to of for in on with please help need want have has had loan card money pay hi
    hello thanks thank ok okay yes no refund status bill fee fees rate interest withdraw withdrawal limit
    account password login code transfer payment repay repayment credit overdue human agent app fund insurance
    claim
    """.split()  # noqa: SIM905 (words read better in lines)
)


class Language(StrEnum):
    """Answered in kind: simplified Chinese, traditional Chinese, English. Anything else is `other`."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"
    OTHER = "other"


@lru_cache(maxsize=2)
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def detect(text: str, default: Language = Language.ZH_HANS) -> Language:
    """The language of a sentence; `default` for text without letters (digits, emoji, blanks)."""
    plain = clean(text)
    if _HANGUL.search(plain) or _KANA.search(plain):
        return Language.OTHER
    han, latin, other = (len(p.findall(plain)) for p in (_HAN, _LATIN, _OTHER_SCRIPT))
    if other > han + latin:
        return Language.OTHER
    if han and (han * 3 >= latin or han >= 4):
        return _chinese_script(plain)
    return _latin_language(plain, default) if latin else default


def _chinese_script(text: str) -> Language:
    """Traditional only when characters change on the way to simplified and more than on the way back."""
    han = "".join(_HAN.findall(text))
    simplified = _converter("t2s").convert(han)
    traditional = _converter("s2t").convert(han)
    to_simplified = sum(a != b for a, b in zip(han, simplified, strict=False))
    to_traditional = sum(a != b for a, b in zip(han, traditional, strict=False))
    return Language.ZH_HANT if to_simplified > to_traditional else Language.ZH_HANS


def _latin_language(text: str, default: Language) -> Language:
    words = re.findall(r"[a-zA-Z\u00c0-\u024f']+", text)
    known = sum(word.lower() in _ENGLISH for word in words)
    if text.isascii() and known * 3 >= len(words):
        return Language.EN
    if text.isascii() and len(words) < _FEW_WORDS:
        return default  # a brand, an error code, keyboard noise: no language at all
    DetectorFactory.seed = 0
    try:
        best = detect_langs(" ".join(words).lower())[0]
    except LangDetectException:
        return default
    if best.lang == "en" or (text.isascii() and best.prob < _SURE):
        return Language.EN
    return Language.OTHER


def to_traditional(text: str) -> str:
    """Simplified Chinese rewritten in traditional characters with Taiwan phrasing left alone."""
    return str(_converter("s2t").convert(text))
