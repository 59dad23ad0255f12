"""What tests look at in files."""

from pathlib import Path


def rights_in(folder: Path) -> dict[str, int]:
    """Return the rights of each file of a folder, such as 0o600."""
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
