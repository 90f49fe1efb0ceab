"""The values the slot reader returns: what a customer said, where, and what it means.

`start` and `end` are offsets into the normal form of the message (`intents.slots.normal_form`), `text` is that span.
A value that can be read in two ways is an `Ambiguity` and never a slot; a value that was taken back is a
`Correction` and never a slot either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Field = Literal["amount", "term", "product", "rate", "date", "period", "duration", "number"]
Value = Decimal | int | str | date
RateUnit = Literal["day", "month", "year", "period", "unknown"]
Basis = Literal["interest", "fee", "penalty", "discount", "unknown"]
Granularity = Literal["day", "week", "month", "year"]
Resolved = Literal["stated", "relative", "past", "future", "nearest"]
Role = Literal["index", "paid", "remaining", "overdue", "first", "last", "to_pay", "relative"]
TimeUnit = Literal["minute", "hour", "day", "workday", "month"]
Invalid = Literal["negative", "too_large", "zero"]

NONE_OF_THEM, LAST, ALL = 0, -1, -2


@dataclass(frozen=True)
class Span:
    """A stretch of the normal form."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class ProductSlot(Span):
    """One of the firm's products; `value` is its id in products.yaml. `misspelt` when matched by sound."""

    value: str
    misspelt: bool = False


@dataclass(frozen=True)
class AmountSlot(Span):
    """Money. `value` is in units of `currency` (ISO 4217), which is yuan for CNY."""

    value: Decimal
    currency: str = "CNY"
    approximate: bool = False
    invalid: Invalid | None = None


@dataclass(frozen=True)
class TermSlot(Span):
    """How long a loan runs: `value` in months for `month`, in instalments for `period`."""

    value: int
    unit: Literal["month", "period"]
    approximate: bool = False
    invalid: Invalid | None = None


@dataclass(frozen=True)
class RateSlot(Span):
    """A rate as a fraction (0.6 % is 0.006) per `unit` of time; `basis` says what is charged by it."""

    value: Decimal
    unit: RateUnit
    basis: Basis = "unknown"


@dataclass(frozen=True)
class DateSlot(Span):
    """A calendar day. A month stands for its first day, a week for its Monday, a year for 1 January.

    `resolved` says how the year or month was found: stated, counted from today, or by the tense of the sentence.
    """

    value: date
    granularity: Granularity = "day"
    resolved: Resolved = "stated"


@dataclass(frozen=True)
class PeriodIndexSlot(Span):
    """An instalment by number (`index`), or how many of them were paid, remain, are overdue, come first or last.

    For `relative`, `value` counts from the current instalment: -1 the previous one, 0 this one, 1 the next.
    """

    value: int
    role: Role


@dataclass(frozen=True)
class DurationSlot(Span):
    """A length of time that is not a loan's term: waiting, overdue, processing."""

    value: Decimal
    unit: TimeUnit
    approximate: bool = False


@dataclass(frozen=True)
class ChoiceSlot(Span):
    """Which of the options just shown: 1 is the first; `NONE_OF_THEM`, `LAST` and `ALL` are below one."""

    value: int


@dataclass(frozen=True)
class Reading:
    """One thing an ambiguous expression may mean; `unit` is a currency, a rate's unit of time, or empty."""

    field: Field
    value: Value
    unit: str = ""


@dataclass(frozen=True)
class Ambiguity(Span):
    """Words to ask about. `reason` is a stable code; `candidates` may be empty (vague or impossible values)."""

    field: Field
    reason: str
    candidates: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Correction(Span):
    """A value taken back (`old`), put in its place (`new`), or both; `kind` is the slot it belongs to."""

    kind: Field
    old: Value | None
    new: Value | None


@dataclass(frozen=True)
class Slots:
    """Everything read from one message, each kind in the order of the message."""

    products: tuple[ProductSlot, ...] = ()
    amounts: tuple[AmountSlot, ...] = ()
    terms: tuple[TermSlot, ...] = ()
    rates: tuple[RateSlot, ...] = ()
    dates: tuple[DateSlot, ...] = ()
    periods: tuple[PeriodIndexSlot, ...] = ()
    days: tuple[DurationSlot, ...] = ()
    choices: tuple[ChoiceSlot, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    corrections: tuple[Correction, ...] = ()
