"""The legal pages: complete or not, as `relais check` says."""

from core.settings import OperatorSettings
from web.legal import findings


def test_what_the_law_asks_for_and_is_not_filled_in_is_named() -> None:
    given = OperatorSettings(name="Réseau", address="Ambert", phone="04 00", host_name="Hôte")
    (finding,) = findings(given)
    assert not finding.ok
    missing = "operator.publication_director, operator.host_address, operator.host_phone"
    assert finding.what.endswith(missing)


def test_nothing_is_asked_for_once_all_is_there() -> None:
    operator = OperatorSettings(
        name="Réseau",
        address="1 place de l’Église, 63600 Ambert",
        publication_director="Odile Vernhet",
        phone="04 73 00 00 00",
        host_name="Hôte",
        host_phone="03 20 00 00 00",
        host_address="2 rue du Port, 59000 Lille",
    )
    (finding,) = findings(operator)
    assert finding.ok
