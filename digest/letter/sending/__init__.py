"""From an approved edition to rows in the ledger, and to the report once all are settled."""

from digest.letter.sending.counting import tally
from digest.letter.sending.course import next_due, send
from digest.letter.sending.rules import Tally

__all__ = ["Tally", "next_due", "send", "tally"]
