"""Slots of a customer's sentence, and the figures of any text.

`read_slots(text, today, expecting)` gives a frozen `Slots`; `figures(text)` every numeric claim, compared by
`same_figure`. Offsets refer to `normal_form(text)`. Grammar: `numeral` finds numbers, `identifier`, `mention` and
`product` claim what is not a quantity, then `rate`, `term`, `choice` and `amount` read, in this order.
"""

from intents.slots.figure import Figure, figures, same_figure
from intents.slots.page import normal_form
from intents.slots.product import other_firms_products
from intents.slots.reader import read_slots
from intents.slots.slot import (
    ALL,
    LAST,
    NONE_OF_THEM,
    Ambiguity,
    AmountSlot,
    ChoiceSlot,
    Correction,
    DateSlot,
    DurationSlot,
    PeriodIndexSlot,
    ProductSlot,
    RateSlot,
    Reading,
    Slots,
    TermSlot,
)

__all__ = [
    "ALL",
    "LAST",
    "NONE_OF_THEM",
    "Ambiguity",
    "AmountSlot",
    "ChoiceSlot",
    "Correction",
    "DateSlot",
    "DurationSlot",
    "Figure",
    "PeriodIndexSlot",
    "ProductSlot",
    "RateSlot",
    "Reading",
    "Slots",
    "TermSlot",
    "figures",
    "normal_form",
    "other_firms_products",
    "read_slots",
    "same_figure",
]
