"""Question files: what is read, what is refused and how the refusal tells the reader what to do."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from evals.questions import (
    MAX_LINES,
    OWN_DATA,
    SLICES,
    Question,
    QuestionFileError,
    own_questions,
    read_questions,
)
from intents.language import Language, detect
from intents.taxonomy import OUT_OF_SCOPE, taxonomy

REAL_QUESTIONS = Path(__file__).parents[3] / "shared" / "data" / "dev_questions.tsv"
CLOSELY_WATCHED = {"credit", "repay", "critical"}


@pytest.fixture(scope="module")
def own() -> tuple[Question, ...]:
    return own_questions()


def fewest(intent: str) -> int:
    if intent == OUT_OF_SCOPE:
        return 90
    return 25 if intent.split(".", 1)[0] in CLOSELY_WATCHED else 16


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> QuestionFileError:
    with pytest.raises(QuestionFileError) as raised:
        read_questions(path)
    assert str(raised.value).startswith(f"{raised.value.file}:{raised.value.line}: ")
    return raised.value


# --- the project's own set ---------------------------------------------------------------------------------------


def test_own_set_has_enough_questions_for_every_intent(own: tuple[Question, ...]) -> None:
    counts = Counter(question.intent for question in own)
    assert len(own) >= 1700
    assert {i: counts[i] for i in taxonomy().ids if counts[i] < fewest(i)} == {}


def test_own_set_has_one_file_for_each_group(own: tuple[Question, ...]) -> None:
    assert {file.stem for file in OWN_DATA.glob("*.yaml")} == set(taxonomy().groups)
    assert all(question.source == question.group for question in own)


def test_own_set_marks_every_voice_often_enough_and_no_other(own: tuple[Question, ...]) -> None:
    counts = Counter(name for question in own for name in question.slices)
    assert set(counts) == set(SLICES)
    assert {name: n for name, n in counts.items() if n < 110} == {}


def test_the_counts_in_the_readme_are_those_of_the_files(own: tuple[Question, ...]) -> None:
    readme = (OWN_DATA / "README.md").read_text("utf-8")
    stated = {name: int(count) for name, count in re.findall(r"^\| `(\w+)` \| (\d+) \|", readme, re.MULTILINE)}
    assert f"\n{len(own):,} questions" in readme
    assert stated == Counter(name for question in own for name in question.slices)


def test_every_voice_is_spread_over_all_groups(own: tuple[Question, ...]) -> None:
    spread = {(name, question.group) for question in own for name in question.slices}
    assert {(name, group) for name in SLICES for group in taxonomy().groups} - spread == set()


def test_slices_that_can_be_measured_agree_with_the_text(own: tuple[Question, ...]) -> None:
    for question in own:
        english = detect(question.text) is Language.EN
        words = len(question.text.split()) if english else len(letters(question.text))
        assert ("english" in question.slices) == english, question
        assert ("traditional" in question.slices) == (detect(question.text) is Language.ZH_HANT), question
        assert ("very_short" in question.slices) == (words <= (3 if english else 6)), question
        assert ("long_story" in question.slices) == (words >= (25 if english else 60)), question


# --- a firm's own file -------------------------------------------------------------------------------------------


def test_tsv_csv_and_json_lines_give_the_same_questions(tmp_path: Path) -> None:
    tsv = write(
        tmp_path / "firm.tsv",
        "text\tintent\tslices\talso_defensible\n卡里少了钱\tcritical.unauthorised\tangry|north\tpay.double_charge\n",
    )
    table = write(
        tmp_path / "firm.csv",
        'text,intent,slices,also_defensible\n"卡里少了钱",critical.unauthorised,angry|north,pay.double_charge\n',
    )
    entry = {
        "text": "卡里少了钱",
        "intent": "critical.unauthorised",
        "slices": ["angry", "north"],
        "also_defensible": "pay.double_charge",
    }
    lines = write(tmp_path / "firm.jsonl", json.dumps(entry, ensure_ascii=False) + "\n")
    expected = Question("卡里少了钱", "critical.unauthorised", ("angry", "north"), ("pay.double_charge",), "firm")
    assert read_questions(tsv) == read_questions(table) == read_questions(lines) == (expected,)


def test_source_column_names_the_origin_and_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    file = write(tmp_path / "q.csv", b"\xef\xbb\xbf" + "text,intent,source\r\n几号扣,repay.date,branch\r\n".encode())
    assert read_questions(file) == (Question("几号扣", "repay.date", (), (), "branch"),)


def test_quotation_marks_in_a_tsv_are_the_customers_own(tmp_path: Path) -> None:
    file = write(tmp_path / "q.tsv", 'text\tintent\n页面写"失败\trepay.failed\n"几号扣\trepay.date\n')
    assert [question.text for question in read_questions(file)] == ['页面写"失败', '"几号扣']


def test_a_defensible_second_reading_is_accepted_but_no_third() -> None:
    question = Question("几号扣", "repay.date", also=("repay.auto_debit",))
    assert question.accepts("repay.date")
    assert question.accepts("repay.auto_debit")
    assert not question.accepts("repay.failed")


def test_a_question_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Question("几号扣", "repay.date").text = "x"  # type: ignore[misc]


@pytest.mark.skipif(not REAL_QUESTIONS.exists(), reason="shared development data is absent")
def test_real_development_questions_are_read_with_their_second_readings() -> None:
    questions = read_questions(REAL_QUESTIONS)
    assert len(questions) == 840
    assert len({question.intent for question in questions}) == 61
    assert any(len(question.also) == 2 for question in questions)


# --- refusals ----------------------------------------------------------------------------------------------------


def test_unknown_intent_is_refused_with_its_line(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "q.csv", "text,intent\n几号扣,repay.date\n能借吗,credit.borrow\n"))
    assert error.line == 3
    assert "credit.borrow" in str(error)


def test_unknown_second_reading_is_refused(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "q.tsv", "text\tintent\talso_defensible\n几号扣\trepay.date\trepay.x\n"))
    assert error.line == 2
    assert "repay.x" in str(error)


@pytest.mark.parametrize(
    ("name", "content", "line", "said"),
    [
        ("q.csv", "question,intent\n几号扣,repay.date\n", 1, "no column text"),
        ("q.csv", "text,intent,slice\n几号扣,repay.date,angry\n", 1, "unknown column slice"),
        ("q.csv", "text,intent\n几号扣,repay.date,angry\n", 2, "has 3 columns"),
        ("q.csv", "text,intent,also,also_defensible\n几号扣,repay.date,,\n", 1, "column twice"),
        ("q.csv", 'text,intent\n几号扣,repay.date\n"没关,repay.date\n', 3, "quotes"),
        ("q.jsonl", '{"text": "几号扣", "intent": "repay.date"}\n{"text": "x"}\n', 2, "no column intent"),
        ("q.jsonl", '{"text": "几号扣", "intent": "repay.date"}\n\n{oops\n', 3, "not JSON"),
        ("q.jsonl", '["几号扣"]\n', 1, "not an object"),
        ("q.jsonl", '{"text": 12, "intent": "repay.date"}\n', 1, "text is not a text"),
        ("q.jsonl", '{"text": "几号扣", "intent": "repay.date", "slices": 3}\n', 1, "slices and also"),
        ("q.yaml", "group: repay\n", 1, "questions"),
        ("q.yaml", "group: repay\nquestions:\n  - {text: 几号扣, intent: [repay.date]}\n", 3, "intent is not a text"),
        ("q.yaml", "group: repay\nquestions:\n  - {text: 几号扣, intent: fee.rate}\n", 3, "group repay"),
        ("q.yaml", "group: repay\nquestions:\n  - {text: 几号扣, intent: repay.date\n", 3, "not YAML"),
        ("q.xlsx", "", 1, ".csv"),
        ("q.csv", "text,intent\n", 1, "holds no question"),
        ("q.csv", "text,intent\n几号扣,repay.date\n 😀 ,repay.date\n", 3, "empty"),
        ("q.csv", "text,intent,slices\n几号扣,repay.date,a b\n", 2, "not a name"),
    ],
)
def test_a_file_of_the_wrong_form_is_refused_with_its_line(
    tmp_path: Path, name: str, content: str, line: int, said: str
) -> None:
    error = refusal(write(tmp_path / name, content))
    assert error.line == line
    assert said in str(error)


def test_a_repeated_question_is_refused_even_in_other_width_or_script(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "q.csv", "text,intent\n还款日几号!,repay.date\n還款日幾號！,repay.bill\n"))
    assert error.line == 3
    assert "q.csv:2 already, with another intent" in str(error)


def test_mixed_encodings_are_refused_at_the_first_line_in_the_other_encoding(tmp_path: Path) -> None:
    content = "text,intent\n几号扣,repay.date\n".encode() + "额度呢,credit.limit_query\n".encode("gb18030")
    error = refusal(write(tmp_path / "q.csv", content))
    assert error.line == 3
    assert "although the lines before are" in str(error)


def test_a_utf_16_export_is_refused_with_the_remedy(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "q.csv", "text,intent\n几号扣,repay.date\n".encode("utf-16")))
    assert "save it as UTF-8" in str(error)


def test_characters_lost_in_a_conversion_are_refused(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "q.csv", "text,intent\n几\ufffd扣,repay.date\n"))
    assert error.line == 2


def test_more_than_the_allowed_lines_are_refused_and_exactly_so_many_are_read(tmp_path: Path) -> None:
    body = "".join(f"第{number}号账单,repay.bill\n" for number in range(MAX_LINES))
    too_many = write(tmp_path / "many.csv", "text,intent\n" + body)
    assert refusal(too_many).line == MAX_LINES + 1
    fits = write(tmp_path / "fits.csv", "text,intent\n几号扣,repay.date\n" + "\n" * (MAX_LINES - 2))
    assert len(read_questions(fits)) == 1


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "check the path" in str(refusal(tmp_path / "absent.csv"))
