"""Files that an operator names on the command line: read and written whole, off the event loop."""

import asyncio
from pathlib import Path

from core.errors import InputError


async def read(file: Path) -> bytes:
    """Return what a file holds. Raises InputError when it cannot be read."""
    try:
        return await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        what = f"{file} cannot be read ({error.strerror})"
        raise InputError(what, hint="check its name") from error


async def write(file: Path, data: bytes) -> None:
    """Write a file, over what was there. Raises InputError when it cannot be written."""
    try:
        await asyncio.to_thread(file.write_bytes, data)
    except OSError as error:
        what = f"{file} cannot be written ({error.strerror})"
        raise InputError(what, hint="choose another place") from error
