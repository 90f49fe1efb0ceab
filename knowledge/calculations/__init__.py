"""From an intent and the collected values to an explained answer.

`plan` says what is missing, `calculate` answers, `explain_invalid` words a bad value.
"""

from knowledge.calculations.dispatch import calculate
from knowledge.calculations.invalid import explain_invalid, invalid_figures, invalid_slot
from knowledge.calculations.model import Calculation, Citation, Plan, Table
from knowledge.calculations.requirements import plan, used_slots
from knowledge.figures import Figure

__all__ = [
    "Calculation",
    "Citation",
    "Figure",
    "Plan",
    "Table",
    "calculate",
    "explain_invalid",
    "invalid_figures",
    "invalid_slot",
    "plan",
    "used_slots",
]
