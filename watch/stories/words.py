"""The words of announcements that say little, or that change what is announced.

All of them are compared as the roots that `core.text` gives.
"""

from collections.abc import Iterable, Mapping

from core.text import stem, words


def _stems(written: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(written))


FORMULAIC = _stems(
    """
    aap accedez actu actualite actualites agence ami annonce annoncent annoncer annonces aout
    appel appels application apprendre article articles attendu avril bref brefs breve candidat
    candidater candidats candidature candidatures change changer charge concernant concerne
    concernees concernes connaitre connu connue connues connus consultez date debut decembre
    decouvrez demarrage demarre deposer depot detail details devoile devoilee devoiles dimanche
    disponible dossier dossiers dote enfin entree est fevrier fixant fixe flash focus gouvernement
    gouvernementale info information informations infos inscription inscriptions inscrivez
    instaurant instaure interet janvier jeudi jo joe jorf journal juillet juin lance lancee
    lancees lancement lancent lire liste lundi mai manifestation mardi mars mercredi ministere
    ministre mise modalite modalites nouveau nouveaux nouvelle nouvelles novembre objet octobre
    officiel officielle organisation ouvert ouverte ouvertes ouverts ouverture ouvre ouvrent
    parait paraitre participez paru parue parus parution place plus point portant porte portent
    precise precisent precision precisions presentation presente presse prevoit prevue prochain
    prochaine projet projets promulgation promulgue promulguee proposition public publication
    publications publie publiee publiees publient publies question reference relatif relatifs
    relative relatives sait samedi savoir selon septembre session signature signe signent texte
    titre tout va vendredi vient vigueur visant vise voici zoom
    """
)
"""Words of any announcement: they are not what it is about."""

COMMON = _stems(
    """
    actes administratif administratifs agenda alsh annuel annuelle associe associee bibliotheque
    budget budgetaire bulletin cabinet ccas cias circulation collecte communal communautaire
    communaute commune communes compte conseil convocation coupure courrier dechets delegation
    deliberation deliberations distribution eau ehpad electorales electricite enquete
    exceptionnelle exercice fermeture fetes hebdo hebdomadaire horaire horaires hors huissier
    jouets jour justice lettre liberal limitee listes local maire mairie marche matin mediatheque
    mensuel ministeriels mjc modification municipal municipale municipales noel notaire octobre
    office officiers opah ordinaire ordre permanence permanences piscine plan plu plui population
    prefectoral prefecture primitif proces prochaine producteurs programmee publics recueil rendu
    repas responsabilite restaurant reunion revision rose sacs salarie salariee salle samedis
    scolaire scot seance securite semaine session sictom simplifiee smictom societe soir spanc
    special speciaux spectacle telethon titulaire travaux unanimite unique urbanisme verbal
    vigilance voeux voirie
    """
)
"""Words of what every town, or every notary, is told in turn: alone, they do not tell of which."""

KINDS: Mapping[str, str] = {
    stem(word): kind
    for kind, written in {
        "law": "loi lois",
        "decree": "decret decrets",
        "order": "arrete arretes",
        "ordinance": "ordonnance ordonnances",
        "circular": "circulaire circulaires instruction",
    }.items()
    for word in words(written)
}
"""The kinds of legal texts: two texts of different kinds are two texts."""

EVENTS: Mapping[str, str] = {
    stem(word): event
    for event, written in {
        "amended": "modifiant modification modifie rectificatif rectificative erratum correctif",
        "ended": "abroge abrogation abrogeant annulation annule annulant censure retire retrait "
        "suspend suspendu suspension",
        "extended": "prolonge prolongation prolonges prolongee proroge prorogation reconduit "
        "reconduction report reporte reportee supplementaire",
        "closed": "cloture clos close closes cloturee acheve",
        "awarded": "laureat laureats laureate laureates retenus selectionnes selection palmares "
        "resultat resultats",
        "reviewed": "bilan evaluation synthese retour decryptage analyse commentaire",
        "webinar": "webinaire webinaires visioconference",
        "training": "formation formations",
        "workshop": "atelier ateliers",
        "day": "journee journees",
        "colloquium": "colloque conference congres",
        "meeting": "rencontre rencontres",
        "seminar": "seminaire",
        "guide": "guide",
        "sheet": "fiche",
        "kit": "kit memo modele",
        "faq": "faq foire",
        "replay": "replay",
        "podcast": "podcast",
        "consulted": "consultation concertation enquete sondage questionnaire",
        "instructed": "circulaire instruction note",
        "met": "seance rendu commission convocation",
        "asked": "question ecrite",
        "reported": "rapport",
        "advised": "avis",
        "hired": "recrute recrutement stage cdd cdi",
        "adopted": "adopte adoption adoptee vote vot",
        "denied": "ne pas non ni sans aucun aucune jamais",
        "expected": "bientot envisage espere futur future pourrait pourraient propose souhaite",
        "examined": "examine examen debat discute",
        "applied": "application applique pris execution",
        "reminded": "rappel",
        "told": "portrait entretien interview temoignage",
        "opened": "inaugure inauguration",
        "challenged": "recours contentieux refuse rejette rejet",
        "appointed": "nomination nomme nommee",
        "left": "cessation demission retraite",
    }.items()
    for word in words(written)
}
"""What is said of a thing: told by one title and not by the other, it is not the same news."""

SERIES = frozenset(
    words(
        "axe chapitre cycle edition episode etape groupe lot module n no numero partie phase "
        "priorite releve rencontre saison semaine session tome tranche vague volet"
    )
)
"""Words that a number or a letter follows, to tell one of several."""

NUMBERS: Mapping[str, str] = {
    word: str(number)
    for number, word in enumerate(
        words(
            "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
        ),
        2,
    )
} | {
    word: str(10 * tens)
    for tens, word in enumerate(words("vingt trente quarante cinquante soixante"), 2)
}
"""Numbers that are one word, and a word of nothing else (« un », « cent » and « mille » are)."""

ORDINALS: Mapping[str, str] = {
    word: str(number)
    for number, written in enumerate(
        (
            "premier premiere",
            "deuxieme second seconde",
            "troisieme",
            "quatrieme",
            "cinquieme",
            "sixieme",
        ),
        1,
    )
    for word in words(written)
}

MONTHS = tuple(
    words("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre")
)

PERIODS = frozenset(
    stem(word)
    for word in (
        *MONTHS,
        *words("lundi mardi mercredi jeudi vendredi samedi dimanche printemps automne hiver"),
    )
)
"""Times that come again: two titles that name others are of two of them."""


def specific(roots: Iterable[str]) -> tuple[str, ...]:
    """Return, each once and in order, the roots that say what an announcement is about."""
    return tuple(dict.fromkeys(root for root in roots if not _says_little(root)))


def _says_little(root: str) -> bool:
    return root in FORMULAIC or root in KINDS or root in EVENTS or root[0].isdigit()
