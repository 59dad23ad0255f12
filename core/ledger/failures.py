"""What the log may know of an unexpected error: its kind and place, never its values."""

from traceback import extract_tb


def described(error: BaseException) -> dict[str, str]:
    """Return the type of an error and the line that raised it.

    Messages and tracebacks are left out: a database's quotes the row, a mail server's the address.
    """
    frames = extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return {"error": type(error).__name__, "where": where}
