"""Real-life phrases, in the style of the pages that our sources publish, and what each says.

All were invented, after the manner of state agencies, regions, Leader groups, foundations,
prefectures and training bodies. Read on 20 January 2026 (a Tuesday) in Paris. A value is the
kind, then the instant in Paris; nothing means that no date of a call or a training is named.
"""

from datetime import datetime

import pytest

from core.clock import PARIS
from watch.understanding.calls import find_dates

SEEN = datetime(2026, 1, 20, 10, 0, tzinfo=PARIS)

CLOSINGS = {
    "Candidatures ouvertes jusqu'au 26 juillet 2016 à 16h.": "closing 2016-07-26 16:00",
    "Les dossiers sont à déposer avant le 14/01/05 à 12H": "closing 2005-01-14 12:00",
    "Les réponses doivent nous parvenir au plus tard le vendredi 5 janvier 2018.": (
        "closing 2018-01-05 23:59"
    ),
    "clôture : 1er juin": "closing 2026-06-01 23:59",
    "Date limite de dépôt des candidatures : 15/03/2026 (minuit)": "closing 2026-03-15 23:59",
    "Déposez votre projet d’ici le 30 avril.": "closing 2026-04-30 23:59",
    "À adresser en trois exemplaires, sous peine d’irrecevabilité le 15 mars 2026 à 12 h, à la"
    " préfecture. Candidatures incomplètes refusées.": "closing 2026-03-15 12:00",
    "AMI Villages d’avenir : vous avez jusqu’à fin mars.": "closing 2026-03-31 23:59",
    "Clôture des dépôts le 30 avril 2026, 17 h 30, heure de Paris.": "closing 2026-04-30 17:30",
    "La clôture de l’appel est fixée au 15 février 2026, 12h00 (midi).": "closing 2026-02-15 12:00",
    "Réponses attendues avant minuit le 31 mars 2026": "closing 2026-03-31 23:59",
    "Date limite de candidature : 31.12.2026, 23h59": "closing 2026-12-31 23:59",
    "Date limite de réponse : 2026-03-15": "closing 2026-03-15 23:59",
    "Fin des candidatures : 15 janv. 2027": "closing 2027-01-15 23:59",
    "Concours « Ma commune accueille » : envoi des dossiers avant le 1er sept.": (
        "closing 2026-09-01 23:59"
    ),
    "Deadline: 15 March 2026": "closing 2026-03-15 23:59",
    "Applications are open until 15 March 2026 at 17:00.": "closing 2026-03-15 17:00",
    "Clôture le lundi 15 mars 2026.": "closing 2026-03-15 23:59",
    "Clôture de l’appel le dimanche 15 mars, à 18 heures précises": "closing 2026-03-15 18:00",
    "Les communes ont jusqu’au 17 juin prochain pour déposer leurs dossiers.": (
        "closing 2026-06-17 23:59"
    ),
    "Le dossier de candidature complété est à retourner pour le 15 mai à l’adresse du Pays.": (
        "closing 2026-05-15 23:59"
    ),
    "Les candidatures devront être expédiées le 30 juin 2026 au plus tard (cachet de la poste).": (
        "closing 2026-06-30 23:59"
    ),
    "Dossiers à déposer : 28 février 2026, délai de rigueur.": "closing 2026-02-28 23:59",
    "Tout dossier reçu après le 15 mars 2026 à 16 h ne sera pas examiné.": (
        "closing 2026-03-15 16:00"
    ),
    "Le 15 mars 2026 est la date limite de dépôt des demandes.": "closing 2026-03-15 23:59",
    "Candidatez avant le 28 février !": "closing 2026-02-28 23:59",
    "Répondre à l’enquête avant le 28/02/26.": "closing 2026-02-28 23:59",
    "Le fonds est ouvert jusqu’au 31 mars 2026.": "closing 2026-03-31 23:59",
    "DETR et DSIL 2026 : les demandes sont recevables jusqu’au 31 janvier 2026 à 23h59.": (
        "closing 2026-01-31 23:59"
    ),
    "Appel à projets mobilités rurales\nJusqu’au 15 mars 2026, les collectivités peuvent proposer"
    " une action.": "closing 2026-03-15 23:59",
    "Appel à projets « Lieux de vie »\nVous avez jusqu’au 12 mars.": "closing 2026-03-12 23:59",
    "Fondation : appel à projets ouvert ! Date limite de dépôt du dossier : 21 octobre 2026."
    " Contact : une adresse.": "closing 2026-10-21 23:59",
    "AMI « Fabriques rurales » (date limite : 15 mai 2026)": "closing 2026-05-15 23:59",
    "L’AMI se clôture le 30 avril 2026 à 12h.": "closing 2026-04-30 12:00",
    "Trophées de la ruralité : c’est jusqu’au mercredi 4 mars 2026 !": "closing 2026-03-04 23:59",
    "Remise des offres : 12 février 2026, 12 h": "closing 2026-02-12 12:00",
    "Appel à candidatures : plus que quelques jours, l’appel se termine le 31 janvier.": (
        "closing 2026-01-31 23:59"
    ),
    "Restitution du dossier complet au plus tard le 30 novembre": "closing 2026-11-30 23:59",
    "Les porteurs de projets devront soumettre leurs demandes d’ici au 16 avril.": (
        "closing 2026-04-16 23:59"
    ),
    "Pour bénéficier de cet accompagnement, déposez votre dossier avant le 15 mars 2026.": (
        "closing 2026-03-15 23:59"
    ),
    "Candidature possible jusqu’à mi-mars 2026": "closing 2026-03-15 23:59",
    "jusqu'au 26 juillet 2016 à 16h": "closing 2016-07-26 16:00",
    "Les lauréats du premier appel ont été annoncés. Un second appel à projets court jusqu’au"
    " 3 avril 2026.": "closing 2026-04-03 23:59",
    "L'appel à projets Leader « services de proximité » est ouvert ! Dépôt des fiches projets avant"
    " le vendredi 27 mars 2026, 17h, auprès de l’équipe du GAL.": "closing 2026-03-27 17:00",
    "AMI Fabriques rurales. Il reste ouvert jusqu’au 15 mars 2026.": "closing 2026-03-15 23:59",
    "AMI Fabriques rurales. Prolongé, on le sait maintenant, jusqu’au 15 mars 2026.": (
        "extension 2026-03-15 23:59"
    ),
    "FDVA : la campagne 2026 est ouverte jusqu’au 20 février 2026, 12h.": (
        "closing 2026-02-20 12:00"
    ),
    "Jusqu’au 15 mars pour candidater": "closing 2026-03-15 23:59",
    "Le 15 mars 2026 est la date limite.": "closing 2026-03-15 23:59",
    "La relève du 15 juin 2026 de l’AMI sera la dernière.": "round 2026-06-15 23:59",
    "Clôture du dépôt : 31 mars 2026 à 24h": "closing 2026-03-31 23:59",
    "Candidatures jusqu’au premier mars": "closing 2026-03-01 23:59",
    "Deux dates limites : le 15 mars et le 20 mars": (
        "round 2026-03-15 23:59, round 2026-03-20 23:59"
    ),
    "Échéance de candidature : 2026/3/15": "closing 2026-03-15 23:59",
    "AMI : avant 17h, le 15 mars": "closing 2026-03-15 17:00",
    "Les dossiers sont attendus le 15 mars 2026.": "closing 2026-03-15 23:59",
    "Fonds de soutien aux cafés de village : il reste ouvert jusqu’au 15 mars.": (
        "closing 2026-03-15 23:59"
    ),
    "Consultation : contribuez jusqu’au 15 février 2026 inclus.": "closing 2026-02-15 23:59",
}

SEVERAL_STEPS = {
    "Les dossiers seront relevés les 15 mars, 15 juin et 15 octobre 2026.": (
        "round 2026-03-15 23:59, round 2026-06-15 23:59, round 2026-10-15 23:59"
    ),
    "1re relève : 31 janvier. 2e relève : 30 juin. 3e relève : 31 octobre.": (
        "round 2026-01-31 23:59, round 2026-06-30 23:59, round 2026-10-31 23:59"
    ),
    "Sessions de sélection : 12 mars, 11 juin et 8 octobre 2026": (
        "round 2026-03-12 23:59, round 2026-06-11 23:59, round 2026-10-08 23:59"
    ),
    "Dates limites de dépôt : 15/03/2026, 15/06/2026 et 15/10/2026.": (
        "round 2026-03-15 23:59, round 2026-06-15 23:59, round 2026-10-15 23:59"
    ),
    "L’appel à projets compte deux relèves, le 15 octobre et le 15 mars 2027.": (
        "round 2026-10-15 23:59, round 2027-03-15 23:59"
    ),
    "Clôtures intermédiaires : 30 mars 2026 (1re vague), 30 octobre 2026 (2e vague). Clôture"
    " finale : 30 décembre 2026": (
        "round 2026-03-30 23:59, round 2026-10-30 23:59, closing 2026-12-30 23:59"
    ),
    "Première vague : dépôt avant le 2 mars 2026 ; deuxième vague : dépôt avant le 7 septembre"
    " 2026.": "round 2026-03-02 23:59, round 2026-09-07 23:59",
    "Dépôt des dossiers au fil de l’eau jusqu’au 31 décembre 2026.": (
        "open_ended, closing 2026-12-31 23:59"
    ),
    "Les demandes de subvention sont instruites au fil de l'eau.": "open_ended",
    "AMI permanent, sans date limite de candidature.": "open_ended",
    "Candidatures en continu, jury chaque trimestre": "open_ended",
    "Lettre d’intention avant le 15 mars 2026, dossier complet au plus tard le 30 juin 2026 à"
    " 12h00 (midi).": "letter_of_intent 2026-03-15 23:59, full_file 2026-06-30 12:00",
    "Date limite d’envoi des lettres d’intention : 26 juin ; date limite des dossiers complets :"
    " 2 octobre.": "letter_of_intent 2026-06-26 23:59, full_file 2026-10-02 23:59",
    "Dépôt avant le 15 mars 2026 (lettre d’intention) et le 30 juin 2026 (dossier complet).": (
        "letter_of_intent 2026-03-15 23:59, full_file 2026-06-30 23:59"
    ),
    "Le dépôt d’un dossier de « pré-projet » est obligatoire pour le 8 avril 2026. Les dossiers"
    " complets seront déposés au plus tard le 2 juin 2026.": (
        "letter_of_intent 2026-04-08 23:59, full_file 2026-06-02 23:59"
    ),
    "Les territoires ont jusqu’au 15 mars 2026 pour envoyer leur lettre d’intention.": (
        "letter_of_intent 2026-03-15 23:59"
    ),
    "Première vague : dossiers déposés avant le 2 mars 2026.": "round 2026-03-02 23:59",
    "Le dépôt des lettres d'intention est prévu au plus tard pour le 3 mars 2026 au soir.": (
        "letter_of_intent 2026-03-03 23:59"
    ),
}

EXTENSIONS = {
    "L’appel à projets est prolongé jusqu’au 30 avril 2026.": "extension 2026-04-30 23:59",
    "AAP Biodiversité : dépôt des dossiers prorogé au 30 avril 2026 à 17 h": (
        "extension 2026-04-30 17:00"
    ),
    "La date limite de dépôt, initialement fixée au 15 mars 2026, est reportée au 30 avril 2026.": (
        "closing 2026-03-15 23:59, extension 2026-04-30 23:59"
    ),
    "Report de la date limite au 30 avril 2026.": "extension 2026-04-30 23:59",
    "Nouvelle date limite : 30 avril 2026 (au lieu du 15 mars).": (
        "extension 2026-04-30 23:59, closing 2026-03-15 23:59"
    ),
    "Clôture des candidatures repoussée du 15 mars au 30 avril 2026.": (
        "closing 2026-03-15 23:59, extension 2026-04-30 23:59"
    ),
    "Prolongation de l’appel à manifestation d’intérêt : candidatures jusqu’au 30 avril 2026": (
        "extension 2026-04-30 23:59"
    ),
    "La Région prolonge jusqu’au 30 avril 2026 son appel à projets.": "extension 2026-04-30 23:59",
}

TRAININGS = {
    "Inscriptions jusqu’au 10 janvier 2027 – Formation du 3 au 5 février 2027 à Clermont.": (
        "registration 2027-01-10 23:59, training 2027-02-03 00:00"
    ),
    "Formation des élus le 12 mars, inscription avant le 1er mars.": (
        "training 2026-03-12 00:00, registration 2026-03-01 23:59"
    ),
    "Début de la formation : 12 mars 2026 à 9h30": "training 2026-03-12 09:30",
    "Formation « Répondre à un appel à projets » du 3 au 5 février 2027.": (
        "training 2027-02-03 00:00"
    ),
    "Formation : monter un dossier LEADER\nDu 3 au 5 février 2027 à Brioude. Inscription avant le"
    " 10 janvier 2027.": "training 2027-02-03 00:00, registration 2027-01-10 23:59",
    "La formation aura lieu les 15 et 16 avril 2026 en visioconférence.": (
        "training 2026-04-15 00:00"
    ),
    "Stages du CNFPT : les formations débutent les 12 mars et 11 juin 2026.": (
        "training 2026-03-12 00:00, training 2026-06-11 00:00"
    ),
    "Le MOOC démarre le 2 mars 2026. Inscrivez-vous avant le 23 février.": (
        "training 2026-03-02 00:00, registration 2026-02-23 23:59"
    ),
    "Stage d’initiation, 12 mars 2026, 9 h – 17 h, Le Puy": "training 2026-03-12 09:00",
    "Date limite d’inscription : 15 mars 2026": "registration 2026-03-15 23:59",
    "Clôture des inscriptions le vendredi 13 mars à midi": "registration 2026-03-13 12:00",
    "Inscription au webinaire avant le 10 mars.": "registration 2026-03-10 23:59",
    "Les inscriptions sont ouvertes du 2 au 20 février 2026.": (
        "opening 2026-02-02 00:00, registration 2026-02-20 23:59"
    ),
    "La formation prévue le 12 mars est reportée au 20 mars 2026.": (
        "training 2026-03-12 00:00, training 2026-03-20 00:00"
    ),
    "Calendrier : 3 février 2027 : formation à Brioude": "training 2027-02-03 00:00",
    "Du 3 au 5 février 2027 : formation à Brioude": "training 2027-02-03 00:00",
    "La formation du 12 mars 2026 est complète.": "training 2026-03-12 00:00",
    "Formation Leader\nElle débute le 12 mars 2026 à 14 h.": "training 2026-03-12 14:00",
    "Formation Leader\nLe 12 mars 2026 à Brioude": "training 2026-03-12 00:00",
    "Formation Leader\nDeux sessions : 12 mars 2026 et 4 juin 2026": (
        "training 2026-03-12 00:00, training 2026-06-04 00:00"
    ),
    "Formation Leader en deux jours. Elle débute le 12 mars 2026.": "training 2026-03-12 00:00",
    "Formation Leader en deux jours. Le 12 mars 2026 à Brioude.": "training 2026-03-12 00:00",
    "Formation-action : 4 journées (12 mars, 2 avril et 7 mai 2026). Inscription : 1er mars.": (
        "training 2026-03-12 00:00, training 2026-04-02 00:00, training 2026-05-07 00:00,"
        " registration 2026-03-01 23:59"
    ),
    "Session 2 : 12-13 mars 2026 – formation « Accueillir », Aurillac": "training 2026-03-12 00:00",
    "Formation possible à partir du 12 mars 2026": "training 2026-03-12 00:00",
    "Formation Leader, jusqu’au 15 mars 2026 pour vous inscrire": "registration 2026-03-15 23:59",
    "Formation Leader jusqu’au 15 mars 2026, inscrivez-vous !": "registration 2026-03-15 23:59",
    "La clôture des inscriptions est prévue le 15 mars 2026.": "registration 2026-03-15 23:59",
    "La date limite d’inscription du 15 mars 2026 est ferme.": "registration 2026-03-15 23:59",
    "Parcours de formation ouvert du 3 au 30 mars 2026": "training 2026-03-03 00:00",
    "Rendez-vous le 12 mars 2026 pour une journée de formation.": "training 2026-03-12 00:00",
    "Journée de formation (12 mars 2026, 7 h)": "training 2026-03-12 00:00",
}

OPENINGS = {
    "Le guichet est ouvert du 1er mars au 30 avril 2026 pour les communes.": (
        "opening 2026-03-01 00:00, closing 2026-04-30 23:59"
    ),
    "Appel à projets « Tiers-lieux » ouvert à partir du 2 février 2026.": (
        "opening 2026-02-02 00:00"
    ),
    "Appel à projets Recyclage foncier - 3e édition Date de lancement : 17 février 2026 Date de"
    " clôture : 15 avril 2026": "opening 2026-02-17 00:00, closing 2026-04-15 23:59",
    "Calendrier : 1er mars 2026 : ouverture des candidatures ; 15 avril 2026 : clôture ; 12 mai"
    " 2026 : jury": "opening 2026-03-01 00:00, closing 2026-04-15 23:59",
    "Appel à projets formation professionnelle : du 1er mars au 30 avril 2026.": (
        "opening 2026-03-01 00:00, closing 2026-04-30 23:59"
    ),
    "Le dépôt s’effectue en ligne du 20 novembre au 31 janvier 2027 à 23h59.": (
        "opening 2026-11-20 00:00, closing 2027-01-31 23:59"
    ),
    "Ouverture de l’appel : jeudi 5 novembre 2026. Clôture : lundi 7 décembre 2026": (
        "opening 2026-11-05 00:00, closing 2026-12-07 23:59"
    ),
    "Dépôt des dossiers entre le 1er et le 31 mars 2026": (
        "opening 2026-03-01 00:00, closing 2026-03-31 23:59"
    ),
    "Du 1er mars au 30 avril 2026, déposez votre dossier en mairie.": (
        "opening 2026-03-01 00:00, closing 2026-04-30 23:59"
    ),
    "Dès le 2 février, candidatez en ligne.": "opening 2026-02-02 00:00",
    "Budget participatif : déposez vos idées du 1er au 31 mars 2026, votez du 1er au 30 juin.": (
        "opening 2026-03-01 00:00, closing 2026-03-31 23:59"
    ),
    "Relève 1 : du 1er janvier au 15 mars 2026 ; relève 2 : du 16 mars au 30 juin 2026.": (
        "opening 2026-01-01 00:00, round 2026-03-15 23:59,"
        " opening 2026-03-16 00:00, round 2026-06-30 23:59"
    ),
}

NOTHING = (
    "Les communes conservent le bénéfice du régime jusqu’au 31 décembre 2027.",
    "Décret n° 2019-200 du 12 mars 2019 relatif aux concours de la fonction publique",
    "Loi n° 2020-1577 du 14 décembre 2020 ; en vigueur à compter du 1er janvier 2027.",
    "Arrêté du 3 juin 2025 fixant la composition du dossier de candidature",
    "Le conseil s’est réuni le 12 mars 2026.",
    "Appel à projets publié le 3 mars 2026.",
    "Née le 12 mars 1970, elle préside l’appel à projets.",
    "Les inscriptions sont closes depuis le 12 mars 2026.",
    "Une balade au fil de l’eau le 12 mars.",
    "Les projets doivent être achevés avant le 31 décembre 2027.",
    "Les dépenses sont éligibles jusqu’au 31 décembre 2027.",
    "Les candidats retenus seront accompagnés jusqu’au 31 décembre 2027.",
    "Les lauréats de l’appel à projets seront annoncés le 12 juin 2026.",
    "Le Gouvernement remet au Parlement, avant le 31 décembre 2027, un rapport.",
    "L’état d’urgence sanitaire est prorogé jusqu’au 16 février 2021.",
    "Le régime d’exonération des ZRR est prolongé jusqu’au 31 décembre 2027.",
    "Date limite de consommation : 15 mars 2026.",
    "Clôture du colloque le 15 mars 2026.",
    "Projets réalisés du 1er janvier 2026 au 31 décembre 2027.",
    "Les candidatures aux élections municipales doivent être déposées avant le 26 février 2026.",
    "Exposition ouverte du 1er au 30 mars 2026 à la médiathèque, jusqu’au 30 avril à l’annexe.",
    "La déclaration d’impôt est à déposer avant le 5 juin 2026.",
    "Clôture : 31 février 2026",
    "Date limite de dépôt : 45/13/2026",
    "La formation restreinte de la commission s’est prononcée le 12 mars 2026.",
    "Réunion d’information sur l’appel à projets le 12 mars 2026 à 14 h.",
    "Projet de loi examiné jusqu’au 15 mars 2026 en séance.",
    "Candidatures : contactez le 04 71 12 03 26 ou le 02.32.90.20.62",
    "L’appel à projets s’est clos le 12 mars 2025.",
    "Le mandat des membres du comité court jusqu’au 31 décembre 2027.",
    "12 mars 2026 - Appel à projets mobilité : les lauréats",
    "L’autorité de gestion propose de prolonger les projets concernés jusqu’au 31 décembre 2026.",
    "Le préfet a prolongé jusqu’au 15 mars 2026 l’arrêté de restriction d’eau.",
    "Les conseillers numériques sont financés jusqu’au 31 décembre 2026.",
    "Les subventions seront versées avant le 31 décembre 2026 aux associations.",
    "Question écrite publiée le 21/11/2024 : réponse du ministère publiée le 27/02/2025",
    "Le marché de Noël est ouvert du 1er au 24 décembre 2026.",
    "La saison se termine le 15 mars 2026.",
    "Le chantier se déroule du 3 au 5 mars 2026.",
    "Salon organisé le 12 mars 2026 à Lyon.",
    "Appel à projets formation, 12 mars 2026",
    "Le site est accessible à partir du 12 mars 2026.",
    "Formation Leader jusqu’au 15 mars 2026.",
    "Dossier : la fréquentation des piscines. Jusqu’au 15 mars 2026, le bassin est fermé.",
    "Déposez avant la version 1.2.3 ou 15-03-26",
    "Candidatures : jusqu’au 123/12/2026, n° 45-12-12 puis les 20 et 15 mars 2026",
    "Le Fonds vert est reconduit jusqu’au 31 décembre 2027.",
    "L'inscription sur les listes électorales est possible jusqu'au 6 février 2026.",
    "La convention est prolongée jusqu’au 31 décembre 2027 et les dossiers seront instruits.",
    "Du 3 au 5 mars 2026, publication des résultats.",
    "Le relevé de décisions du 12 mars 2026 est en ligne.",
)


def told(text: str) -> str:
    """Return the dates found as one line, instants as they are written in Paris."""
    return ", ".join(
        f"{date.kind} {date.at:%Y-%m-%d %H:%M}" if date.at else date.kind
        for date in find_dates(text, SEEN)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    (CLOSINGS | SEVERAL_STEPS | EXTENSIONS | TRAININGS | OPENINGS).items(),
)
def test_a_phrase_says_what_it_says(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_a_date_that_is_no_deadline_is_not_called_one(text: str) -> None:
    assert told(text) == ""
