"""Ceilings: by lender and date, on both bases, worded as notices; and the inverse, the highest fee under a ceiling."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.caps import HIGH_ZH, CapBook, CapsBroken, bundled_caps, highest_flat_fee
from knowledge.inputs import InvalidInput

TODAY = date(2026, 11, 24)
FORBIDDEN = ("违法", "高利贷", "无需还款", "不用还", "非法")


@pytest.fixture(scope="module")
def caps() -> CapBook:
    return bundled_caps()


def ids(caps: CapBook, lender: str, on: date = TODAY) -> list[str]:
    return [notice.rule_id for notice in caps.notices(lender, on, Decimal(20), Decimal(22))]


def test_each_lender_has_its_own_ceilings(caps: CapBook) -> None:
    assert ids(caps, "micro_loan") == ["micro-loan-24", "micro-loan-4lpr"]
    assert ids(caps, "private") == ["private-4lpr"]
    assert ids(caps, "bank_co_lending") == ["co-lending-24"]
    assert ids(caps, "bank") == ["financial-24"]
    assert ids(caps, "consumer_finance") == ["financial-24", "consumer-finance-20"]


def test_a_ceiling_holds_from_its_date_and_is_announced_before(caps: CapBook) -> None:
    assert ids(caps, "bank_co_lending", date(2025, 9, 30)) == []
    assert ids(caps, "bank_co_lending", date(2025, 10, 1)) == ["co-lending-24"]
    (now, later) = caps.notices("micro_loan", TODAY, Decimal(20), Decimal(22))
    assert (now.stage, later.stage) == ("in_force", "announced")
    assert "还没有生效" in later.text_zh
    (_, then) = caps.notices("micro_loan", date(2028, 1, 1), Decimal(20), Decimal(22))
    assert then.stage == "in_force"


def test_twenty_four_percent_nominal_is_above_the_ceiling_only_when_compounded(caps: CapBook) -> None:
    notice = caps.notices("micro_loan", TODAY, Decimal("24.000000"), Decimal("26.824179"))[0]
    assert not notice.above_nominal
    assert notice.above_compound
    assert HIGH_ZH in notice.text_zh
    assert "24.00%" in notice.text_zh
    assert "26.82%" in notice.text_zh


def test_the_private_ceiling_is_four_times_the_lpr_of_the_day(caps: CapBook) -> None:
    (notice,) = caps.notices("private", TODAY, Decimal(20), Decimal(22))
    assert notice.limit_percent == 12
    assert caps.lpr(date(2025, 5, 20)) == Decimal("0.03")
    assert caps.lpr(date(2025, 5, 19)) == Decimal("0.031")
    with pytest.raises(InvalidInput, match="LPR"):
        caps.lpr(date(2015, 1, 1))


def test_a_notice_never_pronounces_a_verdict(caps: CapBook) -> None:
    for lender in ("micro_loan", "consumer_finance", "bank", "bank_co_lending", "private"):
        for rate in (Decimal(5), Decimal(50)):
            for notice in caps.notices(lender, TODAY, rate, rate):
                assert not any(word in notice.text_zh + notice.name + notice.note for word in FORBIDDEN)


def test_guidance_known_from_the_press_is_marked_unofficial(caps: CapBook) -> None:
    assert [rule.id for rule in caps.rules if not rule.official] == ["consumer-finance-20"]


@pytest.mark.parametrize(
    ("limit", "nominal", "compound"),
    [("0.24", "1.122626", "1.011918"), ("0.36", "1.712875", "1.471826"), ("0.12", "0.551546", "0.522873")],
)
def test_the_highest_monthly_fee_under_a_ceiling(limit: str, nominal: str, compound: str) -> None:
    for basis, expected in (("nominal", nominal), ("compound", compound)):
        found = highest_flat_fee(12, Decimal(limit), basis) * 100  # type: ignore[arg-type]
        assert round(found, 6) == Decimal(expected)


def test_the_highest_fee_gives_back_its_ceiling() -> None:
    from knowledge.cashflow import Grid
    from knowledge.rates import annual_rate, percent_of

    fee = highest_flat_fee(24, Decimal("0.24"), "compound")
    flows = Grid((Decimal(24000), *[-(Decimal(1000) + 24000 * fee)] * 24))
    assert percent_of(annual_rate(flows, "pboc-irr-compound")) == pytest.approx(Decimal(24), abs=Decimal("1e-15"))


def test_a_broken_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "caps.yaml"
    path.write_text('lpr_1y: []\nrules: [{id: x, limit: {rate: "0.24", lpr_multiple: "4"}}]\n', encoding="utf-8")
    with pytest.raises(CapsBroken, match="limit must be one of"):
        CapBook.load(path)
