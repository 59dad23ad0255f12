"""Invented news as a team might have decided of them, under several regimes.

The phrases are ordinary French of public bodies (`news_phrases.csv`), the places are invented. What
is kept depends on the subject, never on the words that the sample network's themes happen to have.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.common.decided import Decided

_PHRASES = Path(__file__).with_name("news_phrases.csv")
_BEGAN = datetime(2025, 1, 6, 8, tzinfo=UTC)
_SOURCES = 14
_OF_ITS_OWN = 0.7
"""How often a source that has subjects of its own speaks of them."""


@dataclass(frozen=True)
class Topic:
    """A subject: what titles call it, and what is said of it."""

    code: str
    wanted: bool
    subjects: tuple[str, ...]
    details: tuple[str, ...]


@dataclass(frozen=True)
class Regime:
    """How a team decides and what comes in. The shares go from 0 to 1.

    `kept`: of all. `arbitrary`: of the kept ones, those that nothing explains, and as many wanted
    ones dropped. `flipped`: of all, those that somebody decided the wrong way round. `confusing`:
    of what is not wanted, what speaks of a wanted subject in passing. `bare`: without a summary.
    `wandering`: of the summaries, those that speak of something else too; `vague`: of the titles,
    those that say nothing. `steady`: how little sources differ. `drifting`: half of the wanted
    subjects only become so half-way, and as many are no longer. `nearby`: only what is nearby is
    wanted.
    """

    name: str
    count: int = 2000
    kept: float = 0.15
    arbitrary: float = 0.0
    flipped: float = 0.0
    confusing: float = 0.15
    bare: float = 0.1
    wandering: float = 0.4
    vague: float = 0.05
    steady: float = 0.3
    drifting: bool = False
    nearby: bool = False


REGIMES = (
    Regime("plain"),
    Regime("few kept", kept=0.05, count=3000),
    Regime("many kept", kept=0.30),
    Regime("nearly half kept", kept=0.40),
    Regime("few decisions", count=800),
    Regime("many decisions", count=5000, kept=0.1),
    Regime("arbitrary 2 %", arbitrary=0.02),
    Regime("arbitrary 2 %, many kept", arbitrary=0.02, kept=0.3),
    Regime("arbitrary 5 %", arbitrary=0.05, kept=0.2),
    Regime("flipped 2 %", flipped=0.02, kept=0.3),
    Regime("flipped 5 %", flipped=0.05, kept=0.3),
    Regime("confusing", confusing=0.5, kept=0.2),
    Regime("titles only", bare=1.0, vague=0.01, kept=0.2),
    Regime("vague titles", vague=0.9, bare=0.02, kept=0.2),
    Regime("wandering summaries", wandering=1.0, kept=0.2),
    Regime("all clear", 1500, 0.25, confusing=0.0, wandering=0.0, vague=0.0, steady=0.0),
    Regime("sources alike", steady=1.0, kept=0.2),
    Regime("drifting", drifting=True, count=3000, kept=0.2),
    Regime("only nearby", nearby=True, kept=0.15),
    Regime("everything at once", 2500, 0.2, 0.02, 0.01, 0.3, 0.4, 0.7, 0.1, drifting=True),
)


def decided_news(regime: Regime, seed: int = 1) -> Sequence[Decided]:
    """Return the news of a regime in the order of their decisions; always the same for a seed."""
    dice = random.Random(f"{regime.name} {seed}")  # noqa: S311  # the same news each time is the point
    return tuple(_Newsroom(regime, dice).news())


def topics() -> Sequence[Topic]:
    """Read the subjects."""
    with _PHRASES.open(encoding="utf-8", newline="") as file:
        return tuple(
            Topic(
                row["topic"],
                row["wanted"] == "yes",
                tuple(row["subjects"].split("|")),
                tuple(row["details"].split("|")),
            )
            for row in csv.DictReader(file)
        )


class _Newsroom:
    """Everything that writes, and the team that decides."""

    def __init__(self, regime: Regime, dice: random.Random) -> None:
        self._regime, self._dice = regime, dice
        every = topics()
        self._wanted = [topic for topic in every if topic.wanted]
        self._others = [topic for topic in every if not topic.wanted]
        self._near = [_place(dice) for _ in range(60)]
        self._far = [_place(dice) for _ in range(400)]
        self._own = {
            number: dice.sample(every, 4) if dice.random() > regime.steady else []
            for number in range(_SOURCES)
        }

    def news(self) -> Iterator[Decided]:
        """Give every piece of news with its verdict."""
        at = _BEGAN
        for number in range(self._regime.count):
            at += timedelta(minutes=self._dice.randrange(5, 240))
            later = number >= self._regime.count // 2
            interesting = self._dice.random() < self._regime.kept
            topic = self._topic(interesting, later)
            near = interesting or self._dice.random() < 0.1  # noqa: PLR2004
            source = self._source(topic)
            title, summary = self._write(topic, near)
            yield Decided(at.isoformat(), source, title, summary, self._verdict(interesting))

    def _topic(self, interesting: bool, later: bool) -> Topic:
        """Choose a subject: one that the team wants at that time, or another."""
        wanted, others = self._wanted, self._others
        if self._regime.drifting:
            half = len(wanted) // 2
            now, past = (wanted[half:], wanted[:half]) if later else (wanted[:half], wanted[half:])
            wanted, others = now, others + past
        if self._regime.nearby and not interesting:
            others = others + wanted * 2
        return self._dice.choice(wanted if interesting else others)

    def _source(self, topic: Topic) -> str:
        specialised = [number for number, own in self._own.items() if topic in own]
        if specialised and self._dice.random() < _OF_ITS_OWN:
            return f"Source {self._dice.choice(specialised)}"
        return f"Source {self._dice.randrange(_SOURCES)}"

    def _verdict(self, interesting: bool) -> bool:
        regime, dice = self._regime, self._dice
        if dice.random() < regime.flipped:
            return not interesting
        if interesting:
            return dice.random() >= regime.arbitrary
        return dice.random() < regime.arbitrary * regime.kept / (1 - regime.kept)

    # --- writing ------------------------------------------------------------------------------

    def _write(self, topic: Topic, near: bool) -> tuple[str, str]:
        dice = self._dice
        wanders = dice.random() < self._regime.wandering
        other = dice.choice(self._wanted + self._others) if wanders else topic
        confused = not topic.wanted and dice.random() < self._regime.confusing
        if confused:
            other = dice.choice(self._wanted)
        place = dice.choice(self._near if near and self._regime.nearby else self._far)
        vague = dice.random() < self._regime.vague
        title = self._sentence(_VAGUE if vague else _TITLES, topic, topic, place)
        if dice.random() < self._regime.bare:
            return title, ""
        sentences = [
            self._sentence(_SENTENCES, topic, topic, place),
            self._sentence(_SENTENCES, topic, other, place),
            self._sentence(_HOLLOW, topic, topic, place),
        ]
        dice.shuffle(sentences)
        return title, " ".join(sentences[: dice.randrange(1, 4) + confused])

    def _sentence(self, kinds: Sequence[str], topic: Topic, about: Topic, place: str) -> str:
        dice = self._dice
        written = dice.choice(kinds).format(
            subject=dice.choice(topic.subjects),
            detail=dice.choice(about.details),
            other=dice.choice(about.subjects),
            place=place,
            name=_place(dice),
            number=dice.randrange(2, 1800),
            day=dice.randrange(1, 29),
            month=dice.choice(_MONTHS),
            body=dice.choice(_BODIES),
        )
        return written[0].upper() + written[1:]


def _place(dice: random.Random) -> str:
    name = "".join(dice.choices(_SYLLABLES, k=dice.randrange(2, 4))).capitalize()
    ending = dice.choice(("", "", "-sur-Brune", "-le-Vieux", "-les-Bois", "-en-Combraille"))
    return f"{dice.choice(('', '', 'Saint-'))}{name}{ending}"


_SYLLABLES = """
    bar cey dol four gan jus lan mar nou pey ri ser tau ven zan bou cha ger lus mon or per rou sau
    tri val ver au bel cor du fal gre lou mi
""".split()  # noqa: SIM905  # a list of quoted syllables is no clearer
_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "octobre", "novembre")
_BODIES = (
    "le ministère",
    "la préfecture",
    "la région",
    "le département",
    "l’agence nationale",
    "le Sénat",
    "l’Assemblée nationale",
    "la commission",
    "l’observatoire",
    "la Cour des comptes",
    "l’association des maires",
    "la Banque des territoires",
    "l’Insee",
)
_TITLES = (
    "{subject} : {detail}",
    "{subject} à {place}",
    "{place} : {subject}, un an après",
    "Décret du {day} {month} relatif à {subject}",
    "Arrêté du {day} {month} fixant les conditions de {subject}",
    "Arrêté du {day} {month} modifiant l’arrêté relatif à {subject}",
    "Appel à projets « {subject} » : dépôt avant le {day} {month}",
    "Avis relatif à {subject}",
    "Décision n° {number} du {day} {month} relative à {subject} ({detail})",
    "{body} publie un rapport sur {subject}",
    "{subject} : ce que change la loi",
    "Question écrite n° {number} : {subject}",
    "Webinaire du {day} {month} : {subject}",
    "{subject} : {number} communes concernées",
    "Guide pratique : {subject}",
    "{name} en visite à {place} pour {subject}",
    "{subject}, où en est-on ?",
)
_VAGUE = (
    "Lettre d’information n° {number}",
    "Communiqué du {day} {month}",
    "Texte n° {number}",
    "Arrêté du {day} {month}",
    "À lire : {body} fait le point",
    "Actualités de {place}",
    "Publication du {day} {month}",
)
_SENTENCES = (
    "{body} annonce des mesures en faveur de {subject}, avec {detail}.",
    "Il est question de {other} et de {detail}.",
    "Une enquête menée à {place} montre que {detail} comptent autant que {other}.",
    "Le texte précise les modalités applicables à {other}, notamment {detail}.",
    "Doté de {number} millions d’euros, le dispositif concerne {subject} : {detail}.",
    "À {place}, {detail} font l’objet d’une attention particulière.",
    "{name} rappelle que {other} reste une priorité.",
    "Les acteurs de {subject} se retrouvent le {day} {month} à {place}.",
)
_HOLLOW = (
    "Le dossier complet est à retrouver en ligne sur le site de {body}.",
    "Inscription gratuite avant le {day} {month}, dans la limite des places disponibles.",
    "Le présent arrêté entre en vigueur le lendemain de sa publication au Journal officiel.",
    "Lire la suite de l’article publié le {day} {month} par {body}.",
    "Cette information est donnée par {name}, en charge du suivi à {place}.",
    "Les collectivités et leurs partenaires sont invités à répondre à la consultation.",
    "Notice : le décret est pris pour l’application de la loi du {day} {month}.",
)
