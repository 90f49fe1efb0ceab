"""Latency of one full turn (screen, understand, decide, act, guard, record) in one process and one thread, and of the
encoder alone beside sentence-transformers on torch.

    python benchmarks/turn_latency.py [--turns 200]

Prints one JSON object on its last line: p50 and p99 in milliseconds, the ratio of a turn in a twelve-turn conversation
to a first turn, the encoder's speed ratio, and the resident memory of serving alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

QUESTIONS = (
    "提前还款要收手续费吗",
    "借一万二分12期每期手续费率0.6%，实际年化多少",
    "月月付的账单几号出",
    "提现多久能到银行卡",
    "怎么把随心借的还款卡换成工行的",
    "禾瑞债券持有几天赎回免手续费",
    "百万医疗等待期多少天",
    "收不到验证码怎么办",
    "逾期一天要交多少罚息",
    "我想查一下电子回单",
    "长辈模式在哪里打开",
    "最低还款只还一部分有什么影响",
)
ENCODED = "我上个月借的钱提前还清会不会再收违约金啊"


def milliseconds(action: Callable[[], object], repeats: int) -> list[float]:
    """Time of each call after five to warm up."""
    for _ in range(5):
        action()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return times


def turns(conversations: int) -> tuple[list[float], list[float]]:
    """Times of first turns, and of twelfth turns, each on a stored conversation."""
    from assistant.bootstrap import build_assistant
    from assistant.settings import Settings

    first, twelfth = [], []
    with tempfile.TemporaryDirectory() as folder:
        assistant = build_assistant(Settings(database_url=f"sqlite:///{folder}/bench.db", threads=1))
        for number in range(conversations):
            conversation = assistant.open(datetime.now(UTC)).conversation_id
            for place in range(len(QUESTIONS)):
                text = QUESTIONS[(place + number) % len(QUESTIONS)]  # every question comes first and last equally often
                started = time.perf_counter()
                assistant.receive(conversation, text, f"m{place}", datetime.now(UTC))
                taken = (time.perf_counter() - started) * 1000
                if number and place == 0:
                    first.append(taken)
                if number and place == len(QUESTIONS) - 1:
                    twelfth.append(taken)
    return first, twelfth


def encoder_ratio(repeats: int) -> tuple[float, float]:
    """Median milliseconds of one sentence: sentence-transformers on torch, and ONNX Runtime, one thread each."""
    import torch
    from sentence_transformers import SentenceTransformer

    from intents.encoder.cache import base_encoder
    from intents.encoder.encoder import OnnxEncoder
    from intents.encoder.torch_view import sentence_transformer

    torch.set_num_threads(1)
    baseline = SentenceTransformer(str(sentence_transformer()))
    served = OnnxEncoder(base_encoder(), threads=1)
    slow = milliseconds(lambda: baseline.encode([ENCODED]), repeats)
    fast = milliseconds(lambda: served.encode([ENCODED]), repeats)
    return float(np.median(slow)), float(np.median(fast))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=40, help="conversations of twelve turns")
    arguments = parser.parse_args()
    first, twelfth = turns(arguments.turns + 1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    slow, fast = encoder_ratio(60)
    everything = first + twelfth
    result = {
        "benchmark": "turn_latency",
        "n": len(everything),
        "p50_ms": round(float(np.percentile(everything, 50)), 1),
        "p99_ms": round(float(np.percentile(everything, 99)), 1),
        "twelfth_to_first_p50": round(float(np.percentile(twelfth, 50) / np.percentile(first, 50)), 2),
        "twelfth_to_first_p99": round(float(np.percentile(twelfth, 99) / np.percentile(first, 99)), 2),
        "encoder_torch_ms": round(slow, 1),
        "encoder_served_ms": round(fast, 1),
        "encoder_times_faster": round(slow / fast, 2),
        "resident_mb": round(memory),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
