"""The report a QA lead reads without help: one HTML file that opens offline, with a text twin for every figure."""

from evals.report.page import render

__all__ = ["render"]
