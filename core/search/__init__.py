"""The search of validated answers: disposable, in memory, the same whichever the database."""

from core.search.index import SUGGESTION_THRESHOLD, Document, Hit, SearchIndex

__all__ = ["SUGGESTION_THRESHOLD", "Document", "Hit", "SearchIndex"]
