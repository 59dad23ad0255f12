"""What readers of French know, and no index can learn from a few hundred answers.

General words of everyday life and of public services, of no subject in particular: the vocabulary
of a subject comes from the answers, their other formulations and the configured acronyms.
"""

import re
from collections.abc import Mapping

from core.text import normalise, stems

_SYNONYMS = """
    achat acquisition
    adhérent membre
    adresser contacter joindre
    aide subvention prime
    annuler résilier
    arrêter cesser stopper interrompre
    attestation certificat justificatif
    autoriser permettre
    bébé nourrisson
    boulot emploi job
    bus autobus autocar
    collectivité commune mairie municipalité
    commencer débuter démarrer
    condition critère
    conseil précaution recommandation
    conserver garder
    consulter accéder
    contrôler surveiller vérifier
    copie duplicata double
    courriel email mail mel messagerie
    courrier lettre
    coût montant prix tarif
    délai durée
    demander exiger réclamer solliciter
    démarche formalité procédure
    docteur médecin
    école scolaire
    effacer supprimer enlever retirer
    élection scrutin vote
    employé salarié
    employeur patron
    entreprise firme société
    fermer clôturer
    gérer gestion
    habitation logement
    impôt fiscalité
    inscription enregistrement
    internet web
    licencier virer
    locataire louer location
    modèle exemple
    modifier changer
    mutuelle complémentaire
    obligation obligatoire
    ordinateur informatique
    payer régler rémunérer verser
    photo photographie image
    plainte réclamation
    pub publicité
    quitter partir
    recevoir obtenir percevoir toucher
    renouveler prolonger
    réunion rencontre
    rompre rupture
    salaire paie rémunération
    sécu sécurité
    téléphone portable mobile
    utiliser usage
    vendre vente cession
    voiture véhicule automobile
"""

COURTESY = frozenset(
    """
    aimerais aimerions avance bonsoir cher chere chers coucou deja dire dites hello indiquer madame
    mesdames messieurs monsieur plait pourrais pourrait pourriez pouvoir prie remercie remercions
    renseigner salut savez savoir souhaite souhaiterais souhaiterions souhaitons svp veuillez
    voudrais voudrions
    """.split()  # noqa: SIM905  # a list of quoted words is no clearer
)
"""The words around a question, normalised: they say nothing of it."""

_INTENTS = {
    "what": r"c est quoi|c etait quoi|qu est ce qu|est ce que c est|definition|definir|signifie\w*"
    r"|veut dire|a quoi ser\w+|appelle t on",
    "when": r"combien de temps|durees?|dure|durer|delais?|quand|dates?|longtemps",
    "cost": r"combien(?! de temps)|couts?|coute\w*|prix|tarifs?|montants?|gratuit\w*",
    "who": r"qui",
    "how": r"comment|demarches?|procedures?|etapes?|que faire",
    "may": r"peut on|puis je|peut il|peut elle|pouvons nous|peuvent|droit de?|possible|interdi\w*"
    r"|leg(?:al\w*|aux)|autoris\w+|permis",
    "must": r"faut|doit|dois je|doivent|devons|oblig\w+|tenus?|necessaires?",
    "why": r"pourquoi|raisons?|motifs?",
    "where": r"ou dois|ou puis|ou trouver|a qui|aupres de",
}
_ASKED = {name: re.compile(rf"\b(?:{words})\b") for name, words in _INTENTS.items()}
_APOSTROPHES = re.compile(r"['’]")


def intents(text: str) -> tuple[str, ...]:
    """Return what kinds of thing a question asks for: how long, who, what one may do."""
    words = normalise(_APOSTROPHES.sub(" ", text))
    return tuple(name for name, asked in _ASKED.items() if asked.search(words))


def _synonyms() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _SYNONYMS.strip().splitlines():
        group = frozenset(stem for word in line.split() for stem in stems(word))
        for stem in group:
            found[stem] = found.get(stem, frozenset()) | (group - {stem})
    return found


SYNONYMS = _synonyms()
"""For each root, the roots of the words that people write in its place."""
