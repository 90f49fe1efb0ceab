"""One request to calculate: the intent, the product, the checked values, and everything that is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from knowledge.calculations.draft import Draft
from knowledge.calculations.values import Values
from knowledge.caps import CapBook
from knowledge.fees import FeeBook, FeeRow
from knowledge.inputs import InvalidInput
from knowledge.products import Product, ProductCatalogue


@dataclass(frozen=True, slots=True)
class Job:
    """`products` are the ids to compute for (one, or several to compare); `explicit` is the one the customer named."""

    intent: str
    products: tuple[str, ...]
    explicit: str | None
    values: Values
    fees: FeeBook
    catalogue: ProductCatalogue
    caps: CapBook
    today: date
    draft: Draft

    @property
    def on(self) -> date:
        """The date fee rows and ceilings must hold on: the date asked about, the day the loan began, or today."""
        start = self.values.start
        return self.values.on or (start if start and start <= self.today else self.today)

    @property
    def product(self) -> Product:
        """The one product of this job."""
        return self.catalogue[self.products[0]]

    def row(self, row_id: str) -> FeeRow:
        """The fee row on the date asked about; raises `FeeRowMissing`."""
        return self.fees.row(row_id, self.on)

    def has(self, row_id: str) -> bool:
        """Whether such a row exists on any date, so that asking for it on a wrong date is a bad date."""
        return bool(self.fees.history(row_id))

    def whole_table(self, prefix: str) -> list[tuple[int | None, FeeRow]]:
        """The bands of a table; raises `FeeRowMissing` when any band of it does not hold on the date asked about."""
        for row_id in {row.id for row in self.fees.rows(prefix.partition(".")[0])}:
            head, _, tail = row_id.rpartition(".")
            if head == prefix and (tail.isdigit() or tail == "after"):
                self.row(row_id)
        return self.fees.bands(prefix, self.on)

    def amount(self) -> Decimal:
        """The customer's amount in yuan; raises `InvalidInput` when there is none."""
        return needed(self.values.amount, "amount", "an amount in yuan")


_T = TypeVar("_T")


def needed(value: _T | None, field: str, accepted: str) -> _T:
    """The value, or `InvalidInput` naming the field that is missing."""
    if value is None:
        raise InvalidInput(field, None, accepted)
    return value
