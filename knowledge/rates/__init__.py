"""Annual rates by named method, each with its own day count, solved and proved in decimal arithmetic."""

from knowledge.rates.outcome import NoRate, NoSolution, RateOutcome, SeveralRates, SingleRate, percent_of
from knowledge.rates.registry import METHODS, annual_rate

__all__ = ["METHODS", "NoRate", "NoSolution", "RateOutcome", "SeveralRates", "SingleRate", "annual_rate", "percent_of"]
