"""The parameters of a call, whether they came as JSON, as a form or with files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from relais.sandbox.bot_api.errors import ApiError, bad_request

UPLOAD_LIMIT = 50 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True)
class Parameters:
    """Named values. A form only carries strings, so each is read as what it should be."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Return a string."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str) -> int | None:
        """Return a number, or None when there is none. Raises ApiError 400 for words."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def boolean(self, name: str) -> bool:
        """Return whether a flag is set."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def structure(self, name: str) -> Any:
        """Return an object or a list, or None. Raises ApiError 400 for broken JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def within(self, values: Mapping[str, Any]) -> "Parameters":
        """Return the parameters of a part of this call, which shares its files."""
        return Parameters(values, self.uploads)


async def read_parameters(request: Request) -> Parameters:
    """Read them from the query and the body. Raises ApiError for what cannot be read."""
    if int(request.headers.get("content-length") or 0) > UPLOAD_LIMIT:
        raise ApiError(413, "Request Entity Too Large")
    values: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return Parameters(values | await _json(request))
    try:
        return await _form(request, values)
    except HTTPException as error:
        raise bad_request(error.detail.lower()) from error


async def _form(request: Request, values: dict[str, Any]) -> Parameters:
    uploads: dict[str, Upload] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                uploads[name] = await _upload(value)
            else:
                values[name] = value
    return Parameters(values, uploads)


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad_request("can't parse JSON object")
    return values


async def _upload(value: UploadFile) -> Upload:
    mime_type = value.content_type or "application/octet-stream"
    return Upload(value.filename or "", await value.read(), mime_type)
