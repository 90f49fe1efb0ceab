"""The cost table a borrower must see before signing (综合融资成本明示表, 金规〔2026〕2号, in force 2026-08-01).

Principal; each item with method, standard and charging party; the cost of normal performance a year; costs that arise
only on default; and the statement that nothing else is charged. As data, as HTML, and as sentences for a voice.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Literal

from knowledge.money import yuan

Basis = Literal["compound", "nominal", "simple"]
_BASIS_ZH = {"compound": "复利，内部收益率", "nominal": "单利，月内部收益率×12", "simple": "单利，按合同余额"}
NOTHING_ELSE = "除本表列明的项目外，不收取其他与本次贷款有关的费用。"
NOTHING_ELSE_KNOWN = "本表按您提供的条件计算，没有计入其他费用。签约前请对照合同里的明示表。"
_COLUMNS = ("项目", "计收方式", "标准", "收取方", "金额", "折合年化")
TITLE = "综合融资成本明示表"


@dataclass(frozen=True, slots=True)
class FeeItem:
    """One cost: method and standard in words, who charges it, yuan over the whole term and percent a year.

    `annual_percent` shares the nominal annual rate out in proportion to the amounts, so the items add up to it.
    """

    kind: str
    name: str
    name_en: str
    method: str
    standard: str
    party: str
    phase: Literal["normal", "default"]
    amount: Decimal
    annual_percent: Decimal
    origin: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The table. Percentages to six decimals; `headline_basis` says which rate is put forward, all are always there."""

    principal: Decimal
    received: Decimal
    normal: tuple[FeeItem, ...]
    default: tuple[FeeItem, ...]
    compound_percent: Decimal
    nominal_percent: Decimal
    simple_percent: Decimal
    total_cost: Decimal
    headline_basis: Basis
    closing: str

    @property
    def headline(self) -> Decimal:
        """正常履约年化综合融资成本 in percent, on the chosen basis."""
        return {"compound": self.compound_percent, "nominal": self.nominal_percent, "simple": self.simple_percent}[
            self.headline_basis
        ]

    def to_text(self) -> str:
        """Plain sentences to be read aloud: the annual rate first, then yuan, one idea a sentence."""
        basis = _BASIS_ZH[self.headline_basis]
        lines = [f"您好，这是{TITLE}。", f"按时还款，一年的综合成本是{self.headline:.2f}%，{basis}。"]
        lines.append(f"借款本金{yuan(self.principal)}。")
        if self.received != self.principal:
            lines.append(f"实际到手{yuan(self.received)}。")
        lines += [f"{item.name}一共{yuan(item.amount)}，由{item.party}收取。" for item in self.normal]
        lines.append(f"全部成本一共{yuan(self.total_cost)}。")
        lines += [f"如果违约：{item.name}，{item.standard}，由{item.party}收取。" for item in self.default]
        return "".join([*lines, self.closing])

    def to_html(self) -> str:
        """A table with caption, header cells and scope, without style or script."""
        head = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
        cost = (
            f"{self.nominal_percent:.2f}%（单利） / {self.compound_percent:.2f}%（复利） / "
            f"{self.simple_percent:.2f}%（单利，按合同余额）"
        )
        received = f"，实际到手{yuan(self.received)}" if self.received != self.principal else ""
        return (
            f'<table class="disclosure"><caption>{TITLE}</caption><thead><tr>{head}</tr></thead><tbody>'
            f'<tr><th scope="row">贷款本金</th><td colspan="5">{yuan(self.principal)}{received}</td></tr>'
            + "".join(_row(item) for item in self.normal)
            + f'<tr><th scope="row">正常履约年化综合融资成本</th><td colspan="5"><strong>{self.headline:.2f}%</strong>'
            f"（{_BASIS_ZH[self.headline_basis]}）。{cost}</td></tr>"
            + '<tr><th scope="colgroup" colspan="6">违约时才会发生的费用</th></tr>'
            + ("".join(_row(item) for item in self.default) or '<tr><td colspan="6">没有提供，以合同为准</td></tr>')
            + f'</tbody><tfoot><tr><td colspan="6">{escape(self.closing)}</td></tr></tfoot></table>'
        )


def _row(item: FeeItem) -> str:
    amounts = (yuan(item.amount), f"{item.annual_percent:.2f}%") if item.phase == "normal" else ("按实际情况", "不计入")
    cells = "".join(f"<td>{escape(text)}</td>" for text in (item.method, item.standard, item.party, *amounts))
    return f'<tr><th scope="row">{escape(item.name)}</th>{cells}</tr>'
