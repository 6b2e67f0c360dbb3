"""Who is asking: the officer, or a unit's visitor. A session is a signed cookie that expires.

A visitor's session outlives a restart of the desk. The officer's does not, and ends when it has been idle.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from perf_xlsx.desk.secret import made_id

SessionRole = Literal["officer", "unit"]

OFFICER, UNIT = 10 * 3600, 7 * 24 * 3600  # seconds that a session lasts
IDLE = 3600  # seconds after which an officer who did nothing must sign in again
MOST_OFFICERS = 100  # sessions at a time; the oldest goes

Clock = Callable[[], float]


class Session(Struct, frozen=True):
    """`id` is never shown; `until` is in seconds since 1970."""

    id: str
    role: SessionRole
    until: int


class Sessions:
    """Opens sessions and recognises them."""

    def __init__(self, secret: bytes, clock: Clock = time.time) -> None:
        self.secret, self.clock = secret, clock
        self.officers: dict[str, float] = {}  # when each was last here

    def open(self, role: SessionRole) -> tuple[Session, str]:
        """A new session, and its cookie."""
        session = Session(
            secrets.token_urlsafe(24), role, int(self.clock()) + (OFFICER if role == "officer" else UNIT)
        )
        if role == "officer":
            while len(self.officers) >= MOST_OFFICERS:
                self.officers.pop(next(iter(self.officers)))
            self.officers[session.id] = self.clock()
        text = f"{session.id}.{role}.{session.until}"
        return session, f"{text}.{self._sign(text)}"

    def known(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is not ours, is over, or was ended."""
        text, _, sign = cookie.rpartition(".")
        if not hmac.compare_digest(sign.encode(), self._sign(text).encode()):
            return None
        name, role, until = text.split(".")
        session = Session(name, "officer" if role == "officer" else "unit", int(until))
        if session.until <= self.clock():
            return None
        return session if role == "unit" or self._still_here(name) else None

    def _still_here(self, name: str) -> bool:
        """Whether the officer's session was used within the last hour; it then counts as used now."""
        now, last = self.clock(), self.officers.pop(name, None)
        if last is None or now - last > IDLE:
            return False
        self.officers[name] = now
        return True

    def end(self, session: Session) -> None:
        """The officer signs out."""
        self.officers.pop(session.id, None)

    def token(self, session: Session) -> str:
        """What every form of this session sends along, and no other site can know."""
        return made_id(self.secret, "form", session.id)

    def owner(self, session: Session) -> str:
        """Whose a return is, as it is remembered beside it: from it, nobody can make the session again."""
        return made_id(self.secret, "owner", session.id)

    def _sign(self, text: str) -> str:
        return made_id(self.secret, "session", text)
