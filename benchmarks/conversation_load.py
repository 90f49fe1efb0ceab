"""Two hundred conversations in parallel against one assistant on SQLite: none lost, none crossed, none out of order.

    python benchmarks/conversation_load.py [--conversations 200] [--messages 5]

Works in this process over a temporary database, with bounded threads; prints one JSON object on its last line.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from assistant.bootstrap import build_assistant
from assistant.screening import screen
from assistant.service import Assistant
from assistant.settings import Settings

_LONGEST = 200
MESSAGES = ("提前还款要收手续费吗", "随心借", "那利息呢", "账单几号出", "谢谢", "提现手续费多少", "怎么换还款卡")


def talk(assistant: Assistant, number: int, messages: int) -> tuple[str, list[str]]:
    """One conversation; every message carries its number so that a crossed one would show."""
    conversation = assistant.open(datetime.now(UTC)).conversation_id
    said = [screen(f"{MESSAGES[i % len(MESSAGES)]}（第{number}位）", _LONGEST).text for i in range(messages)]
    for place, text in enumerate(said):
        assistant.receive(conversation, text, f"c{number}-m{place}", datetime.now(UTC))
    return conversation, said


def faults(assistant: Assistant, conversation: str, said: list[str]) -> dict[str, int]:
    """What is wrong with a stored conversation."""
    events = assistant.events(conversation)
    heard = [event.payload["text"] for event in events if event.kind == "customer_message"]
    gaps = [event.seq for event in events] != list(range(1, len(events) + 1))
    return {
        "lost": len([text for text in said if text not in heard]),
        "crossed": len([text for text in heard if text not in said]),
        "reordered": int(sorted(heard, key=said.index) != heard if set(heard) <= set(said) else 1) + int(gaps),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200)
    parser.add_argument("--messages", type=int, default=5)
    parser.add_argument("--threads", type=int, default=16)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        assistant = build_assistant(Settings(database_url=f"sqlite:///{folder}/load.db"))
        started = time.perf_counter()
        with ThreadPoolExecutor(arguments.threads) as pool:
            done = list(pool.map(lambda n: talk(assistant, n, arguments.messages), range(arguments.conversations)))
        seconds = time.perf_counter() - started
        found = [faults(assistant, conversation, said) for conversation, said in done]
    result = {
        "benchmark": "conversation_load",
        "conversations": len(done),
        "turns": len(done) * arguments.messages,
        "turns_per_second": round(len(done) * arguments.messages / seconds, 1),
        **{kind: sum(each[kind] for each in found) for kind in ("lost", "crossed", "reordered")},
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
