"""A small knowledge directory written by the tests: two products, three articles, one rate that changed."""

from __future__ import annotations

import shutil
from pathlib import Path

BUNDLED = Path(__file__).parents[2] / "knowledge"

FEES = """- id: loan.rate
  product: loan
  item: rate
  name: 利率
  name_en: rate
  value: "0.15"
  unit: rate_year
  basis: 剩余本金
  party: 某公司
  phase: normal
  valid_from: 2025-01-01
  valid_to: 2025-12-31
  source: {document: 借款协议, clause: "4.2", version: "2025-01"}
- id: loan.rate
  product: loan
  item: rate
  name: 利率
  name_en: rate
  value: "0.144"
  unit: rate_year
  party: 某公司
  phase: normal
  valid_from: 2026-01-01
  valid_to:
  source: {document: 借款协议, clause: "4.2", version: "2026-01"}
"""

PRODUCTS = """- {id: loan, name: 小借, name_en: Loan, kind: cash_loan}
- {id: card, name: 月付, name_en: Card, kind: pay_later}
"""

GOOD = """---
id: loan-rate
title: 小借利率
title_en: The rate of the loan
questions:
  - 小借一年多少利息
  - "What does the loan cost a year?"
intents: [fee.rate]
products: [loan]
topics: []
clauses:
  - {document: 借款协议, clause: "4.2", version: "2026-01"}
source: 借款协议
valid_from: 2025-01-01
valid_to:
---
小借年利率{{loan.rate}}。

只按没还的本金算。

## English

The loan costs {{loan.rate}} a year.

Only on the principal still owed.
"""
"""A correct article; `valid_from` is in line 14, `intents` in line 8, its first body line is line 17."""


def article(
    name: str,
    question: str,
    *,
    intent: str = "fee.rate",
    products: str = "",
    valid_from: str = "2025-01-01",
    valid_to: str = "",
) -> str:
    """An article without figures."""
    return (
        GOOD.replace("loan-rate", name)
        .replace("小借利率", question)
        .replace("小借一年多少利息", f"{question}呢")
        .replace("[fee.rate]", f"[{intent}]")
        .replace("[loan]", f"[{products}]")
        .replace("valid_from: 2025-01-01", f"valid_from: {valid_from}")
        .replace("valid_to:", f"valid_to: {valid_to}")
        .replace("{{loan.rate}}", "低")
    )


def write_articles(directory: Path, texts: dict[str, str]) -> Path:
    """Write articles by their path below `directory`."""
    for name, text in texts.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def write_knowledge(directory: Path, texts: dict[str, str]) -> Path:
    """A whole knowledge directory with these articles."""
    write_articles(directory / "articles", texts)
    (directory / "fees").mkdir()
    (directory / "fees" / "loans.yaml").write_text(FEES, encoding="utf-8")
    (directory / "products.yaml").write_text(PRODUCTS, encoding="utf-8")
    shutil.copy(BUNDLED / "caps.yaml", directory / "caps.yaml")
    return directory
