"""Everything the desk decides by, loaded once: policies, working days and receipt texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from handoff.calendar import Calendars, DaySource, load_days
from handoff.policy import Policies, Policy
from handoff.policy_file import load_policies
from handoff.receipts import Receipts, load_receipts


@dataclass(frozen=True)
class Rules:
    """The rules of one installation; pass your own to any desk function to replace the bundled ones."""

    policies: Policies
    days: DaySource
    receipts: Receipts
    _calendars: dict[str, Calendars] = field(default_factory=dict, compare=False, repr=False)

    def calendars(self, policy: Policy) -> Calendars:
        """The calendars of a policy version, built once."""
        if policy.version not in self._calendars:
            self._calendars[policy.version] = Calendars.of(policy, self.days)
        return self._calendars[policy.version]


def load_rules(policy: Path | None = None, holidays: Path | None = None, receipts: Path | None = None) -> Rules:
    """Read the rules from files, each by default the bundled one. Raises PolicyRefused, CalendarRefused, …"""
    return Rules(load_policies(policy), load_days(holidays), load_receipts(receipts))


@lru_cache(maxsize=1)
def bundled_rules() -> Rules:
    """The rules that come with the package, read at first use."""
    return load_rules()
