"""E-mail addresses as people type them, as they are stored, and as they may be shown."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from core.errors import InputError

MOST_CHARACTERS = 254
"""The longest address that a mail server takes (RFC 5321 §4.5.3.1.3, less the brackets)."""


def normalise(typed: str) -> str:
    """Return the address as it is stored: lower case, an accented domain in its ASCII form.

    Raises InputError whose `what` names the sentence that explains: `empty`, `several`
    (control characters, newlines among them) or `invalid`. Rules of RFC 5321 and 5322.
    """
    if any(unicodedata.category(character) == "Cc" for character in typed):
        raise InputError("several")
    stripped = typed.strip()
    if not stripped:
        raise InputError("empty")
    if len(stripped) > MOST_CHARACTERS:
        raise InputError("invalid")
    try:
        found = validate_email(stripped, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise InputError("invalid") from error
    return str(found.ascii_email).lower()


def masked(email: str) -> str:
    """Show whose address it is without giving it: `m•••@example.org`."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
