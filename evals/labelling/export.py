"""Writes a finished labelling job as an evaluation file, with the human agreement beside it."""

from __future__ import annotations

import json
from pathlib import Path

from evals.labelling.session import LabellingRefused, Session
from evals.writing import write_all

_COLUMNS = ("text", "intent", "slices", "also_defensible", "source")


def export(session: Session, out: Path) -> int:
    """Write the settled cases as TSV and `NAME.agreement.json`; returns how many. Raises `LabellingRefused`."""
    settled = session.settled()
    if not settled:
        raise LabellingRefused("nothing is settled yet; two people must label the same questions first")
    if out.suffix != ".tsv":
        raise LabellingRefused(f"{out.name}: name the file *.tsv, the form `shouwen eval --data` reads")
    lines = ["\t".join(_COLUMNS)]
    for case, label in settled:
        fields = (case.text, label.intent, "|".join(case.slices), label.also, case.source)
        lines.append("\t".join(" ".join(field.split()) for field in fields))
    found = session.agreement()
    measured = {"agreement": found.share.value, "kappa": found.kappa, "n": found.n}
    beside = out.with_suffix(".agreement.json").name
    write_all(out.parent, {out.name: "\n".join(lines) + "\n", beside: json.dumps(measured, indent=1) + "\n"})
    return len(settled)
