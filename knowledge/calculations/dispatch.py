"""Runs the calculation of an intent's family and turns what the look-ups refuse into one typed error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from knowledge.calculations.caps import ceiling
from knowledge.calculations.draft import Draft
from knowledge.calculations.early import early
from knowledge.calculations.insurance import policy
from knowledge.calculations.job import Job
from knowledge.calculations.late import late
from knowledge.calculations.loans import loan
from knowledge.calculations.minimum import minimum
from knowledge.calculations.model import Calculation
from knowledge.calculations.payments import payment
from knowledge.calculations.requirements import Family, bundled_requirements, plan
from knowledge.calculations.values import Values, read_values
from knowledge.calculations.wealth import fund
from knowledge.calculations.wording import bundled_wording
from knowledge.caps import CapBook
from knowledge.fees import FeeBook, FeeRowMissing
from knowledge.inputs import LATEST, InvalidInput
from knowledge.products import ProductCatalogue

_FAMILIES: dict[Family, Callable[[Job], Calculation]] = {
    "loans": loan,
    "early": early,
    "late": late,
    "minimum": minimum,
    "payments": payment,
    "wealth": fund,
    "insurance": policy,
    "caps": ceiling,
}


def calculate(
    intent: str,
    product: str | None,
    slots: Mapping[str, object],
    *,
    fees: FeeBook,
    catalogue: ProductCatalogue,
    caps: CapBook,
    today: date,
) -> Calculation:
    """The explained answer. Call it when `plan` says ready.

    Raises `InvalidInput` for a wrong, missing or unusable value (see `explain_invalid`), `FeeRowMissing` when a row
    the calculation rests on does not exist at all.
    """
    planned = plan(intent, product, slots)
    if planned.status == "none":
        raise InvalidInput("intent", intent, "an intent and values for which plan() says ready")
    if planned.status == "missing":
        raise InvalidInput(planned.missing[0], None, "a value; ask for it first")
    values = read_values(slots)
    requirement = bundled_requirements()[intent]
    job = Job(
        intent, planned.products, requirement.named(product), values, fees, catalogue, caps, today,
        Draft(bundled_wording()),
    )  # fmt: skip
    try:
        return _FAMILIES[requirement.family](job)
    except FeeRowMissing as error:
        raise _outside_validity(error, fees, values) from error


def _outside_validity(error: FeeRowMissing, fees: FeeBook, values: Values) -> Exception:
    """A date before the first row of an id is a bad value; an id without any row is a broken fee directory."""
    history = fees.history(error.row_id)
    if not history:
        return error
    field = "start" if values.start == error.on else "on"
    last = history[-1].valid_to or LATEST
    return InvalidInput(field, str(error.on), f"a date from {history[0].valid_from} to {last}")
