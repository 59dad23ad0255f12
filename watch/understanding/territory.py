"""The départements and regions of France: codes, names, and which lies in which.

Codes are INSEE's. Those of regions and of départements overlap (84 is the Vaucluse, and
Auvergne-Rhône-Alpes), so that a region is written with an R everywhere here: « R84 ». The five
overseas regions are one with their département, and are known by its code: « 974 ».
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from watch.understanding.folding import fold

DEPARTMENTS: Mapping[str, str] = {
    "01": "Ain",
    "02": "Aisne",
    "03": "Allier",
    "04": "Alpes-de-Haute-Provence",
    "05": "Hautes-Alpes",
    "06": "Alpes-Maritimes",
    "07": "Ardèche",
    "08": "Ardennes",
    "09": "Ariège",
    "10": "Aube",
    "11": "Aude",
    "12": "Aveyron",
    "13": "Bouches-du-Rhône",
    "14": "Calvados",
    "15": "Cantal",
    "16": "Charente",
    "17": "Charente-Maritime",
    "18": "Cher",
    "19": "Corrèze",
    "2A": "Corse-du-Sud",
    "2B": "Haute-Corse",
    "21": "Côte-d’Or",
    "22": "Côtes-d’Armor",
    "23": "Creuse",
    "24": "Dordogne",
    "25": "Doubs",
    "26": "Drôme",
    "27": "Eure",
    "28": "Eure-et-Loir",
    "29": "Finistère",
    "30": "Gard",
    "31": "Haute-Garonne",
    "32": "Gers",
    "33": "Gironde",
    "34": "Hérault",
    "35": "Ille-et-Vilaine",
    "36": "Indre",
    "37": "Indre-et-Loire",
    "38": "Isère",
    "39": "Jura",
    "40": "Landes",
    "41": "Loir-et-Cher",
    "42": "Loire",
    "43": "Haute-Loire",
    "44": "Loire-Atlantique",
    "45": "Loiret",
    "46": "Lot",
    "47": "Lot-et-Garonne",
    "48": "Lozère",
    "49": "Maine-et-Loire",
    "50": "Manche",
    "51": "Marne",
    "52": "Haute-Marne",
    "53": "Mayenne",
    "54": "Meurthe-et-Moselle",
    "55": "Meuse",
    "56": "Morbihan",
    "57": "Moselle",
    "58": "Nièvre",
    "59": "Nord",
    "60": "Oise",
    "61": "Orne",
    "62": "Pas-de-Calais",
    "63": "Puy-de-Dôme",
    "64": "Pyrénées-Atlantiques",
    "65": "Hautes-Pyrénées",
    "66": "Pyrénées-Orientales",
    "67": "Bas-Rhin",
    "68": "Haut-Rhin",
    "69": "Rhône",
    "70": "Haute-Saône",
    "71": "Saône-et-Loire",
    "72": "Sarthe",
    "73": "Savoie",
    "74": "Haute-Savoie",
    "75": "Paris",
    "76": "Seine-Maritime",
    "77": "Seine-et-Marne",
    "78": "Yvelines",
    "79": "Deux-Sèvres",
    "80": "Somme",
    "81": "Tarn",
    "82": "Tarn-et-Garonne",
    "83": "Var",
    "84": "Vaucluse",
    "85": "Vendée",
    "86": "Vienne",
    "87": "Haute-Vienne",
    "88": "Vosges",
    "89": "Yonne",
    "90": "Territoire de Belfort",
    "91": "Essonne",
    "92": "Hauts-de-Seine",
    "93": "Seine-Saint-Denis",
    "94": "Val-de-Marne",
    "95": "Val-d’Oise",
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "976": "Mayotte",
}

REGIONS: Mapping[str, tuple[str, str]] = {
    "R11": ("Île-de-France", "75 77 78 91 92 93 94 95"),
    "R24": ("Centre-Val de Loire", "18 28 36 37 41 45"),
    "R27": ("Bourgogne-Franche-Comté", "21 25 39 58 70 71 89 90"),
    "R28": ("Normandie", "14 27 50 61 76"),
    "R32": ("Hauts-de-France", "02 59 60 62 80"),
    "R44": ("Grand Est", "08 10 51 52 54 55 57 67 68 88"),
    "R52": ("Pays de la Loire", "44 49 53 72 85"),
    "R53": ("Bretagne", "22 29 35 56"),
    "R75": ("Nouvelle-Aquitaine", "16 17 19 23 24 33 40 47 64 79 86 87"),
    "R76": ("Occitanie", "09 11 12 30 31 32 34 46 48 65 66 81 82"),
    "R84": ("Auvergne-Rhône-Alpes", "01 03 07 15 26 38 42 43 63 69 73 74"),
    "R93": ("Provence-Alpes-Côte d’Azur", "04 05 06 13 83 84"),
    "R94": ("Corse", "2A 2B"),
}
"""The regions of the mainland and Corsica: name and départements."""

_MASSIF_CENTRAL = "03 07 11 12 15 19 21 23 30 34 42 43 46 48 58 63 69 71 81 82 87 89"
MASSIF_CENTRAL = frozenset(_MASSIF_CENTRAL.split())
"""The départements of the massif, whole: those that its interregional programmes reach."""

FORMER: Mapping[str, str] = {
    "Alsace": "67 68",
    "Alsace-Moselle": "57 67 68",
    "Aquitaine": "24 33 40 47 64",
    "Auvergne": "03 15 43 63",
    "Basse-Normandie": "14 50 61",
    "Bourgogne": "21 58 71 89",
    "Champagne-Ardenne": "08 10 51 52",
    "Franche-Comté": "25 39 70 90",
    "Haute-Normandie": "27 76",
    "Languedoc-Roussillon": "11 30 34 48 66",
    "Limousin": "19 23 87",
    "Lorraine": "54 55 57 88",
    "Midi-Pyrénées": "09 12 31 32 46 65 81 82",
    "Nord-Pas-de-Calais": "59 62",
    "Picardie": "02 60 80",
    "Poitou-Charentes": "16 17 79 86",
    "Rhône-Alpes": "01 07 26 38 42 69 73 74",
}
"""Former regions stand for their départements: « Auvergne » says nothing of the Savoie."""

OTHER_NAMES: Mapping[str, str] = {
    "PACA": "R93",
    "AURA": "R84",
    "IDF": "R11",
    "Région Sud": "R93",
    "Région Centre": "R24",
    "Région Centre-Val de Loire": "R24",
    "Antilles-Guyane": "971 972 973",
    "Réunion": "974",
    "Massif central": _MASSIF_CENTRAL,
}

IN_REGION: Mapping[str, frozenset[str]] = {
    code: frozenset(departments.split()) for code, (_, departments) in REGIONS.items()
} | {f"R0{code[-1]}": frozenset({code}) for code in ("971", "972", "973", "974", "976")}
"""The départements of each region, overseas included."""


def key(name: str) -> str:
    """Return what a name has in common however it is written: « cote d or »."""
    return " ".join(fold(name).text.replace("-", " ").replace("'", " ").split())


PLACES: Mapping[str, tuple[str, ...]] = (
    {key(name): tuple(codes.split()) for name, codes in FORMER.items()}
    | {key(name): (code,) for code, name in DEPARTMENTS.items()}
    | {key(name): (code,) for code, (name, _) in REGIONS.items()}
    | {key(name): tuple(codes.split()) for name, codes in OTHER_NAMES.items()}
)
"""Every name that is known, by its key: the codes that it stands for."""

_ARTICLES = ("la ", "le ", "les ", "l ")


def codes_of(place: str) -> tuple[str, ...]:
    """Return the codes that a place stands for; none when it is unknown.

    A place is the code of a département (« 43 », « 2A »), that of a region with an R (« R84 »), or
    a name (« Haute-Loire », « Auvergne-Rhône-Alpes », « Auvergne », « Massif central »).
    """
    code = place.strip().upper()
    if code in IN_REGION or code in DEPARTMENTS:
        return (code,)
    named = key(place)
    article = next((word for word in _ARTICLES if named.startswith(word)), "")
    return PLACES.get(named) or PLACES.get(named.removeprefix(article)) or ()


def departments_of(places: Iterable[str]) -> frozenset[str]:
    """Return the départements that places (`codes_of`) are or hold; what is unknown adds none."""
    return frozenset[str]().union(*(_departments(place) for place in places))


def unknown_places(places: Iterable[str]) -> tuple[str, ...]:
    """Return those of `places` that `codes_of` does not know, in their order."""
    return tuple(place for place in places if not _departments(place))


@lru_cache(maxsize=1024)
def _departments(place: str) -> frozenset[str]:
    return frozenset[str]().union(*(IN_REGION.get(code, {code}) for code in codes_of(place)))


def names(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the French names of départements and regions (« R84 »), for showing.

    All those of the Massif central are shown by its name, first. An unknown code is itself.
    """
    given = list(dict.fromkeys(codes))
    if MASSIF_CENTRAL.issubset(given):
        rest = [code for code in given if code not in MASSIF_CENTRAL]
        return ("Massif central", *names(rest))
    return tuple(_name(code) for code in given)


def _name(code: str) -> str:
    if code in REGIONS:
        return REGIONS[code][0]
    overseas = next(iter(IN_REGION.get(code, ())), code)
    return DEPARTMENTS.get(overseas, code)
