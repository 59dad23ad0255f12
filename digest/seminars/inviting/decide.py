"""Who is invited to a meeting, how each is reached, when invitations leave. Decisions only."""

import enum
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.text import normalise
from digest.seminars.decide import State, is_committee
from digest.seminars.rules import RegistrationState


class GroupKind(enum.StrEnum):
    """How the people of a group are found."""

    ROLE = "role"
    TERRITORY = "territory"
    STRUCTURE = "structure"
    THEME = "theme"
    AGENDA = "agenda"
    EVERYBODY = "everybody"
    PERSON = "person"
    GUEST = "guest"


class Audience(enum.StrEnum):
    """Which people of a committee are invited: some, or those and others."""

    RESTRICTED = "restricted"
    EXTENDED = "extended"


class Way(enum.StrEnum):
    """How somebody is reached; the last two are reasons why they are not."""

    MAIL = "mail"
    CHAT = "chat"
    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"


REACHED = (Way.MAIL, Way.CHAT)


class RoundState(enum.StrEnum):
    """Where a round of invitations stands."""

    PLANNED = "planned"
    LEFT = "left"
    HELD = "held"


class Refusal(enum.StrEnum):
    """Why invitations cannot be planned."""

    CANCELLED = "cancelled"
    BEGUN = "begun"
    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    NOBODY = "nobody"
    CHANGED = "changed"


@dataclass(frozen=True)
class Group:
    """Some people: `value` is a role, a row's number, a theme's code, a party, or nothing."""

    kind: GroupKind
    value: str = ""
    extended: bool = False


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be invited. `party` is `person:5` or `guest:3`; `email` in lower case.

    `present` says that they hold a role and are not blocked, or are a guest who was not erased.
    `suppressed` says that their address must not be written to. `places` are what they belong to,
    `function` what they do, in words.
    """

    party: str
    name: str
    email: str = ""
    chat: bool = False
    prefers_chat: bool = False
    suppressed: bool = False
    present: bool = True
    roles: frozenset[str] = frozenset()
    territories: frozenset[int] = frozenset()
    structures: frozenset[int] = frozenset()
    places: tuple[str, ...] = ()
    function: str = ""

    @property
    def is_person(self) -> bool:
        """Whether they are of the directory."""
        return self.party.startswith("person:")


@dataclass(frozen=True)
class Directory:
    """Everybody who may be invited, by party; who follows each theme; who was at each meeting."""

    people: Mapping[str, Candidate]
    themes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    earlier: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolved:
    """Whom groups invite, by name, each once; who is left out because they left or are blocked.

    `of` says which parties each group brings, before anything is taken for a double.
    """

    invited: tuple[Candidate, ...]
    gone: tuple[Candidate, ...]
    of: Mapping[Group, frozenset[str]]


def audience_of(kind: str, audience: str) -> Audience:
    """Return who a meeting is for: a committee's is restricted until it is said to be extended."""
    if is_committee(kind) and audience != Audience.EXTENDED:
        return Audience.RESTRICTED
    return Audience.EXTENDED


def counted(groups: Iterable[Group], audience: Audience) -> tuple[Group, ...]:
    """Return the groups that an audience is made of: the extended one has all of them."""
    return tuple(one for one in groups if audience is Audience.EXTENDED or not one.extended)


def resolve(groups: Iterable[Group], directory: Directory, audience: Audience) -> Resolved:
    """Return whom groups invite: everybody once, without who has left or is blocked.

    A guest whose address is that of a person of the directory is that person.
    """
    owners = {
        one.email: one.party for one in directory.people.values() if one.is_person and one.email
    }
    of = {
        group: frozenset(_owner(party, directory, owners) for party in _members(group, directory))
        for group in counted(groups, audience)
    }
    found = [directory.people[party] for party in frozenset().union(*of.values())]
    found.sort(key=by_name)
    return Resolved(
        tuple(one for one in found if one.present),
        tuple(one for one in found if not one.present),
        of,
    )


def by_name(one: Candidate) -> tuple[str, str]:
    """Return what sorts people by name, whatever the case and the accents."""
    return normalise(one.name), one.party


def way(one: Candidate) -> Way:
    """Return how somebody is reached: by mail, or in chat who prefers it or has no good mailbox."""
    if one.chat and (one.prefers_chat or one.suppressed or not one.email):
        return Way.CHAT
    if not one.email:
        return Way.NO_ADDRESS
    return Way.SUPPRESSED if one.suppressed else Way.MAIL


def by_way(people: Iterable[Candidate]) -> Mapping[Way, Sequence[Candidate]]:
    """Return people by how they are reached; every way is there."""
    found: dict[Way, list[Candidate]] = {each: [] for each in Way}
    for one in people:
        found[way(one)].append(one)
    return found


def to_invite(
    people: Iterable[Candidate], known: Mapping[str, RegistrationState]
) -> tuple[Candidate, ...]:
    """Return those who are not invited yet, nor answered anything: nobody is invited twice.

    That somebody typed their address on a page is no answer of theirs.
    """
    unanswered = {None, RegistrationState.ASKED}
    return tuple(one for one in people if known.get(one.party) in unanswered)


def fingerprint(parties: Collection[str]) -> int:
    """Return a number that stands for some parties: a preview of others has another one."""
    return zlib.crc32("\n".join(sorted(parties)).encode()) % 999_999_998


def refusal(
    state: State,
    starts_at: datetime,
    now: datetime,
    *,
    unconfirmed: bool,
    waiting: bool,
    seen: int,
    people: int,
) -> Refusal | None:
    """Say why invitations cannot be planned; None when they can.

    `unconfirmed` says that the date of a draft was typed and waits for a yes, `waiting` that a
    round waits already. `seen` is the fingerprint that the pressed preview shows, `people` that
    of whom they would go to now: 0 for nobody.
    """
    if state is State.CANCELLED:
        return Refusal.CANCELLED
    if now >= starts_at:
        return Refusal.BEGUN
    if state is State.DRAFT and unconfirmed:
        return Refusal.UNCONFIRMED
    if waiting:
        return Refusal.WAITING
    if not people:
        return Refusal.NOBODY
    return Refusal.CHANGED if seen != people else None


def still_leaves(state: State, starts_at: datetime, now: datetime) -> bool:
    """Say whether a round that is due is still of use."""
    return state is State.PUBLISHED and now < starts_at


def may_hold_back(state: RoundState, due_at: datetime, now: datetime) -> bool:
    """Say whether a round can be held back: not once it was to leave, whatever runs late."""
    return state is RoundState.PLANNED and now < due_at


def _owner(party: str, directory: Directory, owners: Mapping[str, str]) -> str:
    one = directory.people[party]
    return party if one.is_person else owners.get(one.email, party)


def _members(group: Group, directory: Directory) -> frozenset[str]:
    """Return the parties of a group that the directory knows; of those who left, the named only."""
    match group.kind:
        case GroupKind.PERSON | GroupKind.GUEST:
            found = frozenset({group.value})
        case GroupKind.AGENDA:
            found = directory.earlier.get(group.value, frozenset())
        case GroupKind.THEME:
            found = directory.themes.get(group.value, frozenset())
        case _:
            found = frozenset(
                one.party
                for one in directory.people.values()
                if one.is_person and one.present and _belongs(one, group)
            )
    return found & directory.people.keys()


def _belongs(one: Candidate, group: Group) -> bool:
    match group.kind:
        case GroupKind.ROLE:
            return group.value in one.roles
        case GroupKind.TERRITORY:
            return group.value in map(str, one.territories)
        case GroupKind.STRUCTURE:
            return group.value in map(str, one.structures)
        case _:
            return True
