"""The search of validated answers, on a base as small as a network's first one."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.search import SUGGESTION_THRESHOLD, Document, SearchIndex

ACRONYMS = {
    "FEDER": "Fonds européen de développement régional",
    "IAE": "insertion par l'activité économique",
    "ZRR": "zone de revitalisation rurale",
}
ZRR, MEDECIN, LOCAL, CRECHE, VACANT, ETUDE, AFFICHE, INSERTION, TIERS_LIEU, MAISON = range(1, 11)
BASE = (
    Document(
        ZRR,
        "Notre commune était en ZRR. Les exonérations existent-elles encore ?",
        "Ce zonage a pris fin le 30 juin 2024 ; France ruralités revitalisation le remplace.",
        theme="Activités, reprise et transmission",
    ),
    Document(
        MEDECIN,
        "Pouvons-nous verser une prime à une médecin qui s’installe chez nous ?",
        "Oui, si l’agence régionale de santé (ARS) constate une offre de soins insuffisante.",
        theme="Santé et services au public",
    ),
    Document(
        LOCAL,
        "La communauté de communes peut-elle aider un artisan à acheter son local ?",
        "Oui. L’immobilier d’entreprise relève des communes et des intercommunalités.",
        theme="Activités, reprise et transmission",
    ),
    Document(
        CRECHE,
        "Sommes-nous obligés de créer un relais petite enfance ?",
        "L’obligation vise les communes de plus de 10 000 habitants.",
        theme="Petite enfance, école",
    ),
    Document(
        VACANT,
        "Peut-on taxer les logements vacants quand on n’est pas en zone tendue ?",
        "Hors zone tendue, la taxe est facultative : il faut une délibération.",
        theme="Habitat et centres-bourgs",
    ),
    Document(
        ETUDE,
        "Notre étude coûte 45 000 € HT : devons-nous publier un avis ?",
        "Non. Les marchés de services de moins de 60 000 € sont dispensés de publicité.",
        theme="Financements, marchés et gouvernance",
    ),
    Document(
        AFFICHE,
        "Quelle mention européenne mettre sur notre affiche ?",
        "L’emblème de l’Union et « Cofinancé par l’Union européenne ». Pour le FEDER, voyez "
        "votre convention.",
        theme="Financements, marchés et gouvernance",
    ),
    Document(
        INSERTION,
        "À qui présenter notre projet de chantier d’insertion ?",
        "À la commission de l’inclusion et de l’insertion par l’activité économique.",
        theme="Emploi et insertion",
    ),
    Document(
        TIERS_LIEU,
        "Un agent de la collectivité peut-il télétravailler dans notre tiers-lieu ?",
        "Oui, si son employeur l’autorise, trois jours par semaine au plus.",
        theme="Télétravail, tiers-lieux, numérique",
    ),
    Document(
        MAISON,
        "Comment ouvrir une maison de santé ?",
        "Réunissez d’abord des professionnels, puis écrivez un projet de santé.",
        variants=("Par où commencer pour regrouper des généralistes et des infirmières ?",),
        theme="Santé et services au public",
    ),
)
INDEX = SearchIndex(BASE, ACRONYMS)


def found(query: str, index: SearchIndex = INDEX) -> list[int]:
    return [hit.id for hit in index.search(query)]


def suggested(query: str, index: SearchIndex = INDEX) -> list[int]:
    return [hit.id for hit in index.suggest(query)]


@pytest.mark.parametrize(
    ("quality", "query", "expected"),
    [
        ("accents", "les exonerations ZRR existent elles encore", ZRR),
        ("capitals", "QUELLE MENTION EUROPÉENNE SUR L'AFFICHE", AFFICHE),
        ("elision", "l’exonération d’une commune", ZRR),
        ("plain apostrophe", "l'achat d'un local par l'artisan", LOCAL),
        ("plural", "des relais petites enfances", CRECHE),
        ("singular", "un logement vacant", VACANT),
        ("feminine", "un médecin installé", MEDECIN),
        ("letter missing", "taxe sur les logments vaccants", VACANT),
        ("letters swapped", "comment aider un atrisan", LOCAL),
        ("two errors", "exonerations zones de revitalisaton ruralle", ZRR),
        ("acronym alone", "zrr", ZRR),
        ("acronym with dots", "et la Z.R.R. ?", ZRR),
        ("expansion for the acronym", "les zones de revitalisation rurale", ZRR),
        ("acronym for the expansion", "quel interlocuteur pour l’IAE ?", INSERTION),
        ("expansion, other case", "affiche et Fonds Européen de Développement Régional", AFFICHE),
        ("learned acronym", "ars", MEDECIN),
        ("synonym", "subvention pour un docteur", MEDECIN),
        ("same family", "l’installation des médecins", MEDECIN),
        ("word cut in two", "télé travailler", TIERS_LIEU),
        ("words run together", "logementsvacants", VACANT),
        ("other formulation", "regrouper des infirmières", MAISON),
        ("theme", "habitat", VACANT),
        ("words of the answer", "soins insuffisants", MEDECIN),
        (
            "courtesy",
            "Bonjour, pourriez-vous me dire si l’étude doit être publiée ? Merci !",
            ETUDE,
        ),
    ],
)
def test_a_question_finds_its_answer_however_it_is_written(
    quality: str, query: str, expected: int
) -> None:
    assert found(query)[:1] == [expected], quality


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("les exonérations ZRR existent-elles encore ?", ZRR),
        ("zrr", ZRR),
        ("exonerations zones de revitalisaton rurale", ZRR),
        ("une prime pour un médecin qui s’installe", MEDECIN),
        ("faut-il publier un avis pour une étude à 40 000 euros ?", ETUDE),
        ("taxe sur les logements vacants", VACANT),
    ],
)
def test_what_resembles_an_answer_is_suggested(query: str, expected: int) -> None:
    assert suggested(query)[:1] == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " \n\t",
        "…",
        "👍",
        "Bonjour !",
        "Merci beaucoup, bonne journée",
        "c’est quoi ?",
        "et comment faire pour ça ?",
        "qui connaît un bon restaurant ?",
        "quel temps fera-t-il demain à Paris ?",
        "la recette de la tarte aux pommes",
        "l’imprimante ne marche plus",
        "azerty qsdfgh wxcvbn",
        "qui vient au pot de départ de Sophie ?",
        "à quelle heure part le train ?",
    ],
)
def test_noise_gets_no_suggestion(query: str) -> None:
    assert suggested(query) == []


@pytest.mark.parametrize("query", ["", "!?", "👍", "de la et pour", "bonjour", "svp", "zzzzzz"])
def test_what_names_nothing_finds_nothing(query: str) -> None:
    assert found(query) == []


def test_another_formulation_improves_the_rank() -> None:
    query = "qui appeler pour déneiger la cour de l’école ?"
    without = SearchIndex(BASE)
    first = BASE[LOCAL - 1]
    told = Document(
        first.id, first.question, first.answer, ("À qui demander de déneiger la cour ?",)
    )
    assert suggested(query, without) == []
    assert suggested(query, SearchIndex([*BASE[:2], told, *BASE[3:]])) == [LOCAL]


def test_an_answer_with_many_formulations_is_found_once_and_hides_no_other() -> None:
    variants = tuple(f"Peut-on taxer le logement vacant numéro {number} ?" for number in range(200))
    many = Document(99, "Peut-on taxer un logement vacant ?", "Oui.", variants)
    hits = found("taxer un logement vacant", SearchIndex([*BASE, many]))
    assert hits[:2] == [99, VACANT]
    assert len(hits) == len(set(hits))


def test_acronyms_are_learned_from_the_answers_that_explain_them() -> None:
    explained = Document(50, "Qui décide ?", "Le comité de pilotage territorial (CPT) décide.")
    other = Document(51, "Quand se réunit le comité de pilotage territorial ?", "En mars.")
    assert set(found("cpt", SearchIndex([*BASE, explained, other]))) == {50, 51}


def test_an_acronym_that_is_not_known_is_searched_as_a_word() -> None:
    assert found("zrr", SearchIndex(BASE)) == [ZRR]
    assert INSERTION not in found("iae", SearchIndex(BASE))


def test_the_order_of_the_documents_changes_nothing() -> None:
    shuffled = list(BASE)
    random.Random(3).shuffle(shuffled)  # noqa: S311  # an order like another
    other = SearchIndex(shuffled, ACRONYMS)
    for query in ("commune", "zone", "projet de santé", "aide européenne", "logement"):
        assert other.search(query) == INDEX.search(query)


def test_equal_scores_are_in_the_order_of_ids() -> None:
    same = [Document(number, "Une question ?", "Une réponse.") for number in (3, 1, 2)]
    assert found("question", SearchIndex(same)) == [1, 2, 3]


def test_a_base_without_answers_finds_nothing() -> None:
    empty = SearchIndex([])
    assert empty.search("zrr") == ()
    assert empty.suggest("zrr") == ()


@pytest.mark.parametrize("document", [Document(1, "", ""), Document(1, "de la ?", "et le", ("",))])
def test_a_document_that_says_nothing_is_no_error(document: Document) -> None:
    assert SearchIndex([document]).search("logement") == ()


def test_one_answer_alone_is_suggested_for_its_own_question() -> None:
    alone = SearchIndex([BASE[0]])
    assert suggested(BASE[0].question, alone) == [ZRR]
    assert suggested("qui connaît un bon restaurant ?", alone) == []


def test_a_very_long_question_is_read_at_its_beginning() -> None:
    assert found("taxe sur les logements vacants " + "lorem ipsum dolor " * 5_000)[0] == VACANT
    assert len(INDEX.search("logement " * 10_000)) >= 1


def test_a_word_of_ten_thousand_letters_is_no_error() -> None:
    assert found("x" * 10_000) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_no_place_no_hit(limit: int) -> None:
    assert INDEX.search("logement", limit) == ()


def test_three_answers_at_most_are_suggested() -> None:
    assert len(INDEX.suggest("commune", least=0)) == 3
    assert len(INDEX.suggest("commune", limit=2, least=0)) == 2


def test_an_answer_is_suggested_on_its_own_evidence_only() -> None:
    hits = INDEX.search("les exonérations ZRR existent-elles encore dans notre commune ?")
    assert hits[0].confidence > SUGGESTION_THRESHOLD > hits[1].confidence
    assert suggested("les exonérations ZRR existent-elles encore dans notre commune ?") == [ZRR]


WORDS = " ".join(f"{one.question} {one.answer} {one.theme}" for one in BASE).split()
QUERIES = st.text() | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@given(QUERIES, st.integers(-1, 12))
@example("\ud800\x00", 3)
@example('") OR question:* AND (', 3)
@example("İSTANBUL ŉ ß ½ ﬁ", 3)
def test_any_text_is_answered_in_order_without_repetition(query: str, limit: int) -> None:
    hits = INDEX.search(query, limit)
    assert len(hits) <= max(0, limit)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.id for hit in hits}) == len(hits)
    assert all(hit.score > 0 and 0 < hit.confidence < 1 for hit in hits)
    assert INDEX.search(query, limit) == hits


@given(QUERIES, st.floats(0, 1))
def test_suggestions_are_the_hits_that_are_sure_enough(query: str, least: float) -> None:
    hits = INDEX.search(query, 3)
    assert INDEX.suggest(query, 3, least) == tuple(h for h in hits if h.confidence >= least)


@given(QUERIES)
def test_a_shorter_list_is_the_beginning_of_a_longer_one(query: str) -> None:
    short, long = INDEX.search(query, 3), INDEX.search(query, 10)
    assert [hit.score for hit in short] == [hit.score for hit in long[:3]]
