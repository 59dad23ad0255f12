"""The roles of the network's people."""

import enum


class Role(enum.StrEnum):
    """What somebody is in the network; one person may hold several roles."""

    AGENT = "agent"
    ANIMATOR = "animator"
    HEAD = "head"
    ELECTED = "elected"
    FUNDER = "funder"
    RESOURCE = "resource"
    OPERATOR = "operator"
    SUPPORT = "support"
    RESEARCHER = "researcher"
