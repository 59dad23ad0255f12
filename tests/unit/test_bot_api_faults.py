"""Faults in order, limits over sliding windows, facts that a folder keeps."""

from pathlib import Path

import pytest

from relais.sandbox.bot_api.errors import ApiError
from relais.sandbox.bot_api.faults import (
    Faults,
    Limiter,
    RateLimit,
    broken,
    cut,
    refused,
    slow,
    too_many,
)
from relais.sandbox.bot_api.shelf import Shelf

GROUP, PERSON = -100, 7


def test_a_fault_happens_as_often_as_asked_and_no_more() -> None:
    faults = Faults()
    faults.add(broken(502), times=2)
    taken = [faults.take("sendMessage", PERSON) for _ in range(3)]
    assert [fault and fault.code for fault in taken] == [502, 502, None]


def test_a_fault_waits_for_its_method_and_its_chat() -> None:
    faults = Faults()
    faults.add(too_many(3, method="sendMessage", chat_id=GROUP))
    assert faults.take("sendPhoto", GROUP) is None
    assert faults.take("sendMessage", PERSON) is None
    fault = faults.take("sendmessage", GROUP)
    assert fault is not None
    assert fault.error().body() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }


def test_faults_happen_in_the_order_given_until_they_are_cleared() -> None:
    faults = Faults()
    faults.add(cut(done=False))
    faults.add(cut(done=True))
    faults.add(slow(1, done=True))
    assert [f and f.effect for f in (faults.take("getMe", None), faults.take("getMe", None))] == [
        "cut_before",
        "cut_after",
    ]
    faults.clear()
    assert faults.take("getMe", None) is None


def test_refusals_are_worded_as_telegram_words_them() -> None:
    assert refused("chat not found").description == "Bad Request: chat not found"
    blocked = refused("bot was blocked by the user", code=403)
    assert blocked.description == "Forbidden: bot was blocked by the user"


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def limited(limiter: Limiter, method: str, chat_id: int | None) -> int:
    """Return how long to wait, 0 when the call is let through."""
    try:
        limiter.check(method, chat_id)
    except ApiError as error:
        return int(error.parameters["retry_after"]) if error.code == 429 else -1
    return 0


def test_a_group_takes_so_many_messages_a_minute_edits_included() -> None:
    stopwatch = Stopwatch()
    limiter = Limiter(RateLimit(group_per_minute=3), stopwatch)
    calls = ["sendMessage", "editMessageText", "copyMessage"]
    assert [limited(limiter, method, GROUP) for method in calls] == [0, 0, 0]
    stopwatch.seconds = 20.5
    assert limited(limiter, "sendMessage", GROUP) == 40
    assert limited(limiter, "sendMessage", GROUP - 1) == 0
    assert limited(limiter, "sendMessage", PERSON) == 0
    stopwatch.seconds = 60.5
    assert limited(limiter, "sendMessage", GROUP) == 0


def test_a_private_chat_takes_so_many_messages_a_second() -> None:
    stopwatch = Stopwatch()
    limiter = Limiter(RateLimit(chat_per_second=1), stopwatch)
    assert limited(limiter, "sendMessage", PERSON) == 0
    assert limited(limiter, "sendMessage", PERSON) == 1
    assert limited(limiter, "sendMessage", GROUP) == 0


def test_all_chats_share_a_limit() -> None:
    limiter = Limiter(RateLimit(per_second=2), Stopwatch())
    assert [limited(limiter, "sendMessage", chat) for chat in (1, 2, 3)] == [0, 0, 1]


def test_only_what_puts_words_in_chats_is_limited() -> None:
    limiter = Limiter(RateLimit(per_second=1), Stopwatch())
    calls = ["getUpdates", "answerCallbackQuery", "pinChatMessage", "getMe"]
    assert [limited(limiter, method, PERSON) for method in calls * 2] == [0] * 8
    assert limited(limiter, "sendMessage", None) == 0


@pytest.mark.parametrize("on_disk", [True, False])
def test_a_shelf_gives_back_what_it_was_given(tmp_path: Path, on_disk: bool) -> None:
    shelf = Shelf(tmp_path if on_disk else None)
    shelf.put("people", 1, {"name": "Ana"})
    shelf.put_content("file", b"\x00bytes")
    shelf.remove("people", "nobody")
    assert shelf.get("people", "1") == {"name": "Ana"}
    assert shelf.all("people") == [{"name": "Ana"}]
    assert shelf.items("people") == [("1", {"name": "Ana"})]
    assert shelf.content("file") == b"\x00bytes"
    assert shelf.content("other") is None
    assert [shelf.next("counter", 5), shelf.next("counter", 5)] == [5, 6]
    shelf.close()


def test_a_folder_keeps_what_was_committed_and_only_that(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "new" / "folder")
    shelf.put("people", 1, {"name": "Ana"})
    shelf.put("people", 2, {"name": "Zoé"})
    shelf.next("counter")
    shelf.commit()
    shelf.remove("people", 2)
    shelf.commit()
    shelf.put("people", 3, {"name": "never committed"})
    again = Shelf(tmp_path / "new" / "folder")
    assert again.all("people") == [{"name": "Ana"}]
    assert again.next("counter") == 2
    again.close()
    shelf.close()
