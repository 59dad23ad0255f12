"""Signed tokens for links: what they are for, whom they are for, and until when."""

from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, Signer, URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

from core.clock import Clock
from core.errors import ExpiredTokenError, TokenError


class Tokens:
    """Makes and reads tokens that nobody can forge, each bound to one purpose.

    Dates are those of the injected clock, so that the sandbox's advanced clock expires them.
    """

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self._serializers: dict[str, URLSafeTimedSerializer] = {}

    def sign(self, purpose: str, value: Any) -> str:
        """Return a URL-safe token holding `value` (JSON-ready), good only for `purpose`."""
        return str(self._serializer(purpose).dumps(value))

    def read(self, purpose: str, token: str, max_age: timedelta) -> Any:
        """Return what was signed.

        Raises TokenError when forged or misused, ExpiredTokenError when too old.
        """
        try:
            return self._serializer(purpose).loads(token, max_age=int(max_age.total_seconds()))
        except SignatureExpired as error:
            raise ExpiredTokenError("the link has expired", hint="ask for a new one") from error
        except BadSignature as error:
            raise TokenError("the link is not valid", hint="check that it is complete") from error

    def mark(self, purpose: str, value: object) -> str:
        """Return 27 URL-safe characters for `value`: always the same, good only for `purpose`."""
        return self._marker(purpose).get_signature(str(value)).decode()

    def is_mark(self, purpose: str, value: object, mark: str) -> bool:
        """Say whether a mark is that of `value`, in a time that tells nothing of it."""
        return self._marker(purpose).verify_signature(str(value), mark)

    def _marker(self, purpose: str) -> Signer:
        return Signer(self._secret, salt=f"relais.mark.{purpose}")

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        """Return what signs for a purpose, made once: an edition has links by the thousand."""
        if purpose not in self._serializers:
            self._serializers[purpose] = self._made(purpose)
        return self._serializers[purpose]

    def _made(self, purpose: str) -> URLSafeTimedSerializer:
        clock = self._clock

        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock.now().timestamp())

        return URLSafeTimedSerializer(self._secret, salt=f"relais.{purpose}", signer=Signer)
