"""What each suite asks and how to read it, in words for people who did not build it."""

from __future__ import annotations

from collections.abc import Mapping

HEADLINES: tuple[tuple[str, str, str], ...] = (
    ("intents", "accuracy", "Questions understood (forced choice)"),
    ("intents", "accuracy_at_operating_point", "Understood and sure enough to answer"),
    ("critical", "recall", "Dangers seen"),
    ("critical", "false_alarms", "False alarms"),
    ("handover", "human_share", "Handed to a person"),
    ("handover", "complex_reached", "Complex cases that reached a person"),
    ("retrieval", "served_hit@1", "Right article first, as served"),
    ("figures", "guard_catches", "Wrong figures stopped"),
    ("dialogue", "scenarios_passed", "Conversations as they should be"),
    ("fairness", "largest_gap", "Largest gap between groups of people"),
)

ABOUT: Mapping[str, str] = {
    "intents": "Which of the intents is meant? Forced choice takes the likeliest intent however unsure; the headline "
    "counts an abstention as wrong. Intervals are Wilson's, 95 %.",
    "critical": "Is a danger raised, by the classifier or by the phrase floor? A miss costs more than a false alarm.",
    "calibration": "When it says 80 %, is it right four times in five? Measured on sentences calibration never saw.",
    "selective": "How many errors remain when only the surest answers are given? It runs at the operating point.",
    "scope": "Does it recognise what is not this firm's business?",
    "retrieval": "Is a right article found? `joined` is the product's search, beside its two halves alone.",
    "handover": "Is a person reached when the matter is for people, and not when it is routine? The human share is "
    "read together with what became of the complex cases.",
    "fairness": "Are older people, dialect speakers, writers of traditional characters or English, and voice callers "
    "served as well as the others? Slices that are too small are unknown, not equal.",
    "figures": "Published annual rates recomputed; wrong figures planted into real replies must be stopped.",
    "dialogue": "Whole conversations played against the recorded product; checked are decisions, state, sources and "
    "figures, never the wording. The second table shows which transitions of the dialogue they take.",
    "clocks": "Deadlines worked out by hand, over nights, weekends, holidays and pauses.",
    "robustness": "Text mistyped, misheard, decorated or disguised, gently and harder. Is danger still seen?",
    "shopper": "Mystery shoppers with goals on a real server over HTTP, twice, with the same outcome.",
}
