"""A letter with something of everything, for what looks at how it is written and drawn."""

import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from core.clock import FixedClock
from core.db import Database
from core.funding.notice import notices
from core.mail.fill import fill
from core.parts import Parts
from core.render import Renderer
from core.sections import Section
from core.settings import DigestSettings, FundingSettings, LogoSettings, Settings
from digest.letter import rendering
from digest.letter.decide import Contents, Item
from digest.letter.rendering import EditorialPicture
from tests.parts import COMMON, make_parts

PRINTED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

EDITORIAL = """Chères collègues, chers collègues,

Les nouvelles équipes municipales ont pris leurs marques: c'est le moment de (re)dire ce qu'est \
l'offre d'accueil. Trois territoires racontent comment ils s'y sont pris, et la question du mois \
vient de l'un de vous. Qui sera le prochain ?

Bonne lecture, et rendez-vous le 4 février."""

ITEMS: Sequence[Item] = (
    Item(
        "watch:story:1",
        Section.LEGAL,
        "Taxe sur la vacance des locaux d'habitation: ce qui change au 1er janvier 2027",
        summary="La TVLH remplace la TLV et la THLV. Hors zone tendue, elle est facultative et "
        "suppose une délibération ; elle vise les logements vacants depuis plus de deux ans. Une "
        "délibération prise après le 1er octobre 2026 vaut en principe pour 2028.",
        url="https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000000000001?a=1&b=2",
        source="Journal officiel",
        note="À inscrire dès maintenant à l'ordre du jour d'un conseil du printemps : le "
        "calendrier est court.",
        themes=("habitat",),
        references=(
            (
                "loi n° 2026-103 du 19 février 2026, art. 108",
                "https://www.legifrance.gouv.fr/loda/1",
            ),
            ("CGI, art. 1406 bis", ""),
        ),
    ),
    Item(
        "watch:story:2",
        Section.CALLS,
        "« Villages d'avenir » : l'appel à manifestation d'intérêt 2027 est ouvert",
        summary="Ingénierie gratuite pendant dix-huit mois pour des groupes de communes de "
        "moins de 3 500 habitants. Le dossier se dépose auprès de la préfecture.",
        url="https://agence-cohesion-territoires.gouv.fr/villages-avenir",
        source="ANCT",
        deadline=datetime(2027, 1, 15, 22, 59, tzinfo=UTC),
        more_url="https://relais.test/veille/interet/abc",
        themes=("financements",),
    ),
    Item(
        "watch:story:3",
        Section.TRAININGS,
        "Accueillir de nouveaux habitants: deux jours pour bâtir son plan d'action",
        summary="Avec des exercices tirés de cas réels. Gratuit pour les territoires du réseau.",
        starts_at=datetime(2027, 1, 12, 8, 30, tzinfo=UTC),
        place="Clermont-Ferrand",
        url="https://formation.example/accueil",
        source="CNFPT",
    ),
    Item(
        "answers:answer:7",
        Section.QUESTION,
        "Faut-il publier une consultation pour une étude à 45 000 € HT ?",
        summary="Non depuis le 1er avril 2026 : dispense sous 60 000 € HT pour les fournitures et "
        "services. Choisir une offre pertinente, bien employer les deniers publics, ne pas "
        "toujours solliciter le même. Avec du FEDER, gardez la preuve du "
        "caractère raisonnable du prix.",
        references=(("CCP, art. R. 2122-8", "https://www.legifrance.gouv.fr/codes/2"),),
    ),
    Item(
        "seminar:seminar:4",
        Section.AGENDA,
        "Séminaire d'hiver : mobiliser les nouvelles équipes municipales",
        starts_at=datetime(2027, 2, 4, 8, 30, tzinfo=UTC),
        place="Ambert, et en visioconférence",
        url="https://relais.test/rencontres/4",
    ),
)


def picture(width: int = 1280, height: int = 480) -> EditorialPicture:
    """Return a plain landscape, as a picture that an animator would send."""
    rows = []
    for y in range(height):
        hill = (
            bytes((60, 110 + y % 40, 70)) if y > height * 0.6 else bytes((170, 205, 235 - y // 12))
        )
        rows.append(b"\0" + hill * width)
    data = _png(width, height, b"".join(rows))
    words = "Le plateau au lever du jour : trois hameaux dans la brume"
    return EditorialPicture("0123456789abcdef@letter", data, "image/png", words, min(552, width))


def contents(count: int = len(ITEMS)) -> Contents:
    """Return a letter of so many items; all sections are there from five on."""
    items = [
        Item(**{**ITEMS[i % len(ITEMS)].__dict__, "reference": f"watch:story:{i + 1}"})
        for i in range(count)
    ]
    order = list(Section)
    items.sort(key=lambda item: order.index(item.section))
    return Contents("La lettre de l'accueil", EDITORIAL, tuple(items))


def rich_parts(database: Database, clock: FixedClock, folder: Path) -> Parts:
    """Return parts that are funded: the Union's emblem, and a region's logo."""
    logo = folder / "region.png"
    pixel = bytes((0xB0, 0x1E, 0x3C))
    logo.write_bytes(_png(240, 80, (b"\0" + pixel * 240) * 80))
    europe = FundingSettings(
        code="feder",
        sentence="Cofinancé par l’Union européenne",
        until=date(2029, 12, 31),
        logos=[LogoSettings(file=logo, words="Région Exemple")],
    )
    settings = Settings(digest=DigestSettings(title="La lettre de l’accueil"), funding=[europe])
    settings = settings.model_copy(
        update={
            "service": settings.service.model_copy(update={"public_url": "https://relais.test"}),
            "mail": settings.mail.model_copy(
                update={
                    "sender": "lettre@relais.test",
                    "sender_name": "Réseau des territoires accueillants",
                    "reply_to": "contact@relais.test",
                    "unsubscribe_email": "stop@relais.test",
                }
            ),
        }
    )
    parts = make_parts(database, clock, settings)
    renderer = Renderer(COMMON, funding=notices(settings, clock))
    return Parts(parts.settings, parts.database, parts.clock, renderer, parts.tokens, parts.random)


def _png(width: int, height: int, lines: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )


def mail(
    parts: Parts, count: int = len(ITEMS), picture_too: EditorialPicture | None = None
) -> bytes:
    """Return the whole mail of such a letter as one recipient gets it."""
    own = {
        "To": "zoe@orsanne.example",
        "Date": "Tue, 24 Nov 2026 08:00:00 +0000",
        "Message-ID": "<1@relais.test>",
        "unsubscribe_url": "https://relais.test/desabonnement/" + "a" * 120,
        "preferences_url": "https://relais.test/abonnement/choix/" + "b" * 120,
    }
    images = (picture_too or picture(),)
    content = rendering.mail(parts, 12, contents(count), PRINTED, images=images)
    return fill(content.body, own)


def html(parts: Parts, count: int = len(ITEMS)) -> str:
    """Return the HTML of such a mail."""
    part = message_from_bytes(mail(parts, count), policy=default).get_body(("html",))
    assert part is not None
    return str(part.get_content())
