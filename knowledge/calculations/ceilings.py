"""Records what a notice about a ceiling says, and cites the rule behind it."""

from __future__ import annotations

from knowledge.calculations.job import Job
from knowledge.calculations.model import Citation
from knowledge.caps import CapNotice
from knowledge.figures import Figure, both_precisions


def note_ceilings(job: Job, notices: tuple[CapNotice, ...]) -> None:
    """Record the figures of ceilings and cite their rules."""
    rules = {rule.id: rule for rule in job.caps.rules}
    for notice in notices:
        rule, origin = rules[notice.rule_id], f"cap.{notice.rule_id}"
        job.draft.note([Figure(rule.valid_from, "date", origin), Figure(notice.limit_percent, "percent", origin)])
        job.draft.note(both_precisions(notice.nominal_percent, "rate.nominal"))
        job.draft.note(both_precisions(notice.compound_percent, "rate.compound"))
        if rule.lpr_multiple is not None:
            job.draft.note([Figure(rule.lpr_multiple, "count", origin)])
        job.draft.cite_other(Citation(rule.source, "", "", rule.valid_from, f"caps.{rule.id}", rule.name))
