"""Signed customer tokens from the host app: who the customer is, without asking again.

A JWT with `sub` and `exp`, signed with a key the firm shares; `kid` names the key, so keys rotate by adding the new
one, switching the app, and removing the old one. Without a token a conversation is anonymous.
"""

from __future__ import annotations

from collections.abc import Mapping

import jwt

_MAX_SUBJECT = 80
_SYMMETRIC, _ASYMMETRIC = ("HS256",), ("RS256", "ES256", "EdDSA")


class CustomerTokenRefused(ValueError):
    """The customer token is not valid; have the app issue a new one, or leave it out to go on anonymously."""

    code = "customer_token_refused"


class CustomerTokens:
    """Verifies tokens against the configured keys."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)

    def subject(self, token: str) -> str:
        """The customer's id. Raises `CustomerTokenRefused`."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._keys[str(kid)]
            algorithms = _ASYMMETRIC if key.lstrip().startswith("-----BEGIN") else _SYMMETRIC
            claims = jwt.decode(token, key, algorithms=list(algorithms), options={"require": ["exp", "sub"]}, leeway=5)
        except KeyError:
            raise CustomerTokenRefused("the token names a key that is not known here; check its kid") from None
        except jwt.ExpiredSignatureError:
            raise CustomerTokenRefused("the token has expired; have the app issue a new one") from None
        except jwt.PyJWTError as error:
            raise CustomerTokenRefused(f"the token is not valid: {error}") from None
        subject = str(claims["sub"])
        if not 0 < len(subject) <= _MAX_SUBJECT:
            raise CustomerTokenRefused(f"the token's sub must have 1 to {_MAX_SUBJECT} characters")
        return subject
