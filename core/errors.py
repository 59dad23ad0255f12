"""The errors that Relais raises on purpose: what happened, and what to do next."""


class RelaisError(Exception):
    """Something a person can act upon.

    `hint` says what to do next; `permanent` is false when trying again can help.
    """

    def __init__(self, what: str, *, hint: str = "", permanent: bool = True) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.permanent = permanent


class ConfigurationError(RelaisError):
    """The configuration cannot be used as it is written."""


class DatabaseError(RelaisError):
    """The database cannot be opened, or is not one of ours."""


class TokenError(RelaisError):
    """A signed link is forged, meant for something else, or too old."""


class ExpiredTokenError(TokenError):
    """A signed link was good, and is too old."""


class InputError(RelaisError):
    """What a person gave cannot be understood; nothing else of theirs is lost."""


class FileError(RelaisError):
    """The bytes of a file that was sent in chat could not be had; trying again may help."""

    def __init__(self, what: str, *, hint: str = "", permanent: bool = False) -> None:
        super().__init__(what, hint=hint, permanent=permanent)


class FetchError(RelaisError):
    """A document could not be fetched from the web.

    `status` is the HTTP status when there was an answer; `retry_after` is in seconds, when the
    server said how long to wait.
    """

    def __init__(
        self,
        what: str,
        *,
        hint: str = "",
        permanent: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, hint=hint, permanent=permanent)
        self.status = status
        self.retry_after = retry_after


class UnknownHostError(FetchError):
    """No such host for the public: it has no name, or only on a private network."""
