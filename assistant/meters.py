"""What a running server counts for Prometheus: turns and how long they took, and how late events reach the desk.

Figures of the desk itself are read from the database when asked for (`assistant.desk.figures`), so every replica
tells the same; these counters are of one process.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

_TURN_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0)
_LAG_SECONDS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 15.0)


class Meters:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter("shouwen_turns", "Turns taken, by action", ["action"], registry=self.registry)
        self._turn_seconds = Histogram(
            "shouwen_turn_seconds", "Time a turn took", ["action"], buckets=_TURN_SECONDS, registry=self.registry
        )
        self._lag = Histogram(
            "shouwen_event_log_lag_seconds",
            "Time from an event to its sending to an open desk",
            buckets=_LAG_SECONDS,
            registry=self.registry,
        )

    def observe_turn(self, action: str, seconds: float) -> None:
        """Count a turn and its duration."""
        self._turns.labels(action).inc()
        self._turn_seconds.labels(action).observe(seconds)

    def observe_event(self, seconds: float) -> None:
        """Record how long after it happened an event was sent to a desk that was listening."""
        self._lag.observe(max(0.0, seconds))
