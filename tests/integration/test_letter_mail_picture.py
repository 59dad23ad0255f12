"""The picture of the opening words, from what is kept to what is sent and shown."""

import re
from email import message_from_bytes
from email.policy import default

from core import files
from core.clock import FixedClock
from core.db import Database
from core.reference import ANIMATORS
from digest.letter import editions
from digest.letter.pictures.mailed import pictures_of
from tests import rich_letter
from tests.letter import LetterHouse, settings_for_letters, story

WORDS = "Le plateau au lever du jour : trois hameaux"


async def test_an_approved_edition_carries_its_picture_and_its_words(
    database: Database, clock: FixedClock
) -> None:
    house = LetterHouse(database, clock, settings_for_letters())
    house.offered = [story(1)]
    await house.press("letter.compose", "letter:edition:next")
    now, data = clock.now(), rich_letter.picture(800, 300).data
    async with database.write() as session:
        edition = await editions.by_number(session, 1)
        assert edition is not None
        key = await files.keep(session, data, "image/png", now)
        await editions.change(session, house.parts, edition, now, picture=key, picture_words=WORDS)
        await editions.approve(session, house.parts, edition, ANIMATORS, now)
    async with database.read() as session:
        frozen = await editions.rendition(session, 1)
    assert frozen is not None
    mail = message_from_bytes(frozen.mail.replace(b"\0", b""), policy=default)
    (picture,) = [p for p in mail.walk() if str(p["Content-ID"]).endswith("@letter>")]
    assert picture.get_content() == data
    page = mail.get_body(("html",))
    assert page is not None
    (image,) = re.findall(r"<img[^>]*@letter[^>]*>", page.get_content())
    assert 'alt="Le plateau au lever du jour&#160;: trois hameaux"' in image
    assert 'width="552"' in image
    assert f'src="/lettres/images/{key}"' in frozen.article


async def test_a_picture_that_is_lost_or_none_is_left_out(
    database: Database, clock: FixedClock
) -> None:
    contents = rich_letter.contents()
    lost = type(contents)(contents.title, "", contents.items, "ab" * 32, "Un plateau")
    async with database.write() as session:
        key = await files.keep(session, b"no picture", "image/png", clock.now())
        wrong = type(contents)(contents.title, "", contents.items, key, "Un plateau")
        for each in (contents, lost, wrong):
            assert await pictures_of(session, each) == ()


async def test_a_picture_is_served_as_what_it_is_whoever_sent_its_bytes_before(
    database: Database, clock: FixedClock
) -> None:
    """A stranger who mails the same bytes as a page first must not make them run as one."""
    house = LetterHouse(database, clock, settings_for_letters())
    house.offered = [story(1)]
    await house.press("letter.compose", "letter:edition:next")
    now, data = clock.now(), rich_letter.picture(800, 300).data
    async with database.write() as session:
        key = await files.keep(session, data, "text/html", now)
        page = await files.keep(session, b"<script>alert(1)</script>", "text/html", now)
        edition = await editions.by_number(session, 1)
        assert edition is not None
        await editions.change(session, house.parts, edition, now, picture=key, picture_words=WORDS)
        edition.sending_at = now
    async with house.visitor() as visitor:
        shown = await visitor.get(f"/lettres/images/{key}.png")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
        assert (await visitor.get(f"/lettres/images/{page}")).status_code == 404
        async with database.write() as session:
            (await session.merge(edition)).picture = page
        assert (await visitor.get(f"/lettres/images/{page}")).status_code == 404
