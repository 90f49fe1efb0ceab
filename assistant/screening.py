"""The first gate of a message: bounded, printable, and free of personal data before anything is stored or logged.

Identity cards are recognised by their checksum, bank cards by Luhn's, so order numbers and amounts pass unharmed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from intents.normalise import clean

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_GAP = r"[\s\-_.·]?"
_ID = re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?!\d)")
_CARD = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{12,18}}(?!\d)")
_PHONE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[\s\-]\d{7,8}(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])[EeGgPpDdSsHh]\d{8}(?!\d)")
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{2,8}(?:省|市|区|县|州)[\u4e00-\u9fff0-9A-Za-z]{0,24}?"
    r"(?:路|街|道|巷|弄|胡同|村|镇|小区|花园|大厦|公寓)[\u4e00-\u9fff]{0,6}\d+(?:号楼|号院|号|栋|幢|弄|单元)"
    r"(?:[\u4e00-\u9fff]{0,4}\d+(?:单元|室|楼|层|号))*"
)
_CODE = re.compile(r"((?:验证码|校验码|动态码|密码|口令)(?:是|为|：|:|\s){1,2})([A-Za-z0-9]{4,12})(?![A-Za-z0-9])")


class MessageRefused(ValueError):
    """A message that cannot be taken; `code` is stable."""

    code = "message_refused"


class MessageTooLong(MessageRefused):
    """The message is longer than the limit; send it in parts."""

    code = "message_too_long"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"the message has {length} characters; at most {limit} are accepted, please send it in parts")


@dataclass(frozen=True)
class Personal:
    """One masked piece: its kind and the mark that stands for it. The value itself is not kept."""

    kind: str
    mark: str


@dataclass(frozen=True)
class Screened:
    """A message that may be stored: printable and masked."""

    text: str
    personal: tuple[Personal, ...]


def screen(text: str, limit: int = 2000) -> Screened:
    """Bound, clean and mask a message. Raises `MessageTooLong`. A blank message stays blank."""
    if len(text) > limit:
        raise MessageTooLong(len(text), limit)
    return mask(clean(text))


def mask(text: str) -> Screened:
    """Replace personal data by marks such as [手机号]; idempotent."""
    found: list[Personal] = []
    for pattern, kind, valid in _RULES:
        text = pattern.sub(_replacer(kind, valid, found), text)
    text = _CODE.sub(lambda match: _secret(match, found), text)
    return Screened(text, tuple(found))


def _replacer(kind: str, valid: Callable[[str], bool], found: list[Personal]) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        if not valid(match.group()):
            return match.group()
        found.append(Personal(kind, f"[{kind}]"))
        return f"[{kind}]"

    return replace


def _secret(match: re.Match[str], found: list[Personal]) -> str:
    found.append(Personal("验证码", "[验证码]"))
    return f"{match.group(1)}[验证码]"


def _digits(text: str) -> str:
    return re.sub(r"[^\dXx]", "", text).upper()


def _is_identity_card(text: str) -> bool:
    digits = _digits(text)
    if not digits[:17].isdigit():
        return False
    total = sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=False))
    return _ID_CHECK[total % 11] == digits[17]


def _is_bank_card(text: str) -> bool:
    digits = [int(d) for d in _digits(text) if d.isdigit()]
    doubled = [sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _always(_: str) -> bool:
    return True


_RULES: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (_EMAIL, "邮箱", _always),
    (_ID, "身份证号", _is_identity_card),
    (_PHONE, "手机号", _always),
    (_CARD, "银行卡号", _is_bank_card),
    (_LANDLINE, "电话", _always),
    (_PASSPORT, "证件号", _always),
    (_ADDRESS, "地址", _always),
)
