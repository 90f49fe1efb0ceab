"""Two people label blind, differences are settled afterwards, and the result is an evaluation file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from evals.context import file_set
from evals.labelling.export import export
from evals.labelling.server import labelling_app
from evals.labelling.session import Label, LabellingRefused, Session
from evals.questions import read_questions

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ROWS = (
    "text\tintent\tslices\n怎么提前还款\trepay.early\telderly\n提前还要手续费吗\trepay.early_cost\t\n"
    "我要投诉\tservice.complaint\t\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "sample.tsv"
    made.write_text(ROWS, "utf-8")
    return made


def key_of(session: Session, text: str) -> str:
    return next(case.key for case in session.cases if case.text == text)


def label(session: Session, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    for case, a, b in zip(session.cases, first, second, strict=True):
        session.add(Label("first", case.key, a), NOW)
        session.add(Label("second", case.key, b), NOW)


def test_the_sample_is_seeded_kept_and_free_of_the_files_labels(file: Path) -> None:
    session = Session.open(file, size=2, seed=3)
    assert len(session.cases) == 2
    assert Session.open(file, size=99, seed=9).cases == session.cases
    kept = (session.directory / "sample.json").read_text("utf-8")
    assert "repay.early" not in kept
    assert len({session.tokens[role] for role in session.tokens}) == 3


def test_everybody_has_an_order_of_their_own(tmp_path: Path) -> None:
    many = tmp_path / "many.txt"
    many.write_text("\n".join(f"第{n}个问题怎么办" for n in range(40)), "utf-8")
    session = Session.open(many)
    assert [c.key for c in session.order("first")] != [c.key for c in session.order("second")]
    assert sorted(c.key for c in session.order("first")) == sorted(c.key for c in session.order("second"))


def test_nobody_sees_anothers_labels_before_both_have_finished(file: Path) -> None:
    session = Session.open(file)
    client = TestClient(labelling_app(session))
    first, second, judge = (session.tokens[role] for role in ("first", "second", "judge"))
    case = session.cases[0]
    answer = client.post(f"/{first}/labels", json={"key": case.key, "intent": "repay.early"})
    assert answer.status_code == 201
    assert [c["mine"] for c in answer.json()["cases"]].count("repay.early") == 1
    assert all(c["mine"] is None and c["offered"] == [] for c in client.get(f"/{second}/work").json()["cases"])
    waiting = client.get(f"/{judge}/work").json()
    assert (waiting["waiting"], waiting["cases"], waiting["done"]["first"]) == (True, [], 1)
    early = client.post(f"/{judge}/labels", json={"key": case.key, "intent": "repay.early"})
    assert (early.status_code, "label first" in early.json()["detail"]) == (409, True)


def test_addresses_unknown_questions_and_unknown_intents_are_refused(file: Path) -> None:
    session = Session.open(file)
    client = TestClient(labelling_app(session))
    token = session.tokens["first"]
    assert client.get("/wrong/work").status_code == 404
    assert client.post(f"/{token}/labels", json={"key": "nothing", "intent": "repay.early"}).status_code == 409
    wrong = client.post(f"/{token}/labels", json={"key": session.cases[0].key, "intent": "repay.never"})
    assert "not an intent" in wrong.json()["detail"]
    assert "text/html" in client.get(f"/{token}").headers["content-type"]
    assert len(client.get(f"/{token}/intents").json()) == 101


def test_agreement_settling_and_export_make_an_evaluation_file_with_its_ceiling(file: Path, tmp_path: Path) -> None:
    session = Session.open(file)
    order = [case.text for case in session.cases]
    truth = {"怎么提前还款": "repay.early", "提前还要手续费吗": "repay.early_cost", "我要投诉": "service.complaint"}
    said = tuple(truth[text] for text in order)
    other = tuple("repay.early" if intent == "repay.early_cost" else intent for intent in said)
    label(session, said, other)
    (differing,) = session.differing()
    found = session.agreement()
    assert (found.n, found.share.value) == (3, pytest.approx(2 / 3))
    assert found.confused == (("repay.early", "repay.early_cost", 1),)
    assert len(session.settled()) == 2
    session.add(Label("judge", differing.key, "repay.early_cost", also="repay.early"), NOW)
    out = tmp_path / "gold.tsv"
    assert export(session, out) == 3
    by_text = {q.text: q for q in read_questions(out)}
    assert by_text["提前还要手续费吗"].also == ("repay.early",)
    assert by_text["怎么提前还款"].slices == ("elderly",)
    assert file_set(out).ceiling == pytest.approx(2 / 3)


def test_the_last_label_of_a_person_counts_and_none_is_overwritten(file: Path) -> None:
    session = Session.open(file)
    key = key_of(session, "我要投诉")
    for intent in ("service.contact", "service.complaint"):
        session.add(Label("first", key, intent), NOW)
    assert session.labels("first")[key].intent == "service.complaint"
    assert len((session.directory / "labels.jsonl").read_text("utf-8").splitlines()) == 2


def test_nothing_settled_and_wrong_names_are_refused(file: Path, tmp_path: Path) -> None:
    session = Session.open(file)
    with pytest.raises(LabellingRefused, match="nothing is settled"):
        export(session, tmp_path / "x.tsv")
    label(session, *(("service.contact",) * 3,) * 2)
    with pytest.raises(LabellingRefused, match=r"\*\.tsv"):
        export(session, tmp_path / "x.csv")
