"""Feeds in a process of their own: `python -m bench.common.feed_server SOURCES`.

Every feed has an ETag. `forgetful` makes the server ignore what clients say that they have, and
send the same body again; `mindful` makes it answer 304, as at the start.
"""

import asyncio
import random
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.common.peers import serve_as_peer
from core.serving import serving

ENTRIES = 50
HEADERS = {"content-type": "application/rss+xml; charset=utf-8"}
_WORDS = """
    le la les l’État un une des du de d’une et ou à au aux en dans par pour sur avec sans entre vers
    le la les un une des du de et à au en dans pour sur qui que dont il elle ils ce cette ces
    leur leurs son sa ses nous vous plus moins très ainsi aussi déjà encore être est sont a ont peut
    peuvent doit doivent sera seront permet propose ouvre annonce publie présente organise accueille
    soutient accompagne modifie fixe prévoit concerne précise rappelle habitants communes mairie
    voisinage département région préfecture ministère gouvernement conseil assemblée
    commission comité association entreprise agence caisse service bureau équipe réseau partenaires
    année mois semaine jour calendrier échéance dossier candidature appel projets subvention aide
    crédit dotation budget montant taux plafond condition critère délai demande formulaire décret
    arrêté circulaire loi article alinéa annexe rapport étude enquête avis rectificatif délibération
    réunion rencontre atelier webinaire journée visite bilan perspective objectif priorité mesure
    programme contrat convention stratégie schéma charte feuille route territoire montagne vallée
    bourg village hameau quartier bâtiment logement école jardin façade transport route gare
    forêt rivière eau énergie déchets culture tourisme patrimoine terrasse chemin données outil
    méthode guide fiche exemple témoignage retour expérience résultat chiffre évolution hausse
    baisse nouveau nouvelle premier dernière prochain local rural public national européen durable
    important gratuit ouvert partagé
""".split()  # noqa: SIM905  # a list of two hundred quoted words is no clearer
"""What such feeds are made of, small words included; half of the items speak of a theme."""

_SYLLABLES = "al bel bon cas cla cor dun fon gan lau mar mon nor pra ri sal ten tou val ver vi vol"
"""What the ten thousand rare words are made of."""


def feed(source: int) -> bytes:
    """Return a feed of distinct items, the same at each call."""
    chance = random.Random(source)  # noqa: S311  # the same words each time
    items = "".join(_item(chance, source, number) for number in range(ENTRIES))
    return (
        "<?xml version='1.0' encoding='utf-8'?>"
        f"<rss version='2.0'><channel><title>Source {source}</title>{items}</channel></rss>"
    ).encode()


def _item(chance: random.Random, source: int, number: int) -> str:
    title = _sentence(chance, 6, 3)
    summary = ". ".join(_sentence(chance, 11, 4) for _ in range(4))
    return (
        f"<item><guid isPermaLink='false'>{source}-{number}</guid><title>{title}</title>"
        f"<link>https://source{source}.example.org/{number}</link>"
        f"<description>&lt;p&gt;{summary}, &lt;b&gt;à lire&lt;/b&gt;.&lt;/p&gt;</description>"
        f"<pubDate>Mon, {number % 20 + 1:02} Nov 2026 09:00:00 +0100</pubDate></item>"
    )


def _sentence(chance: random.Random, common: int, rare: int) -> str:
    """Return words that many texts have, and words that few have: half of them are names."""
    seldom = ["".join(chance.choices(_SYLLABLES.split(), k=3)) for _ in range(rare)]
    names = [word.title() for word in seldom[: rare // 2]]
    said = [*chance.choices(_WORDS, k=common), *names, *seldom[rare // 2 :]]
    chance.shuffle(said)
    return " ".join([said[0].capitalize(), *said[1:]])


class Stand:
    """The feeds, and whether the server minds what clients have already."""

    def __init__(self, sources: int) -> None:
        self._bodies = [feed(number) for number in range(sources)]
        self._mindful = True

    async def answer(self, request: Request) -> Response:
        """Give a feed, or 304."""
        number = int(request.path_params["number"])
        tag = f'"{number}"'
        headers = {**HEADERS, "etag": tag}
        if self._mindful and request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(self._bodies[number], headers=headers)

    async def do(self, line: str) -> str:
        """Change manners."""
        self._mindful = line == "mindful"
        return line


async def main(sources: int) -> None:
    """Serve until the standard input ends."""
    stand = Stand(sources)
    async with serving(Starlette(routes=[Route("/{number:int}", stand.answer)])) as port:
        await serve_as_peer(port, stand.do)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
