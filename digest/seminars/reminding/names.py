"""How announcements are named in the ledger."""

from digest.seminars import names
from digest.seminars.reminding.decide import What

KINDS = {
    What.INVITATION: names.INVITATION,
    What.CHASE: names.CHASE,
    What.REMINDER: names.REMINDER,
    What.UPDATE: names.UPDATE,
    What.CANCELLATION: names.CANCELLATION,
    What.THANKS: names.THANKS,
}
"""The kind of delivery of each announcement."""
