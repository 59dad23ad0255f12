"""The bytes of files that were sent in chat, by the same bot."""

from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.telegram.api import RelaisBot
from core.chat import TOO_BIG
from core.errors import FileError


class TelegramFiles:
    """Fetches files from Telegram: two calls, `getFile` and the download.

    A file's own handle may be asked for as often as wanted; what it leads to lasts an hour
    (<https://core.telegram.org/bots/api#getfile>), so it is asked for anew each time.
    """

    def __init__(self, bot: RelaisBot) -> None:
        self._bot = bot

    async def fetch(self, file_id: str) -> bytes:
        """Return the bytes of a file, 20 MB at most.

        Raises FileError: permanent when Telegram has no such file or it is too big.
        """
        try:
            found = await self._bot.get_file(file_id)
            if (found.file_size or 0) > TOO_BIG:
                raise FileError("the file is too big", permanent=True)
            return bytes(await found.download_as_bytearray())
        except (BadRequest, InvalidToken) as error:  # a wrong token is told by `relais check`
            permanent = isinstance(error, BadRequest)
            raise FileError("the file cannot be had", permanent=permanent) from error
        except (TelegramError, RuntimeError) as error:  # RuntimeError: no path was given
            raise FileError("the chat does not give the file") from error
