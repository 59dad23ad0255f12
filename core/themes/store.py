"""Reading the themes of the directory."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.people.models import Theme
from core.themes.rules import ThemeWords


async def themes(session: AsyncSession) -> tuple[ThemeWords, ...]:
    """Return every theme as `core.themes.rules.match` takes them, in the order of their import."""
    rows = await session.scalars(select(Theme).order_by(Theme.id))
    return tuple(
        ThemeWords(theme.code, tuple(theme.words), tuple(theme.exclusions)) for theme in rows
    )
