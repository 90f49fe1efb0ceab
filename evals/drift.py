"""Early warning of unusual service patterns (异常服务模式预警): weekly shares against a reference, with an alert limit.

An alert needs both: Fisher's exact test beyond the limit (so that small weeks do not cry wolf) and a change of at least
`LEAST` in share (so that large weeks do not either).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from assistant.dialogue.state import TURN
from evals.outcome import Plot, Series
from evals.triage import conversation_events

LIMIT = 4.0
LEAST = 0.02
MOST = 37.0  # beyond this a probability is 0 in double precision
REFERENCE_WEEKS = 4
ABSTENTION, PERSON = "abstention", "handoff"
_PLOTTED = 6


class ReferenceRefused(ValueError):
    """There is nothing to compare with: give a reference file, or a log with more weeks than the reference takes."""


@dataclass(frozen=True)
class Shares:
    """How often something happened among `n` turns; `counts` holds abstentions, hand-overs and every intent."""

    n: int
    counts: Mapping[str, int]

    def share(self, name: str) -> float:
        """Share of one name."""
        return self.counts.get(name, 0) / self.n if self.n else 0.0

    def joined(self, other: Shares) -> Shares:
        """Both together."""
        return Shares(self.n + other.n, Counter(self.counts) + Counter(other.counts))


@dataclass(frozen=True)
class Alert:
    """One share of one week beyond the limit."""

    week: date
    name: str
    expected: float
    found: float
    z: float
    n: int

    def __str__(self) -> str:
        direction = "more" if self.found > self.expected else "less"
        return (
            f"week of {self.week}: {self.name} {self.found:.1%} of {self.n} turns, {direction} than the reference's "
            f"{self.expected:.1%} (z = {self.z:+.1f})"
        )


def weekly(engine: Engine, zone: str = "Asia/Shanghai") -> dict[date, Shares]:
    """Shares of every week (named by its Monday in `zone`) with turns, oldest first."""
    decided = ((event.at, event.payload) for event in conversation_events(engine) if event.kind == TURN)
    return weeks_of(decided, zone)


def weeks_of(turns: Iterable[tuple[datetime, Mapping[str, Any]]], zone: str = "Asia/Shanghai") -> dict[date, Shares]:
    """Shares by week of recorded decisions."""
    counted: dict[date, Counter[str]] = {}
    totals: Counter[date] = Counter()
    for at, decision in turns:
        day = at.astimezone(ZoneInfo(zone)).date()
        monday = day - timedelta(days=day.weekday())
        counts = counted.setdefault(monday, Counter())
        totals[monday] += 1
        counts[str(decision["intent"])] += 1
        counts[ABSTENTION] += float(decision["probability"]) < float(decision["threshold"])
        counts[PERSON] += decision["action"] == PERSON
    return {monday: Shares(totals[monday], counted[monday]) for monday in sorted(counted)}


def split_reference(weeks: Mapping[date, Shares], first: int = REFERENCE_WEEKS) -> tuple[Shares, dict[date, Shares]]:
    """The first weeks joined as the reference, and the others. Raises `ReferenceRefused`."""
    days = list(weeks)
    if len(days) <= first:
        raise ReferenceRefused(
            f"the log has {len(days)} weeks with turns; the first {first} would all be the reference"
        )
    return first_weeks(weeks, first), {day: weeks[day] for day in days[first:]}


def first_weeks(weeks: Mapping[date, Shares], first: int = REFERENCE_WEEKS) -> Shares:
    """The first weeks joined, or all when there are fewer. Raises `ReferenceRefused` for a log without turns."""
    if not weeks:
        raise ReferenceRefused("the log holds no turn; there is nothing to make a reference of")
    reference = Shares(0, {})
    for day in list(weeks)[:first]:
        reference = reference.joined(weeks[day])
    return reference


def read_reference(path: Path) -> Shares:
    """A reference that `save_reference` wrote. Raises `ReferenceRefused`."""
    try:
        raw = json.loads(path.read_text("utf-8"))
        return Shares(int(raw["n"]), {str(name): int(count) for name, count in raw["counts"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReferenceRefused(f"{path} is not a reference ({error}); write one with --save-reference") from error


def reference_text(shares: Shares) -> str:
    """The reference as a file's content."""
    counts = dict(sorted(shares.counts.items()))
    return json.dumps({"n": shares.n, "counts": counts}, ensure_ascii=False, indent=1) + "\n"


def z_of(reference: Shares, week: Shares, name: str) -> float:
    """How unlikely the week is under the reference, as a signed z: the normal quantile of Fisher's exact two-sided p.

    Exact also where counts are small, which a normal approximation is not; 0.0 when either side is empty.
    """
    from scipy.stats import hypergeom, norm

    if not reference.n or not week.n:
        return 0.0
    seen = week.counts.get(name, 0)
    drawn = hypergeom(reference.n + week.n, reference.counts.get(name, 0) + seen, week.n)
    more = week.share(name) > reference.share(name)
    tail = float(drawn.sf(seen - 1) if more else drawn.cdf(seen))
    z = min(float(norm.isf(min(1.0, 2 * tail) / 2)), MOST)
    return z if more else -z


def alerts(reference: Shares, weeks: Mapping[date, Shares], limit: float = LIMIT, least: float = LEAST) -> list[Alert]:
    """Every share of every week beyond the limit, oldest week first, the strongest first within a week."""
    found = []
    for monday, week in weeks.items():
        for name in sorted({*reference.counts, *week.counts}):
            z, expected, seen = z_of(reference, week, name), reference.share(name), week.share(name)
            if abs(z) >= limit and abs(seen - expected) >= least:
                found.append(Alert(monday, name, expected, seen, z, week.n))
    return sorted(found, key=lambda alert: (alert.week, -abs(alert.z), alert.name))


def plot(reference: Shares, weeks: Mapping[date, Shares], found: Sequence[Alert]) -> Plot:
    """Abstentions, hand-overs and the intents that were alerted most, week by week."""
    loud = [
        name for name, _ in Counter(a.name for a in found if a.name not in (ABSTENTION, PERSON)).most_common(_PLOTTED)
    ]
    days = tuple(day.isoformat() for day in weeks)
    series = tuple(
        Series(name, ("reference", *days), (reference.share(name), *(week.share(name) for week in weeks.values())))
        for name in (ABSTENTION, PERSON, *loud)
    )
    said = f"{len(found)} alerts in {len(weeks)} weeks." if found else f"No alert in {len(weeks)} weeks."
    return Plot("drift", "Weekly shares against the reference", "line", "week", "share of turns", series, said)
