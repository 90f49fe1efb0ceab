"""Decides from what is known whether an intent is computed, and what still has to be asked (calculations.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from knowledge.calculations.model import Plan
from knowledge.yaml_lines import Problem, ProblemsFound, read_model

Family = Literal["loans", "early", "late", "minimum", "payments", "wealth", "insurance", "caps"]
SLOTS = (
    "amount", "remaining", "terms", "rate", "rate_unit", "start", "period", "paid_periods", "days", "year", "age", "on",
    "used", "yearly",
)  # fmt: skip
"""Every slot a calculation can use; `used` is what was already withdrawn this month, in yuan; `yearly`
an amount said by the year."""


class CalculationsBroken(ProblemsFound):
    """calculations.yaml cannot be used; correct the entry named in the message."""

    code = "calculations_broken"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Way(_Frozen):
    """One set of values that is enough, and when this set is the one to ask for."""

    needs: tuple[str, ...]
    with_all: tuple[str, ...] = Field(default=(), alias="with")
    with_any: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    products: tuple[str, ...] = Field(default=(), alias="for")

    def fits(self, known: frozenset[str], product: str | None, unit: str | None) -> bool:
        """True when this way is the one to take, given the names of the known slots."""
        if self.products and product is not None and product not in self.products:
            return False
        if self.units and unit is not None and unit not in self.units:
            return False
        some = not self.with_any or any(name in known for name in self.with_any)
        return some and known.issuperset(self.with_all) and known.isdisjoint(self.without)

    def missing(self, known: frozenset[str]) -> Iterator[str]:
        """Names still to be asked for, in order."""
        for need in self.needs:
            choices = need.split("|")
            if known.isdisjoint(choices):
                yield choices[0]


class Requirement(_Frozen):
    """Everything calculations.yaml says about one intent."""

    family: Family
    products: tuple[str, ...]
    default: str | None = None
    not_for: tuple[str, ...] = ()
    trigger: tuple[tuple[str, ...], ...]
    ways: tuple[Way, ...]
    optional: tuple[str, ...] = ()

    def named(self, product: str | None) -> str | None:
        """The product when it is one of this intent's, else None."""
        return product if product in self.products else None

    def implied(self, product: str | None) -> str | None:
        """The product to compute for: the one named, the only one, the default, or None."""
        return self.named(product) or (self.products[0] if len(self.products) == 1 else self.default)


class _Requirements(RootModel[dict[str, Requirement]]):
    """The whole file: an intent and what is said of it."""


def load_requirements(path: Path) -> Mapping[str, Requirement]:
    """Read calculations.yaml; raises `CalculationsBroken` naming the intent and the field."""
    found = read_model(path, _Requirements, CalculationsBroken).root
    allowed = (*SLOTS, "product")
    unknown = [
        Problem(path.name, 0, f"{intent} names slot {name}; accepted: {', '.join(allowed)}")
        for intent, requirement in found.items()
        for name in _slot_names(requirement)
        if name not in allowed
    ]
    if unknown:
        raise CalculationsBroken(unknown)
    return found


def _slot_names(requirement: Requirement) -> Iterator[str]:
    yield from requirement.optional
    for names in requirement.trigger:
        yield from names
    for way in requirement.ways:
        yield from (*way.with_all, *way.with_any, *way.without)
        for need in way.needs:
            yield from need.split("|")


@lru_cache(maxsize=1)
def bundled_requirements() -> Mapping[str, Requirement]:
    """The project's own calculations.yaml, read once."""
    return load_requirements(Path(__file__).parents[1] / "calculations.yaml")


def used_slots(intent: str) -> frozenset[str]:
    """Every slot a calculation for `intent` can use, `rate_unit` with a rate; empty when nothing is computed for it."""
    requirement = bundled_requirements().get(intent)
    if requirement is None:
        return frozenset()
    names = frozenset(_slot_names(requirement)) - {"product"}
    return names | {"rate_unit"} if "rate" in names else names


def plan(intent: str, product: str | None, slots: Mapping[str, object]) -> Plan:
    """Whether `intent` is computed with these values (None counts as not known), and what to ask for if not yet."""
    requirement = bundled_requirements().get(intent)
    if requirement is None or product in requirement.not_for:
        return Plan("none")
    named, known = requirement.named(product), frozenset(name for name, value in slots.items() if value is not None)
    with_product = known | {"product"} if named else known
    if not any(with_product.issuperset(names) for names in requirement.trigger):
        return Plan("none", (), requirement.products)
    way = _way(requirement, known, named, slots.get("rate_unit"))
    candidates = tuple(p for p in requirement.products if not way.products or p in way.products)
    chosen = named or requirement.implied(product) or (candidates[0] if len(candidates) == 1 else None)
    usable = known | {"product"} if chosen else known
    missing = list(way.missing(usable))
    if "rate" in known and "rate_unit" not in known and "rate" in _slot_names(requirement):
        missing.append("rate_unit")
    if missing:
        return Plan("missing", tuple(missing), _offered(chosen, candidates, missing))
    return Plan("ready", (), _used(requirement, way, known, named, chosen))


def _way(requirement: Requirement, known: frozenset[str], named: str | None, unit: object) -> Way:
    with_product = known | {"product"} if named else known
    text = unit if isinstance(unit, str) else None
    for way in requirement.ways:
        if way.fits(with_product, named, text):
            return way
    return requirement.ways[-1]


def _offered(chosen: str | None, candidates: tuple[str, ...], missing: list[str]) -> tuple[str, ...]:
    if chosen:
        return (chosen,)
    return candidates if "product" in missing else ()


def _used(
    requirement: Requirement, way: Way, known: frozenset[str], named: str | None, chosen: str | None
) -> tuple[str, ...]:
    by_product = "product" in way.needs or ("product|rate" in way.needs and "rate" not in known)
    if named or by_product or len(requirement.products) == 1:
        return (chosen,) if chosen else ()
    by_rate = "rate" in known and any("rate" in need.split("|") for need in way.needs)
    return () if by_rate else requirement.products
