"""Turns passages and calculations into replies, each figure with its grounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from assistant.dialogue.state import State
from assistant.policy import Action, decision_table
from assistant.reply import Citation, Grounds, Reply, Suggestion
from assistant.wording import Lang, say
from intents.taxonomy import Automation, taxonomy
from knowledge.articles import Article
from knowledge.base import Passage
from knowledge.calculations import Calculation
from knowledge.fees import FeeRow, Source

_PARAGRAPHS = re.compile(r"\n\s*\n")
MAX_SUGGESTIONS = 3


def article_reply(
    passages: Sequence[Passage],
    intent: str,
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
    short = state.mode != "standard" and not first_aid
    blocks: tuple[dict[str, Any], ...] = ()
    if full:
        lines += paragraphs
    elif paragraphs and not short:
        blocks = ({"kind": "details", "paragraphs": paragraphs},)
    if taxonomy()[intent].auto is Automation.VERIFY and not first_aid and not full:
        lines.append(say("identity_note", lang))
    elif short and state.turns == 0:
        lines.append(say("offer_person", lang))
    suggestions = () if first_aid else _other_passages(passages[1:], lang)[: 1 if short else MAX_SUGGESTIONS]
    reply = Reply(text="\n".join(lines), blocks=blocks, citations=_citations(best, today), suggestions=suggestions)
    return reply, tuple(_of_row(row, lang) for row in best.rows)


def calculation_reply(
    made: Calculation, state: State, today: date, lang: Lang, *, full: bool = False
) -> tuple[Reply, tuple[Grounds, ...]]:
    """A computed answer: one line, the working, tables, sources; for seniors one line and what must be disclosed."""
    if state.mode == "voice":
        return Reply(text=made.spoken[lang], citations=_row_citations(made, today)), _grounds(made)
    senior, details = state.mode == "senior", list(made.details[lang])
    blocks: list[dict[str, Any]] = []
    if details and not senior and not full:
        blocks.append({"kind": "details", "paragraphs": details})
    blocks += [table for table in _tables(made, lang) if full or not senior or table["kind"] == "disclosure"]
    suggestions = [Suggestion(label=text, text=text) for text in made.suggestions[lang]]
    reply = Reply(
        text="\n".join([made.short[lang], *(details if full else ())]),
        blocks=tuple(blocks),
        citations=_row_citations(made, today),
        suggestions=tuple(suggestions[: 1 if senior else MAX_SUGGESTIONS]),
    )
    return reply, _grounds(made)


def explanation_reply(
    state: State, made: Calculation | None, articles: Sequence[Article], today: date, lang: Lang
) -> tuple[Reply, tuple[Grounds, ...]]:
    """Why the last turn went as it did: what was understood, the rule's reason, the working, and the sources.

    A turn that asked, declined or handed over rests on no source, whatever was answered before it.
    """
    rule = next((rule for rule in decision_table().rules if rule.id == state.reason), None)
    answered = rule is not None and rule.action is Action.ANSWER
    made, articles = (made, articles) if answered else (None, ())
    grounds = list(_grounds(made)) if made else []
    lines = []
    if state.topic and rule and rule.action in (Action.ANSWER, Action.COLLECT):
        topic = taxonomy()[state.topic]
        lines.append(say("explain_understood", lang, topic=topic.en if lang == "en" else topic.zh))
    if rule:
        reason = rule.why_en if lang == "en" else rule.why_zh
        lines.append(say("explain", lang, why=reason))
        grounds.append(Grounds(reason, "text", reason, f"rule.{rule.id}"))
    clauses = [clause for article in articles for clause in article.clauses]
    citations = tuple({(c.document, c.clause): _clause(c, today) for c in clauses}.values())
    blocks: tuple[dict[str, Any], ...] = ()
    if made:
        citations = _row_citations(made, today)
        if made.details[lang]:
            blocks = ({"kind": "details", "paragraphs": list(made.details[lang])},)
    if citations:
        names = dict.fromkeys(_document(c.document, lang) for c in citations)
        grounds += [Grounds(name, "text", name, "document") for name in names]
        lines.append(say("explain_sources", lang, sources=("; " if lang == "en" else "、").join(names)))
    return Reply(text="\n".join(lines), blocks=blocks, citations=citations), tuple(grounds)


def _document(name: str, lang: Lang) -> str:
    return name if lang == "en" else f"《{name}》"


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
