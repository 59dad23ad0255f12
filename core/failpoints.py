"""Named places where a test may kill the process, as a power cut would.

`RELAIS_FAILPOINT=ledger.before_send:3` kills with SIGKILL the third time the place is reached.
Without that variable, reaching one costs a comparison.
"""

import os
import signal

_name, _, _times = os.environ.get("RELAIS_FAILPOINT", "").partition(":")
_left = int(_times or 1)


def reach(name: str) -> None:
    """Die here if the environment asked for it."""
    global _left  # noqa: PLW0603
    if _name != name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
