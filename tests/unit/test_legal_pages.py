"""The legal pages: complete or not, as `relais check` says."""

from core.settings import OperatorSettings
from web.legal import findings


def test_what_the_law_asks_for_and_is_not_filled_in_is_named() -> None:
    (finding,) = findings(OperatorSettings(name="Réseau", address="Ambert", host_name="Hôte"))
    assert not finding.ok
    assert finding.what.endswith("operator.publication_director, operator.host_address")


def test_nothing_is_asked_for_once_all_is_there() -> None:
    operator = OperatorSettings(
        name="Réseau",
        address="1 place de l’Église, 63600 Ambert",
        publication_director="Odile Vernhet",
        host_name="Hôte",
        host_address="2 rue du Port, 59000 Lille",
    )
    (finding,) = findings(operator)
    assert finding.ok
