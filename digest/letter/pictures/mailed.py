"""The picture under an edition's opening words, as its mail carries it."""

from sqlalchemy.ext.asyncio import AsyncSession

from core import files
from digest.letter.decide import Contents
from digest.letter.pictures.rules import Picture, examine
from digest.letter.rendering import WIDEST_PICTURE, EditorialPicture


async def pictures_of(session: AsyncSession, contents: Contents) -> tuple[EditorialPicture, ...]:
    """Return the picture that the mail of an edition carries; none when it has none to show."""
    found = await files.kept(session, contents.picture) if contents.picture else None
    picture = examine(found.data) if found else None
    if found is None or not isinstance(picture, Picture):
        return ()
    width = min(picture.width, WIDEST_PICTURE)
    name = f"{found.hash[:16]}@letter"
    words = contents.picture_words
    return (EditorialPicture(name, found.data, picture.media_type, words, width),)
