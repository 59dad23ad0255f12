"""What the local Bot API answers when it refuses, and what a played person cannot do."""

from typing import Any

from core.errors import RelaisError

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


class ApiError(Exception):
    """A refusal, in Telegram's own words; `parameters` is its ResponseParameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad_request(description: str) -> ApiError:
    """Return a refusal with code 400."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """Return a refusal with code 403."""
    return ApiError(403, f"Forbidden: {description}")


class ImpossibleError(RelaisError):
    """A played person was told to do what Telegram would not let them do."""
