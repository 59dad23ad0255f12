"""The words around a date that say what it is, in folded French (some English)."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Meaning = Literal[
    "letter",  # the first of two steps
    "full",  # the second
    "round",  # one of several closings, said without doubt
    "wave",  # the same, if calls are spoken of
    "foreign",  # taxes, elections: nothing here is a call
    "event",  # juries, results, meetings: of a call, but no closing
    "name",  # what can be answered: an appel à projets, a concours
    "registration",
    "extension",
    "label",  # « date limite », « clôture »
    "ending",  # « échéance », « se termine »: closings where calls are spoken of
    "due",  # « à déposer », « attendu »
    "deposit",  # « dépôt des… »
    "opening",
    "training",
    "starting",  # « débute », « se déroule », « démarrage »
    "held",  # « session », « prévu », « organisé »
    "past",  # « publié », « lancé »
    "paper",  # what is handed in: dossier, candidature
    "act",  # answering, in a verb that says so
    "send",  # the same, in a verb that may be anything else
    "fund",
    "regime",  # what lasts or must be done until a date: validity, spending, works
]


@dataclass(frozen=True, slots=True)
class Said:
    """A telling word at `plain[start:end]`."""

    start: int
    end: int
    meaning: Meaning


_ORDINAL = (
    r"(?:\d{1,2}\s?(?:re|ere|er|e|eme|nde|nd)|premiere|deuxieme|seconde|troisieme|quatrieme"
    r"|cinquieme|sixieme|derniere)"
)
_PAPERS = r"(?:dossiers?|projets?|candidatures?|propositions?|demandes?)"
_WORDS: dict[Meaning, str] = {
    "letter": r"""
        (?:lettres?|notes?|fiches?|declarations?|dossiers?|expressions?)\sd'(?:intention|interet)s?
        intentions?\sde\sprojets? pre-?\s?(?:projets?|dossiers?|candidatures?|propositions?)
        letters?\sof\sintent
    """,
    "full": r"""
        (?:dossiers?|projets?|candidatures?|propositions?|demandes?)(?:\sde\s(?:candidature|projet|demande|subvention)s?)?\s(?:complet(?:e|s|es)?|final(?:e|s|es)?|definiti(?:f|fs|ve|ves)|detaillee?s?)\b
        full\s(?:applications?|proposals?)
    """,
    "round": r"""
        (?:\d{1,2}\s?(?:re|ere|er|e|eme|nde|nd)|premiere|deuxieme|seconde|troisieme|quatrieme|cinquieme|sixieme|derniere)\s(?:releve|vague|cloture|echeance|session|date\slimite)s?\b
        (?:releve|vague)\sn\s?[°o]\s?\d{1,2} (?:releve|vague)\s\d{1,2}\b
        prochaine\s(?:releve|vague) releves?\sintermediaires?
        sessions?\sde\s(?:selection|depot|candidature)s? clotures?\sintermediaires? cut-?offs?
    """,
    "wave": r"""
        releve(?:s|e|es)?\b(?!\s(?:de\s|des\s|du\s(?!\d)|d')) vagues?\b periodes?\sde\sdepot
    """,
    "foreign": r"""
        elections?\b elector\w+ scrutins? etats?\sd'urgence impots?\b fisca\w+ taxes?\b
        cotisations? exoner\w+ declarations?\sde(?:s)?\srevenus bareme
    """,
    "event": r"""
        remises?\sd(?:es|u)\s(?:prix|trophees?) jurys?\b comites?\b reunions?\b reuni\w*
        webinaires? resultats?\b laureats?\b annonces?\b notifications?\b auditions?\b
        assemblees?\b colloques? seminaires? conferences? salons?\b forums?\b rencontres?\b
        ceremonies? visites?\b expositions? festivals? congres\b
        journees?\s(?:d'(?:information|etude)|nationale|portes|professionnelle|thematique)
        selections?\b seances?\b vacances?\b examen\b
    """,
    "registration": r"""
        inscription(?!s?\s(?:sur|au\s(?:titre|tableau|registre|patrimoine)|a\sl'ordre))s?
        inscri(?:re|vez|vent)\b pre-?inscri\w+
        registrations? register\b
    """,
    "extension": r"""
        prorog\w+\b(?<!de\sprorogation)
        prolong\w+\b(?<!de\sprolongation)(?!\s[cdl]es\s(?:projet|action))
        report(?:e|ee|es|ees|er|ons)?\b repouss\w+ decal(?:e|ee|es|ees)\b
        nouvelles?\s(?=dates?\slimites?|echeances?|dates?\sde\scloture) nouveaux?\sdelais?
        delais?\ssupplementaires? extended
    """,
    "name": r"""
        appels?\s(?:aux?|a)\s(?!la\b|l'|un\b|une\b|vous\b|tou)[a-z]+
        appel(?<=l'appel|t\sappel)\b(?!\sd')
        appels(?<=ces\sappels)\b aap\b ami\b aac\b manifestations?\sd'interets?
        concours(?<!avec\sle\sconcours)\b(?!\sfinancier) trophees? guichets?\b calls?\sfor\s[a-z]+
        budgets?\sparticipatifs?
    """,
    "label": r"""
        dates?(?:\set\sheures?)?\slimites? heures?\slimites?
        dates?\sde\s(?:cloture|fin|fermeture|remise) date\sbutoir clotur\w+ clot\b deadlines?
        closing\sdates? derniers?\sdelais? derniere\slimite delais?\sde\srigueur au\splus\stard
        fin\s(?=(?:de|des|du|de\sl')\s?(?:candidatures?|depots?|inscriptions?|receptions?|l'appel|appels?)\b)
        limite\s(?=(?:de|d'|du|des)\s?(?:depot|candidature|inscription|reception|reponse|envoi))
    """,
    "ending": r"""
        echeances?\b fermetures?\b ferme(?:nt|ra|ront)?\b prend(?:ra)?\sfin se\stermin\w+
        s'achev\w+ court\b courra\b
    """,
    "due": r"""
        a\s(?:deposer|retourner|renvoyer|envoyer|transmettre|adresser|remettre|rendre|faire\sparvenir)\b
        attendu(?:e|s|es)?\b parvenir\b
    """,
    "deposit": r"""
        depots?\b(?<!caisse\sdes\sdepots)(?!\sde\sgarantie)
        (?:remise|reception|envoi|retour)\sd(?:es|u|e\svotre)\s(?:dossier|candidature|projet|offre|pli|reponse|proposition|contribution)s?
    """,
    "opening": r"""
        ouvert(?:e|s|es|ures?)?\b ouvr(?:e|ent|ira|iront|ant)\b lancement\b opens?\b
    """,
    "training": r"""
        formations?\b(?!\s(?:restreinte|de\sjugement|politique|specialisee|pleniere)) stages?\b
        moocs?\b trainings?\b journees?\sde\sformation
    """,
    "starting": r"""
        aur(?:a|ont)\slieu (?:a|ont)\slieu se\s(?:deroul|tien)\w* debut\w* commenc\w+ demarr\w+
        rentree\b
    """,
    "held": r"""
        organis\w+ programm(?:e|ee|es|ees)\b prevue?s?\b sessions?\b se\stenir modules?\b
    """,
    "past": r"""
        publi(?:e|ee|es|ees)\b publications?\b mise?s?\s(?:en\sligne|a\sjour) postee?s?\b
        par(?:u|ue|us|ues|ution)\b sign(?:e|ee|es|ees)\b adopt(?:e|ee|es|ees)\b
        vot(?:e|ee|es|ees)\b promulgu\w+ lanc(?:e|ee|es|ees)\b cre(?:e|ee|es|ees|ation)\b
        consult(?:e|ee|es|ees)\b
    """,
    "paper": r"""
        candidatures?\b candidats?\b dossiers?\b(?!\sde\spresse)
        projets\b(?!\sde\s(?:lois?|decrets?|textes?)) (?:votre|leur|mon)\sprojet\b
        propositions?\b(?!\sde\s(?:lois?|resolution)) reponses?\b demandes\b
        demande\s(?:de\s(?:subvention|financement|participation|soutien)|d'aide)
        (?:votre|leur)\sdemande\b soumissions?\b offres\b plis\b formulaires?\b questionnaires?\b
        contributions\b applications\b proposals?\b submissions?\b
    """,
    "act": r"""
        depos(?:er|ez|ent|e|es|ee|ees)\b candidat(?:er|ez|ent)\b postul\w+
        repond(?:re|ez|ent|ront)\b soumett\w+ soumis(?:e|es)?\b(?!\sa\b) particip(?:er|ez)\b
        contribu(?:er|ez)\b apply\b
    """,
    "send": r"""
        transm(?:ettre|ettez|is|ise|ises)\b envoy(?:er|ez|e|ee|es|ees)\b
        adress(?:er|ez|e|ee|es|ees)\b retourn(?:er|ez|e|ee|es|ees)\b renvoy(?:er|ez|e|es)\b
        remettre\b recu(?:e|s|es)?\b propos(?:er|ez)\b manifest(?:er|ez)\b profit(?:er|ez)\b
    """,
    "fund": r"""
        fonds\b subventions?\b dotations?\b detr\b dsil\b
        campagnes?\s(?:\d{4}|de\s(?:subvention|depot|financement)) bourses?\b
    """,
    "regime": r"""
        prolong\w+\s[cdl]es\s(?:projet|action)s
        benefices?\b benefici(?:e|ent|era|eront)\b conserv(?:e|ent|er|era|eront)\b valables?\b
        valides?\b validite\b vigueur\b applica\w+ appliqu\w+ s'appliqu\w+ eligib\w+ depenses?\b
        achev\w+ realis\w+ termin(?:e|es|ee|ees|er)\b accompagn(?:e|es|ee|ees|ent)\b soutenue?s?\b
        financ(?:e|es|ee|ees|ent|era)\b vers(?:e|es|ee|ees|era)\b versements?\b
        engag(?:e|es|ee|ees)\b maintenue?s?\b maintien\w* mandats?\b durees?\b regimes?\b derog\w+
        experiment\w+ dispositions?\b execut\w+ livr(?:e|es|ee|ees|er|aisons?)\b consomm\w+
        paiements?\b pay(?:e|es|er)\b factur\w+ justifi\w+ bilans?\b rapports?\b
        m(?:is|ise|ettre)\sen\soeuvre nomm(?:e|es|ee|ees)\b renouvel\w+ abrog\w+ suspen\w+
        plafonn\w+ tarifs?\b programmation garanti\w* s'est\s(?:clos|clotur|termin)\w*
        a\spris\sfin reexamin\w+ conventions?\b deliber\w+ utilis\w+ amenage\w+
    """,
}


def _spread(words: str) -> list[str]:
    """Return a pattern as several, none of which begins with a choice."""
    if not words.startswith("(?:"):
        return [words]
    depth, cuts = 1, [3]
    for index in range(3, len(words)):
        depth += {"(": 1, ")": -1}.get(words[index], 0)
        if depth == 0 or (depth == 1 and words[index] == "|"):
            cuts.append(index + 1)
        if depth == 0:
            break
    choices = [words[start : end - 1] for start, end in itertools.pairwise(cuts)]
    return [f"{choice}{words[cuts[-1] :]}" for choice in choices]


_SPREAD = [
    (meaning, each)
    for meaning, words in _WORDS.items()
    for word in words.split()
    for each in _spread(word)
]


def _beginning(letter: str) -> tuple[re.Pattern[str], list[Meaning]]:
    """Return one pattern for the words that begin with a letter, and what each means.

    Each word ends with an empty group, whose number says which it is.
    """
    mine = [(meaning, words) for meaning, words in _SPREAD if words[0] == letter]
    return re.compile("|".join(f"{words}()" for _, words in mine)), [meaning for meaning, _ in mine]


_BY_LETTER = {letter: _beginning(letter) for letter in {words[0] for _, words in _SPREAD}}
_WORD = re.compile(r"\b\w")


def find_said(bare: str, plain: str, start: int, end: int) -> Iterator[Said]:
    """Give the telling words of `plain[start:end]`, in order.

    `bare` is the same text with its capitals: « ami » is only a call when written « AMI ».
    """
    after = start
    for word in _WORD.finditer(plain, start, end):
        letter = word[0] if word[0] in _BY_LETTER else "\\" if word[0].isdigit() else ""
        if word.start() < after or not letter:
            continue
        pattern, meanings = _BY_LETTER[letter]
        found = pattern.match(plain, word.start(), end)
        if found and (found[0] != "ami" or bare[found.start() : found.end()] == "AMI"):
            after = found.end()
            yield Said(*found.span(), meanings[(found.lastindex or 0) - 1])
