"""How far two inspectors agree beyond chance: Cohen's kappa (Cohen 1960) on the doubly reviewed sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from handoff.inspection import VERDICT, Review


@dataclass(frozen=True)
class Agreement:
    """Pairs compared, share that agree, and kappa; kappa is None without pairs or when chance alone explains all."""

    pairs: int
    observed: float
    kappa: float | None


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Agreement of two raters over the same items, each pair the first and the second rater's label."""
    if not pairs:
        return Agreement(0, 0.0, None)
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[label] * second[label] for label in first) / total**2
    return Agreement(total, observed, None if chance == 1 else (observed - chance) / (1 - chance))


def inspectors_agree(session: Session) -> dict[str, Agreement]:
    """Agreement on root cause, process step and responsible party over all inspections with two reviews."""
    by_inspection: dict[int, list[Review]] = {}
    query = (
        select(Review).where(col(Review.final).is_(False)).order_by(col(Review.inspection_id), col(Review.inspector_id))
    )
    for each in session.exec(query):
        by_inspection.setdefault(each.inspection_id, []).append(each)
    doubles = [reviews for reviews in by_inspection.values() if len(reviews) == 2]
    return {
        name: cohen_kappa([(getattr(one, name), getattr(other, name)) for one, other in doubles]) for name in VERDICT
    }
