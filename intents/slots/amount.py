"""Money: 一万二, 1.2w, 12,000元, 3块5, 两毛, $500, 五十来块, 5000多; never a year, a telephone or a count of something.

A numeral is money when it carries a unit of money, when it is spoken in hundreds or more (三千五) or when a word of
money stands before it (借5000). Anything else is left alone, or asked about when it is the whole message.
"""

from __future__ import annotations

import re
from decimal import Decimal

from intents.slots.numeral import Numeral, read_numeral
from intents.slots.page import Page
from intents.slots.slot import Ambiguity, AmountSlot, Invalid, Reading

LARGEST_AMOUNT = Decimal(10**8)
CURRENCIES: tuple[tuple[str, str, str], ...] = (
    ("CNY", r"¥|rmb|cny|人民币", r"块钱|块(?!儿)|元(?![旦月宵])|圆|人民币|rmb|cny|yuan|kuai"),
    ("USD", r"us\$|\$|usd|美元|美金", r"美元|美金|美刀|刀(?![切两片])|usd|(?:us )?dollars?|bucks"),
    ("HKD", r"hk\$|hkd|港币|港元", r"港币|港元|港纸|hkd"),
    ("EUR", r"€|eur|欧元", r"欧元|euros?|eur"),
    ("GBP", r"£|gbp|英镑", r"英镑|pounds?|gbp"),
    ("JPY", r"jpy|日元|日币", r"日元|日币|jpy"),
    ("KRW", r"krw|韩元|韩币", r"韩元|韩币|韩圆|krw"),
    ("THB", r"thb|泰铢", r"泰铢|thb"),
    ("SGD", r"sgd|新币", r"新币|新加坡元|sgd"),
    ("AUD", r"aud|澳元|澳币", r"澳元|澳币|aud"),
    ("CAD", r"cad|加元|加币", r"加元|加币|cad"),
    ("TWD", r"nt\$|twd|新台币|台币", r"新台币|台币|twd"),
)
_PREFIX = re.compile(r"(?<![a-z])(?:" + "|".join(f"(?P<{code}>{before})" for code, before, _ in CURRENCIES) + r") ?:?$")
_SUFFIX = re.compile(r" ?(?:" + "|".join(f"(?P<{code}>{after})" for code, _, after in CURRENCIES) + r")(?![a-z])")
_MINOR = re.compile(r" ?(?:(?P<jiao>毛(?:钱)?(?!利|病|毛)|角(?:钱)?(?!度|色|落))|(?P<fen>分钱|cents?\b))")
_QUICK_TYPO = re.compile(r"(?:快|员)(?=钱|[,。]|$)(?:钱)?")
_TAIL = re.compile(
    r"零?(?P<n>[一二三四五六七八九两\d])(?:(?P<unit>毛|角|分)|(?![一二三四五六七八九十百千万零\d.%]"
    r"|个|期|天|年|月|次|笔))"
)
_WHOLE = re.compile(r"整|钱")
_APPROXIMATE_AFTER = re.compile(r"(?:左右|上下|多(?![少久长大次收扣付还])|出头|不到|以上|以下|以内|的样子|\+| ?or so)")
_APPROXIMATE_BEFORE = re.compile(
    r"(?:大概|大约|约|差不多|将近|接近|近|快|不到|超过|上|至少|最多|至多|about|around|roughly|nearly|almost|over"
    r"|under|at least|up to|approximately|approx\.?|~)(?:有|是|要|借|还|了)? ?[¥$]?$"
)
_OTHER_MEASURE = re.compile(
    r" ?(?:个|人|次|天|岁|位|笔|条|张|家|期|年|月(?!供)|日|号|小时|分钟|秒|%"
    r"|‰|倍|折|成|点|名|项|件|份|户|种|股|克|楼|层|页|字|步|度|米|公里|里|斤"
    r"|平|亩"
    r"|遍|强|届|只|台|部|辆|分(?!\d|期|[一二三四五六七八九十几多半\ufffc]|摊"
    r"| )|[秒厘]|/|:|million people|people|times|months?|years?|days?|weeks?"
    r"|hours?|minutes?|percent)"
)
_VERB = (
    r"借|贷|还|取|提|提现|转|付|扣|交|充|充值|买|花|存|投|欠|剩|收|退|刷|套|拿|赔"
    r"|差|少|多|垫|缴|补|转账|到账|下款|放款|给|要|用|赚|亏|赎|赎回|周转|凑"
)
_NOUN = (
    r"金额|本金|额度|余额|总额|总共|一共|共|合计|月供|账单|欠款|工资|收入|价格"
    r"|费用|保费|保额|押金|手续费|利息|违约金|年费|罚息|钱包里|卡里|里面有|里有"
    r"|有"
    r"|每一?期|每个?月|月还|月付|每年|每天|贷款|借款|还款|本息|总额度|总金额"
    r"|limit|amount|principal|balance|borrow|borrowed|repay|pay|paid|loan of"
    r"|loan|withdraw|transfer|owe|deposit|lend me|charged|get|take"
)
_CUE = re.compile(
    rf"(?:{_NOUN}|{_VERB})(?:了|的|过|我|你|是|为|款|出|掉|清|给|有|就|才|剩|个"
    rf"|共|总共|大概|大约|约|到|走|想|够|下来|来|去|在|成|:|=|,| |me|of|out|about"
    rf"|only|still|is|was|another|back|you|over|in)*$"
)
_STRONG_BEHIND = re.compile(
    r"(?: |的)?(?:分期|分 ?(?:\d|[一二三四五六七八九十几多半\ufffc])|的?(?:借款"
    r"|贷款|账单|本金|额度|欠款|货|手机|东西)|块|,? ?(?:over|in|for) \d+ (?:months"
    r"|instal))"
)
_FEE = re.compile(r"(?:利息|手续费|罚息|违约金)[^\d]*$")
_SIGN = re.compile(r"(?:(?:^|(?<=[\s\u4e00-\u9fff,:(¥$=]))[-−]|负(?!债)|minus )[¥$]?$")
_VAGUE = re.compile(
    r"(?:好?几|数|上|成)[十百千万]+(?:万)?(?=块|元|钱)(?:块钱|块|元|钱)|(?:好?几)(?:块钱"
    r"|毛钱|分钱|[百千万]+(?!人|个|次|年|天|家|股))"
)


def is_counted(page: Page, numeral: Numeral) -> bool:
    """Whether a numeral counts something that is not money: 三次, 2个人, 5%."""
    return _OTHER_MEASURE.match(page.rest, numeral.end) is not None


def read_amounts(page: Page) -> tuple[list[AmountSlot], list[Ambiguity]]:
    """Claim every amount of money, and vague ones (几千块) to ask about."""
    slots: list[AmountSlot] = []
    ambiguities: list[Ambiguity] = []
    for numeral in page.open_numerals():
        if not page.is_open(numeral.start, numeral.end):
            continue
        found = _money(page, numeral) or _by_context(page, numeral)
        if isinstance(found, AmountSlot):
            slots.append(found)
        elif found:
            ambiguities.append(found)
    for match in page.find(_VAGUE):
        ambiguities.append(Ambiguity(page.claim(*match.span()), *match.span(), "amount", "vague"))
    return slots, ambiguities


def amount(page: Page, numeral: Numeral, end: int | None = None, currency: str = "CNY") -> AmountSlot | Ambiguity:
    """Claim a numeral as an amount whatever stands around it."""
    return _finish(page, numeral, numeral.start, end or numeral.end, numeral.value, currency)


def _money(page: Page, numeral: Numeral) -> AmountSlot | Ambiguity | None:
    """An amount with a unit of money before or after it."""
    before = page.before(numeral.start)
    prefix = _PREFIX.search(before)
    suffix = _SUFFIX.match(page.rest, numeral.end) or None
    if not suffix and not prefix:
        return _minor(page, numeral)
    code = (suffix.lastgroup if suffix else None) or (prefix.lastgroup if prefix else None) or "CNY"
    if prefix and suffix and prefix.lastgroup != suffix.lastgroup:
        code = prefix.lastgroup or code
    start = numeral.start - (len(before) - prefix.start()) if prefix else numeral.start
    value, end = numeral.value, suffix.end() if suffix else numeral.end
    if suffix:
        if numeral.value == 1 and suffix.group().strip() == "块" and not _one_kuai(page, end):
            return None
        more, end = _small_change(page, end)
        value += more
    return _finish(page, numeral, start, end, value, code)


def _one_kuai(page: Page, end: int) -> bool:
    """一块 is mostly "together": money only before change, 多, the end or 的."""
    return bool(re.match(r"[\d一二三四五六七八九多来,。的钱整]|$", page.rest[end : end + 1]))


def _small_change(page: Page, end: int) -> tuple[Decimal, int]:
    """What follows 块: 三块五, 12元5角2分, 五块零五分."""
    total, named = Decimal(0), False
    for default in ("角", "分"):
        tail = _TAIL.match(page.rest, end)
        if not tail or (tail["unit"] is None and named):
            break
        unit = tail["unit"] or default
        if tail["unit"] is None and page.rest[end - 1] not in "块毛角":
            break
        total += (read_numeral(tail["n"]) or Decimal(0)) / (100 if unit == "分" else 10)
        named, end = True, tail.end()
        if unit == "分":
            break
    whole = _WHOLE.match(page.rest, end)
    return total, whole.end() if whole else end


def _minor(page: Page, numeral: Numeral) -> AmountSlot | Ambiguity | None:
    """Cents and tenths on their own (五毛, 两分钱), and 块 typed as 快."""
    match = _MINOR.match(page.rest, numeral.end)
    if match:
        value, end = numeral.value / (10 if match["jiao"] else 100), match.end()
        tail = _TAIL.match(page.rest, end) if match["jiao"] and not match.group().endswith("钱") else None
        if tail and tail["unit"] in ("分", None):
            value, end = value + (read_numeral(tail["n"]) or Decimal(0)) / 100, tail.end()
        currency = "USD" if match.group().strip().startswith("cent") else "CNY"
        return _finish(page, numeral, numeral.start, end, value, currency)
    typo = _QUICK_TYPO.match(page.rest, numeral.end)
    if typo and (numeral.value >= 5 or "钱" in typo.group()):
        return _finish(page, numeral, numeral.start, typo.end(), numeral.value, "CNY")
    return None


def _by_context(page: Page, numeral: Numeral) -> AmountSlot | Ambiguity | None:
    """An amount without a unit of money, from its size or the words before it."""
    if is_counted(page, numeral) or page.rest[numeral.start - 1 : numeral.start] in ("第", "/"):
        return None
    before = page.before(numeral.start)
    cued = bool(_CUE.search(before) or _SIGN.search(before))
    if numeral.largest_unit >= 100:
        return amount(page, numeral) if cued or numeral.value >= 100 else None
    if not numeral.arabic or (numeral.value < 100 and not _FEE.search(before)) or not numeral.value >= 10:
        return None
    behind = _STRONG_BEHIND.match(page.rest, numeral.end)
    if numeral.approximate and numeral.value >= 1000:
        return amount(page, numeral)
    listed = numeral.value >= 1000 and not 1900 <= numeral.value < 2100 and _in_a_list(page, numeral)
    if cued or behind or listed:
        return amount(page, numeral)
    return None


def _in_a_list(page: Page, numeral: Numeral) -> bool:
    """Whether a figure stands between marks, as in 5000,12期: terse, but nothing else is meant."""
    left, right = page.rest[: numeral.start].rstrip(), page.rest[numeral.end :].lstrip()
    alone = not left and not right
    return not alone and (not left or left[-1] in ",、;\ufffc") and (not right or right[0] in ",、;。\ufffc")


def _finish(
    page: Page, numeral: Numeral, start: int, end: int, value: Decimal, currency: str
) -> AmountSlot | Ambiguity:
    before = page.before(start)
    sign = _SIGN.search(before)
    about = _APPROXIMATE_AFTER.match(page.rest, end)
    approximate = numeral.approximate or bool(about) or bool(_APPROXIMATE_BEFORE.search(before))
    if sign:
        start, value = start - (len(before) - sign.start()), -value
    words = page.claim(start, end)
    if numeral.high is not None:
        readings = tuple(Reading("amount", v, currency) for v in (numeral.value, numeral.high))
        return Ambiguity(words, start, end, "amount", "range", readings)
    return AmountSlot(words, start, end, value, currency, approximate, _invalid(value))


def _invalid(value: Decimal) -> Invalid | None:
    if value < 0:
        return "negative"
    return "zero" if value == 0 else "too_large" if value > LARGEST_AMOUNT else None
