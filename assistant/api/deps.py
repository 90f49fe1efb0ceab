"""What the routes share: the assistant, the clock, limits, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.api.problems import ApiProblem
from assistant.customer_token import CustomerTokens
from assistant.desk.actions import NothingKept
from assistant.desk.figures import DeskCollector
from assistant.meters import Meters
from assistant.service import Assistant
from assistant.storage import Conversation
from handoff.packet import Vault
from handoff.worker import SteadyClock

_MAX_ID = 60


@dataclass
class Product:
    """Everything a running server holds; kept on `app.state.product`."""

    assistant: Assistant
    clock: SteadyClock
    tokens: CustomerTokens
    limiter: MovingWindowRateLimiter
    vault: Vault = field(default_factory=NothingKept)
    meters: Meters = field(default_factory=Meters)

    def __post_init__(self) -> None:
        self.meters.registry.register(DeskCollector(self.assistant.engine, self.clock))

    @classmethod
    def of(cls, assistant: Assistant, clock: SteadyClock | None = None) -> Product:
        """A product over an assistant; limits are counted per process."""
        return cls(
            assistant,
            clock or SteadyClock(),
            CustomerTokens(assistant.settings.customer_keys),
            MovingWindowRateLimiter(MemoryStorage()),
        )

    def limit(self, key: str, per_minute: int) -> None:
        """Count one use of `key`. Raises a 429 problem when there were too many in the last minute."""
        item = RateLimitItemPerMinute(per_minute)
        if not self.limiter.hit(item, key):
            raise ApiProblem(
                429,
                "too_many_requests",
                "Too many requests",
                f"at most {per_minute} a minute are taken; wait a moment, then go on",
                headers={"Retry-After": "10"},
            )


def product(request: Request) -> Product:
    """The running product."""
    found: Product = request.app.state.product
    return found


ProductDep = Annotated[Product, Depends(product)]


def limited(request: Request, held: ProductDep) -> None:
    """Bound the requests of one client address."""
    host = request.client.host if request.client else "unknown"
    held.limit(f"address:{host}", held.assistant.settings.requests_per_minute)


def bearer(authorization: Annotated[str | None, Header(max_length=4096)] = None) -> str:
    """The token of `Authorization: Bearer …`. Raises a 401 problem without one."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise ApiProblem(
            401,
            "unauthorised",
            "A token is needed",
            "send the conversation's token as `Authorization: Bearer …`",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return token.strip()


def own_conversation(
    held: ProductDep,
    token: Annotated[str, Depends(bearer)],
    conversation_id: Annotated[str, Path(max_length=_MAX_ID)],
) -> Conversation:
    """The conversation of the path, for the holder of its token only."""
    return held.assistant.check_token(conversation_id, token)


OwnConversation = Annotated[Conversation, Depends(own_conversation)]
