"""The answer given last, found again: for 再说一遍, 详细说说 and 为什么."""

from __future__ import annotations

from datetime import date

from assistant.dialogue.answers import article_reply, calculation_reply
from assistant.dialogue.slots import values_of
from assistant.dialogue.state import State
from assistant.dialogue.topic import family
from assistant.dialogue.work import computed
from assistant.reply import Grounds, Reply
from assistant.wording import Lang
from knowledge.articles import Article
from knowledge.base import KnowledgeBase
from knowledge.calculations import Calculation, plan
from knowledge.inputs import InvalidInput


def last_answer(
    state: State, base: KnowledgeBase, today: date, lang: Lang, full: bool
) -> tuple[Reply, tuple[Grounds, ...]] | None:
    """The last answer, with all its details when `full`; None when its documents are no longer in force."""
    if not state.topic:
        return None
    if articles := last_articles(state, base, today):
        passage = base.render(articles[0], today, lang)
        return article_reply((passage,), state.topic, state, today, lang, full=full)
    made = last_calculation(state, base, today)
    return calculation_reply(made, state, today, lang, full=full) if made else None


def last_articles(state: State, base: KnowledgeBase, today: date) -> list[Article]:
    """The articles of the last answer that hold today."""
    found = [base.articles[name] for name in state.articles if name in base.articles]
    return [article for article in found if article.holds(today)]


def last_calculation(state: State, base: KnowledgeBase, today: date) -> Calculation | None:
    """The last answer computed again from the values that were said for it; None when it was not computed."""
    if state.articles or not state.topic:
        return None
    near = family(state.topic)
    values = values_of({name: k for name, k in state.known.items() if family(k.intent or state.topic) == near})
    if plan(state.topic, state.product, values).status != "ready":
        return None
    try:
        return computed(base, state.topic, state.product, values, today)
    except InvalidInput:
        return None
