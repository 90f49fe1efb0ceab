"""The firm's products: what each is called, who lends, how it is repaid, and which fee rows hold its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from knowledge.fees import FeeBook, FeeRow
from knowledge.inputs import InvalidInput
from knowledge.schedule import RepaymentMethod
from knowledge.yaml_lines import Problem, ProblemsFound, read_model

EarlyRule = Literal["fee_on_remaining", "waive_remaining_fees", "remaining_fees_due", "no_fee"]
LenderType = Literal["micro_loan", "consumer_finance", "bank", "bank_co_lending", "private"]


class ProductsBroken(ProblemsFound):
    """products.yaml cannot be used; correct the entry named in the message and load again."""

    code = "products_broken"


class ProductUnknown(LookupError):
    """There is no product of this id; the message lists the ids there are."""

    code = "product_unknown"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EarlySettlement(_Frozen):
    """The contract's rule when a loan is repaid before its end."""

    rule: EarlyRule
    fee_row: str | None = None
    free_from_row: str | None = None
    interest: Literal["actual_days", "full_period"] = "actual_days"


class ProductRows(_Frozen):
    """Ids of the fee rows a loan's figures come from; `{terms}` stands for the number of instalments."""

    rate: str
    daily_rate: str | None = None
    amount_min: str | None = None
    amount_max: str | None = None
    late_daily: str | None = None
    grace_days: str | None = None
    minimum_ratio: str | None = None
    revolving_daily: str | None = None


class Product(_Frozen):
    """One product. `method`, `terms`, `rows` and `early_settlement` are there for loans only."""

    id: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    kind: str
    company: str = ""
    lender: str = ""
    lender_type: LenderType | None = None
    method: RepaymentMethod | None = None
    terms: tuple[int, ...] = ()
    rows: ProductRows | None = None
    early_settlement: EarlySettlement | None = None

    @property
    def repayment(self) -> RepaymentMethod | None:
        """How a loan is repaid; None for what is no loan."""
        return self.method

    def loan_rows(self) -> ProductRows:
        """The fee-row ids of a loan; raises `InvalidInput` for a product that lends nothing."""
        if self.rows is None or self.method is None:
            raise InvalidInput("product", self.id, "a loan product; this one lends nothing")
        return self.rows

    def rate_row(self, fees: FeeBook, terms: int, on: date) -> FeeRow:
        """The row of the rate for this number of instalments on this date; raises `InvalidInput`, `FeeRowMissing`."""
        rows = self.loan_rows()
        if self.terms and terms not in self.terms:
            raise InvalidInput("terms", terms, f"for {self.name}: {', '.join(map(str, self.terms))}")
        return fees.row(rows.rate.format(terms=terms), on)

    def row_ids(self) -> Iterator[str]:
        """Every fee-row id the product refers to, with `{terms}` filled in."""
        named = [v for v in (self.rows.model_dump() if self.rows else {}).values() if v]
        if self.early_settlement:
            named += [v for v in (self.early_settlement.fee_row, self.early_settlement.free_from_row) if v]
        for name in named:
            yield from (name.format(terms=n) for n in self.terms) if "{terms}" in name else (name,)


class _Products(BaseModel):
    products: tuple[Product, ...] = Field(min_length=1)


class ProductCatalogue:
    """All products by id, checked against the fee rows they name."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_id = {product.id: product for product in products}

    @classmethod
    def load(cls, path: Path, fees: FeeBook | None) -> Self:
        """Read products.yaml; raises `ProductsBroken` for a wrong entry or a row that `fees` (None: any) has not."""
        products = read_model(path, _Products, ProductsBroken, root="products").products
        ids = [product.id for product in products]
        found = [f"product {product_id} is given twice" for product_id in sorted({i for i in ids if ids.count(i) > 1})]
        found += [
            f"product {product.id} names fee row {row_id}, which does not exist; add it to fees/"
            for product in products
            for row_id in product.row_ids()
            if fees is not None and not fees.history(row_id)
        ]
        if found:
            raise ProductsBroken([Problem(path.name, 0, message) for message in found])
        return cls(products)

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_id.values())

    def __getitem__(self, product_id: str) -> Product:
        try:
            return self._by_id[product_id]
        except KeyError:
            raise ProductUnknown(f"product: got {product_id!r}; accepted: {', '.join(self._by_id)}") from None

    def named(self, text: str) -> Product | None:
        """The product whose name or alias is exactly this text."""
        return next((p for p in self if text in (p.id, p.name, *p.aliases)), None)


_HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def bundled_fees() -> FeeBook:
    """The demonstration firm's fee rows, read once."""
    return FeeBook.load(_HERE / "fees")


@lru_cache(maxsize=1)
def bundled_catalogue() -> ProductCatalogue:
    """The demonstration firm's products, read once."""
    return ProductCatalogue.load(_HERE / "products.yaml", bundled_fees())
