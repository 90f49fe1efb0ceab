"""Turns passages and calculations into replies, each figure with its grounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from assistant.dialogue.reading import Reading
from assistant.dialogue.state import State
from assistant.policy import decision_table
from assistant.reply import Citation, Grounds, Reply, Suggestion
from assistant.wording import Lang, say
from intents.taxonomy import Automation, taxonomy
from knowledge.base import KnowledgeBase, Passage
from knowledge.calculations import Calculation, calculate
from knowledge.fees import FeeRow, Source

_PARAGRAPHS = re.compile(r"\n\s*\n")
MAX_SUGGESTIONS = 3


def article_reply(
    passages: Sequence[Passage],
    reading: Reading,
    state: State,
    today: date,
    lang: Lang,
    *,
    full: bool = False,
    first_aid: bool = False,
) -> tuple[Reply, tuple[Grounds, ...]]:
    """The best passage as a reply: its short answer first, details in a block, clauses as citations.

    `full` puts the details into the text itself; `first_aid` is the advice while a person is on the way.
    """
    best = passages[0]
    lines = [best.short]
    paragraphs = [p.strip() for p in _PARAGRAPHS.split(best.details) if p.strip()]
    blocks: tuple[dict[str, Any], ...] = ()
    if full:
        lines += paragraphs
    elif paragraphs and not (state.mode == "senior" and not first_aid):
        blocks = ({"kind": "details", "paragraphs": paragraphs},)
    intent = taxonomy()[reading.intent]
    if intent.auto is Automation.VERIFY and not first_aid and not full:
        lines.append(say("identity_note", lang))
    elif state.mode == "senior" and not first_aid and state.turns == 0:
        lines.append(say("offer_person", lang))
    suggestions = () if first_aid else _other_passages(passages[1:], lang)
    reply = Reply(text="\n".join(lines), blocks=blocks, citations=_citations(best, today), suggestions=suggestions)
    return reply, tuple(_of_row(row, lang) for row in best.rows)


def calculation_reply(
    base: KnowledgeBase, reading: Reading, state: State, today: date, lang: Lang
) -> tuple[Reply, tuple[Grounds, ...]]:
    """A computed answer: one line, the working, tables, sources. Raises `InvalidInput` for values out of range."""
    made = calculate(
        reading.intent,
        reading.product,
        reading.values,
        fees=base.fees,
        catalogue=base.catalogue,
        caps=base.caps,
        today=today,
    )
    if state.mode == "voice":
        return Reply(text=made.spoken[lang], citations=_row_citations(made, today)), _grounds(made)
    blocks: list[dict[str, Any]] = []
    details = list(made.details[lang])
    if details and state.mode != "senior":
        blocks.append({"kind": "details", "paragraphs": details})
    blocks += _tables(made, lang)
    suggestions = tuple(Suggestion(label=text, text=text) for text in made.suggestions[lang][:MAX_SUGGESTIONS])
    reply = Reply(
        text=made.short[lang], blocks=tuple(blocks), citations=_row_citations(made, today), suggestions=suggestions
    )
    return reply, _grounds(made)


def explanation_reply(state: State, base: KnowledgeBase, today: date, lang: Lang) -> Reply:
    """Why the last turn went as it did: the rule's reason, what was understood, and the sources."""
    rule = next((rule for rule in decision_table().rules if rule.id == state.reason), None)
    lines = []
    if state.topic:
        topic = taxonomy()[state.topic]
        lines.append(say("explain_understood", lang, topic=topic.en if lang == "en" else topic.zh))
    if rule:
        lines.append(say("explain", lang, why=rule.why_en if lang == "en" else rule.why_zh))
    clauses = [c for a in state.articles if a in base.articles for c in base.articles[a].clauses]
    citations = tuple(_clause(clause, today) for clause in clauses)
    if clauses:
        names = "；".join(_clause_name(clause, lang) for clause in clauses)
        lines.append(say("explain_sources", lang, sources=names))
    return Reply(text="\n".join(lines), citations=citations)


def _clause_name(clause: Source, lang: Lang) -> str:
    return clause.document if lang == "en" else f"《{clause.document}》"


def _other_passages(passages: Sequence[Passage], lang: Lang) -> tuple[Suggestion, ...]:
    found = []
    for passage in passages[: MAX_SUGGESTIONS - 1]:
        article = passage.article
        chinese = [q for q in article.questions if not q.isascii()]
        question = next((q for q in article.questions if q.isascii()), passage.title) if lang == "en" else chinese[0]
        found.append(Suggestion(label=passage.title, text=question))
    return tuple(found)


def _citations(passage: Passage, today: date) -> tuple[Citation, ...]:
    article = passage.article
    clauses = tuple(
        _clause(clause, today).model_copy(
            update={"article": article.id, "title": passage.title, "valid_from": article.valid_from}
        )
        for clause in article.clauses
    )
    known = {(c.document, c.clause, c.version) for c in clauses}
    rows = tuple(
        _of_source(row, today)
        for row in passage.rows
        if (row.source.document, row.source.clause, row.source.version) not in known
    )
    return clauses + tuple({(c.document, c.clause, c.version): c for c in rows}.values())


def _clause(clause: Source, today: date) -> Citation:
    return Citation(document=clause.document, clause=clause.clause, version=clause.version, as_of=today)


def _of_source(row: FeeRow, today: date) -> Citation:
    source = row.source
    return Citation(
        title=row.name,
        document=source.document,
        clause=source.clause,
        version=source.version,
        valid_from=row.valid_from,
        as_of=today,
        row_id=row.id,
    )


def _of_row(row: FeeRow, lang: Lang) -> Grounds:
    return Grounds(row.render(lang), row.unit, row.render(lang), row.id)


def _row_citations(made: Calculation, today: date) -> tuple[Citation, ...]:
    """One citation a clause, in the order of the calculation."""
    found: dict[tuple[str, str, str], Citation] = {}
    for c in made.citations:
        cited = Citation(
            document=c.document,
            clause=c.clause,
            version=c.version,
            valid_from=c.valid_from,
            row_id=c.row_id or None,
            title=c.name,
            as_of=today,
        )
        found.setdefault((c.document, c.clause, c.version), cited)
    return tuple(found.values())


def _grounds(made: Calculation) -> tuple[Grounds, ...]:
    return tuple(Grounds(f.value, f.unit, str(f.value), f.origin) for f in made.figures)


def _tables(made: Calculation, lang: Lang) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for table in made.tables:
        found.append(
            {
                "kind": "disclosure" if table.id == "disclosure" else "table",
                "title": table.title[lang],
                "columns": list(table.columns[lang]),
                "rows": [list(row) for row in table.rows[lang]],
            }
        )
    return found
