"""The feeds that the watch is measured on."""

import io

import feedparser

from bench.common.feed_server import ENTRIES, HEADERS, feed


def test_a_feed_is_the_same_each_time_and_well_formed() -> None:
    assert feed(3) == feed(3)
    parsed = feedparser.parse(io.BytesIO(feed(3)), response_headers=HEADERS)
    assert not parsed.bozo
    assert len(parsed.entries) == ENTRIES


def test_two_feeds_share_no_item() -> None:
    first, second = (
        {entry.link for entry in feedparser.parse(io.BytesIO(feed(number))).entries}
        for number in (0, 1)
    )
    assert len(first) == len(second) == ENTRIES
    assert first.isdisjoint(second)
