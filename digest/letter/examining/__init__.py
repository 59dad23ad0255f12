"""The examination of an edition: what must be mended before an approval, what is worth knowing."""

from digest.letter.examining.results import Examination, Problem, read_examination

__all__ = ["Examination", "Problem", "read_examination"]
