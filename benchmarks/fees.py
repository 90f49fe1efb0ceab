"""Speed of the fee engine on one thread, beside pyxirr on the same cash flows; the last line is one JSON object.

Run: python benchmarks/fees.py
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from decimal import Decimal

import pyxirr

from knowledge.cashflow import Grid
from knowledge.quotes import QuoteRequest, quote
from knowledge.rates import annual_rate
from knowledge.schedule import Terms, build_schedule

ROUNDS = 7


def best_seconds(work: Callable[[], object], repeat: int) -> float:
    """The best of several rounds of `repeat` calls, in seconds a call: the machine when nothing disturbs it."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(repeat):
            work()
        rounds.append((time.perf_counter() - started) / repeat)
    return min(rounds)


def quotes_per_second() -> tuple[float, float]:
    """Full 12-period quotes a second, every one different: (median of rounds, best round)."""
    speeds = []
    for turn in range(ROUNDS):
        started = time.perf_counter()
        for n in range(300):
            quote(QuoteRequest(principal=12000 + 300 * turn + n, terms=12, monthly_fee_rate="0.006"))
        speeds.append(300 / (time.perf_counter() - started))
    return statistics.median(speeds), max(speeds)


def schedule_with_rate(terms: int) -> tuple[float, float, float]:
    """(schedule and compound rate, rate alone, pyxirr.irr on the same flows) in microseconds a call."""
    plan = Terms(Decimal(500000), terms, "equal_instalment", monthly_rate=Decimal("0.0035"))
    flows = Grid((plan.principal, *[-line.payment for line in build_schedule(plan)]))
    floats = [float(amount) for amount in flows.amounts]

    def both() -> object:
        lines = build_schedule(plan)
        return annual_rate(Grid((plan.principal, *[-line.payment for line in lines])), "pboc-irr-compound")

    repeat = max(4, 1200 // terms)
    return tuple(  # type: ignore[return-value]
        best_seconds(work, times) * 1e6
        for work, times in (
            (both, repeat),
            (lambda: annual_rate(flows, "pboc-irr-compound"), repeat),
            (lambda: pyxirr.irr(floats), 20 * repeat),
        )
    )


def main() -> None:
    """Print the figures, last line JSON."""
    median, best = quotes_per_second()
    figures: dict[str, float] = {"quotes_per_second": round(median, 1), "quotes_per_second_best": round(best, 1)}
    for terms in (12, 360):
        both, rate, oracle = schedule_with_rate(terms)
        figures[f"schedule_with_rate_{terms}_us"] = round(both, 1)
        figures[f"rate_{terms}_us"] = round(rate, 1)
        figures[f"pyxirr_{terms}_us"] = round(oracle, 2)
        figures[f"rate_to_pyxirr_{terms}"] = round(rate / oracle, 1)
    for name, value in figures.items():
        print(f"{name:30} {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
