"""The cost items of a quote, with who charges each, and the working a customer can follow step by step."""

from __future__ import annotations

from decimal import Decimal, localcontext

from knowledge.disclosure import FeeItem
from knowledge.money import HUNDRED, ZERO, percent_6dp, plain, yuan
from knowledge.offer import Offer, percent_words
from knowledge.quote_models import QuoteRates, Step
from knowledge.rates.solver import PRECISE
from knowledge.schedule import Line, total

_EXTRA_NAMES = {
    "insurance": ("保险费", "insurance premium"),
    "membership": ("会员费", "membership fee"),
    "guarantee": ("担保费", "guarantee fee"),
    "other": ("其他费用", "other charge"),
}
_TIMING = {"per_period": "每期收取", "upfront": "放款时另付", "deducted": "放款时扣除"}
_INTEREST_METHOD = {
    "equal_instalment": "等额本息，按剩余本金计息",
    "equal_principal": "等额本金，按剩余本金计息",
    "interest_only": "先息后本，按月付息",
    "single_payment": "到期一次还本付息",
    "revolving": "按实际天数计循环利息",
    "daily": "按日计息",
}
_DAILY, _ONCE = "和逾期天数计收", "一次收取"
_RATE_WORDS = {
    "monthly_rate": "月利率",
    "annual_rate": "年利率",
    "daily_rate": "日利率",
    "monthly_fee_rate": "每期费率",
}


def normal_items(offer: Offer, schedule: tuple[Line, ...], cost: Decimal, nominal: Decimal) -> tuple[FeeItem, ...]:
    """What a borrower who pays on time is charged; yearly shares add up to the nominal rate (percent)."""
    request = offer.request
    periods = len(schedule)
    origin = offer.rate_row.id if offer.rate_row else f"request.{offer.rate_field}"
    rate = f"{_RATE_WORDS[offer.rate_field]}{percent_words(offer.rate)}"
    found: list[tuple[str, str, str, str, str, str, Decimal, str]] = []
    if offer.terms.method == "flat_fee":
        fee = sum((line.fees for line in schedule), ZERO) - _per_period(offer) * periods
        each = yuan(fee / periods)
        standard = f"{rate}，每期{each}"
        how = "按原始本金每期收取"
        found.append(("instalment_fee", "分期手续费", "instalment fee", how, standard, offer.lender, fee, origin))
    else:
        interest = total(schedule, "interest")
        how = _INTEREST_METHOD[offer.terms.method]
        found.append(("interest", "利息", "interest", how, rate, offer.lender, interest, origin))
    for kind, amount in (("upfront", request.upfront_fee), ("deducted", request.deducted_fee)):
        if amount:
            how, name = _TIMING[kind], ("放款时手续费", "fee at disbursement")
            found.append((kind, *name, how, f"一次{yuan(amount)}", offer.lender, amount, f"request.{kind}_fee"))
    for i, extra in enumerate(request.extras):
        times = periods if extra.timing == "per_period" else 1
        zh, en = _EXTRA_NAMES[extra.kind]
        how, standard = _TIMING[extra.timing], f"每次{yuan(extra.amount)}，共{times}次"
        found.append(
            (extra.kind, extra.name or zh, en, how, standard, extra.party, extra.amount * times, f"request.extras[{i}]")
        )
    return tuple(
        FeeItem(kind, zh, en, how, standard, party, "normal", amount, _share(amount, cost, nominal), source)
        for kind, zh, en, how, standard, party, amount, source in found
    )


def _per_period(offer: Offer) -> Decimal:
    return offer.terms.extra_fees[0] if offer.terms.extra_fees else ZERO


def _share(amount: Decimal, cost: Decimal, nominal: Decimal) -> Decimal:
    return percent_6dp(nominal * amount / cost) if cost else ZERO


def default_items(offer: Offer) -> tuple[FeeItem, ...]:
    """What is charged only when the borrower is late, breaks the contract or settles early where that costs."""
    found = [
        FeeItem(
            row.item, row.name, row.name_en, f"按{row.basis}{_DAILY if row.unit == 'rate_day' else _ONCE}",
            f"{'每天' if row.unit == 'rate_day' else ''}{row.render()}", row.party, "default", ZERO, ZERO, row.id,
        )
        for row in offer.contingent
    ]  # fmt: skip
    late = offer.request.late_daily_rate
    if late is not None:
        standard = f"每天{percent_words(late)}"
        origin = "request.late_daily_rate"
        words = ("late", "逾期罚息", "late interest", f"按逾期本金{_DAILY}")
        found.append(FeeItem(*words, standard, offer.lender, "default", ZERO, ZERO, origin))
    return tuple(found)


def working(
    offer: Offer, schedule: tuple[Line, ...], received: Decimal, cost: Decimal, rates: QuoteRates
) -> tuple[Step, ...]:
    """The steps from the terms to the three rates, in the order a person would explain them."""
    principal, first = offer.request.principal, schedule[0]
    periods = len(schedule)
    steps = [Step("principal", "借款本金", "principal", principal, "cny")]
    if received != principal:
        steps.append(Step("received", "放款时扣了钱，实际到手", "cash received", received, "cny"))
    if offer.terms.method == "flat_fee":
        each = f"每期手续费：{yuan(principal)}×{percent_words(offer.rate)}"
        steps.append(Step("fee_per_period", each, "fee per period", first.fees - _per_period(offer), "cny"))
    if periods > 1:
        steps.append(Step("first_payment", "第一期要还", "first payment", first.payment, "cny"))
        steps.append(Step("last_payment", "最后一期要还", "last payment", schedule[-1].payment, "cny"))
    steps.append(Step("periods", "一共还的期数", "number of payments", Decimal(periods), "count"))
    steps.append(Step("total_cost", "全部成本", "total cost", cost, "cny"))
    nominal, compound, simple = rates.nominal.percent, rates.compound.percent, rates.simple.percent
    with localcontext(PRECISE):
        monthly = percent_6dp(nominal / 12)
        naive = percent_6dp(offer.rate * 12 * HUNDRED)
    if offer.terms.method == "flat_fee":
        why = f"把每期费率乘12，只是{plain(naive)}%；但本金每期都在还，手续费却一直按原来的本金收"
        steps.append(Step("naive", why, "fee rate x 12", naive, "percent"))
    steps += [
        Step(
            "monthly_irr",
            "让每期还款正好等于到手金额的月利率（内部收益率）",
            "monthly internal rate",
            monthly,
            "percent",
        ),
        Step("nominal", "月利率×12，得到年化（单利）", "nominal annual rate", nominal, "percent"),
        Step("compound", "月利率按月复利滚12个月，得到年化（复利）", "compound annual rate", compound, "percent"),
        Step(
            "simple",
            "全部成本÷（每期剩余本金×占用年数之和），得到年化（单利，按合同余额）",
            "simple rate",
            simple,
            "percent",
        ),
    ]
    return tuple(steps)
