"""The solver's typed answers: one proved root, several, a negative one, none, and exactly zero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from knowledge.cashflow import Dated, Grid, NoSignChange, Timed, TooFewFlows, UnitPeriods
from knowledge.inputs import InvalidInput
from knowledge.rates import NoRate, NoSolution, SeveralRates, SingleRate, annual_rate, percent_of
from knowledge.rates.objective import Objective
from knowledge.rates.solver import _bisected_root, find_roots


def grid(*amounts: int | str, per_year: int = 12) -> Grid:
    return Grid(tuple(Decimal(a) for a in amounts), per_year)


def level_loan(advance: int, payment: str) -> Objective:
    whole = Fraction(0)
    return Objective([(0, whole, Decimal(advance)), *[(k, whole, Decimal(payment)) for k in range(1, 13)]])


def test_zero_cost_is_exactly_zero_by_every_method() -> None:
    for method in ("pboc-irr-compound", "pboc-simple", "cn-irr-nominal", "reg-z-actuarial", "eu-aprc", "uk-apr"):
        outcome = annual_rate(grid(1200, *[-100] * 12), method)
        assert isinstance(outcome, SingleRate)
        assert outcome.percent == 0
        assert outcome.lower == outcome.upper == 0
        assert not outcome.negative


def test_paying_back_less_than_received_is_a_flagged_negative_rate() -> None:
    outcome = annual_rate(grid(1200, *[-99] * 12), "pboc-irr-compound")
    assert isinstance(outcome, SingleRate)
    assert outcome.negative
    assert Decimal("-2") < outcome.percent < 0


def test_losing_nearly_everything_is_still_solved() -> None:
    outcome = annual_rate(grid(100000, *[0] * 11, -1, per_year=12), "pboc-irr-compound")
    assert percent_of(outcome) == pytest.approx(Decimal("-99.999"), abs=Decimal("1e-12"))


def test_two_roots_are_both_reported_and_the_one_nearest_zero_from_above_is_chosen() -> None:
    outcome = annual_rate(grid(-100, 230, -132, per_year=1), "uk-apr")
    assert isinstance(outcome, SeveralRates)
    assert [round(root, 9) for root in outcome.roots] == [10, 20]
    assert round(outcome.percent, 9) == 10
    assert outcome.bound == 2
    assert "nearest zero" in outcome.rule


def test_three_roots_are_all_found() -> None:
    # (q - 1/1.1)(q - 1/1.5)(q - 1/3) scaled: roots 10 %, 50 % and 200 %.
    outcome = annual_rate(grid("-1000", "5600", "-9450", "4950", per_year=1), "uk-apr")
    assert isinstance(outcome, SeveralRates)
    assert [round(root, 6) for root in outcome.roots] == [10, 50, 200]


def test_two_negative_roots_choose_the_one_nearest_zero() -> None:
    # roots -10 % and -20 %: (x + 0.1)(x + 0.2) with x = rate, in (1 + x).
    outcome = annual_rate(grid("100", "-170", "72", per_year=1), "uk-apr")
    assert isinstance(outcome, SeveralRates)
    assert round(outcome.percent, 9) == -10
    assert outcome.negative


def test_a_double_root_is_found_though_the_value_never_crosses_zero() -> None:
    outcome = annual_rate(grid("-100", "240", "-144", per_year=1), "eu-aprc")
    assert percent_of(outcome) == pytest.approx(Decimal(20), abs=Decimal("1e-4"))


def test_no_rate_is_a_typed_answer_and_asking_its_percentage_says_why() -> None:
    outcome = annual_rate(grid("-100", "200", "-150", per_year=1), "eu-aprc")
    assert isinstance(outcome, NoRate)
    with pytest.raises(NoSolution, match="no rate above -100%"):
        percent_of(outcome)


def test_several_drawdowns_between_payments_have_one_rate_proved_by_the_balance() -> None:
    outcome = annual_rate(grid(1000, -100, 500, *[-150] * 10), "eu-aprc")
    assert isinstance(outcome, SingleRate)
    assert outcome.uniqueness == "balance keeps its sign"


def test_a_fee_paid_before_the_drawdown_raises_the_rate() -> None:
    loan = ((Fraction(0), Decimal(1000)), (Fraction(1), Decimal(-1100)))
    early = Timed(((Fraction(-1, 12), Decimal(-20)), *loan))
    same_day = Timed(((Fraction(0), Decimal(-20)), *loan))
    assert percent_of(annual_rate(early, "eu-aprc")) > 10
    assert percent_of(annual_rate(same_day, "eu-aprc")) > 10


def test_a_balloon_and_a_weekly_plan_are_solved() -> None:
    balloon = annual_rate(grid(10000, *[-100] * 11, -10100), "pboc-irr-compound")
    assert percent_of(balloon) == pytest.approx(Decimal("12.682503"), abs=Decimal("0.000001"))
    payments = [(k, Fraction(3, 7), Decimal(-20)) for k in range(1, 31)]
    weekly = UnitPeriods(((0, Fraction(0), Decimal(500)), *payments), Fraction(52))
    nominal = percent_of(annual_rate(weekly, "reg-z-actuarial"))
    rate = nominal / 100 / 52
    value = 500 - sum(20 / ((1 + rate * 3 / 7) * (1 + rate) ** k) for k in range(1, 31))
    assert abs(value) < Decimal("1e-15")


def test_an_enormous_rate_on_one_day_is_solved() -> None:
    day = Dated(((date(2026, 1, 1), Decimal(100)), (date(2026, 1, 31), Decimal(-200))))
    expected = (Decimal(2) ** (Decimal(365) / 30) - 1) * 100
    assert percent_of(annual_rate(day, "pboc-irr-compound")) == pytest.approx(expected, rel=Decimal("1e-12"))


def test_the_slow_way_agrees_with_newton() -> None:
    objective = level_loan(10000, "-945.60")
    fast = find_roots(objective, 12).roots[0].rate
    with localcontext(prec=34):
        slow = _bisected_root(objective)
    assert slow is not None
    assert abs(slow.rate - fast) < Decimal("1e-20")


def test_the_ends_of_the_bracket_have_opposite_values() -> None:
    objective = level_loan(12000, "-1072")
    root = find_roots(objective, 12).roots[0]
    with localcontext(prec=34):
        assert objective.value(root.lower) < 0 < objective.value(root.upper)
        assert abs(objective.value(root.rate)) < Decimal("1e-12")


@pytest.mark.parametrize("amounts", [(), (100,), (0, 0, -5)])
def test_fewer_than_two_amounts_are_refused(amounts: tuple[int, ...]) -> None:
    with pytest.raises(TooFewFlows, match="at least one received and one paid"):
        annual_rate(grid(*amounts), "eu-aprc")


def test_amounts_of_one_sign_are_refused() -> None:
    with pytest.raises(NoSignChange, match="one sign"):
        annual_rate(grid(100, 50), "eu-aprc")


def test_an_unknown_method_is_refused_with_the_list_of_methods() -> None:
    with pytest.raises(InvalidInput, match="reg-z-actuarial"):
        annual_rate(grid(100, -110), "apr")


def test_several_drawdowns_with_odd_days_have_one_rate_proved_by_the_balance() -> None:
    draws = [(0, Fraction(0), Decimal(1000)), (2, Fraction(1, 2), Decimal(900))]
    flows = UnitPeriods((*draws, *[(k, Fraction(1, 3), Decimal(-60)) for k in range(1, 40)]), Fraction(12))
    outcome = annual_rate(flows, "reg-z-actuarial")
    assert isinstance(outcome, SingleRate)
    assert outcome.uniqueness == "balance keeps its sign"


def test_two_roots_closer_than_the_scanning_step_are_both_found() -> None:
    # rates 20 % and 20.2 %: 1.2 x 1.202 = 1.4424 and 1.2 + 1.202 = 2.402.
    outcome = annual_rate(grid("-1000", "2402", "-1442.4", per_year=1), "eu-aprc")
    assert isinstance(outcome, SeveralRates)
    assert [round(root, 6) for root in outcome.roots] == [Decimal(20), Decimal("20.2")]
