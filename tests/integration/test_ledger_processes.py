"""Whether a neighbour's process still exists, with real processes."""

import os
import subprocess
import sys
from dataclasses import replace

from core.ledger.processes import Process, is_gone, this_process

HERE = this_process()


def test_this_process_is_not_gone() -> None:
    assert HERE.pid == os.getpid()
    assert not is_gone(HERE, HERE)


def test_a_process_that_was_killed_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        stranger = Process(HERE.place, child.pid, None)
        assert not is_gone(stranger, HERE)
        child.kill()
    assert is_gone(stranger, HERE)


def test_a_later_process_of_the_same_number_is_not_taken_for_it() -> None:
    assert is_gone(replace(HERE, started="1"), HERE)


def test_a_process_that_belongs_to_somebody_else_exists() -> None:
    assert not is_gone(Process(HERE.place, 1, None), HERE)


def test_nothing_is_known_of_another_machine_or_container() -> None:
    assert not is_gone(replace(HERE, place="elsewhere", started="1"), HERE)


def test_nothing_is_known_where_the_system_does_not_say() -> None:
    nobody = Process(None, None, None)
    assert not is_gone(nobody, nobody)
    assert not is_gone(HERE, nobody)
    assert not is_gone(replace(HERE, started=None), HERE)
