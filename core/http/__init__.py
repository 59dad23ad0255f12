"""Fetching from the web as a good and careful guest."""

from core.http.fetcher import Fetched, Fetcher
from core.http.guard import Resolver

__all__ = ["Fetched", "Fetcher", "Resolver"]
