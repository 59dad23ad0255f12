"""The health of sources: what fails, what is mended, what has gone quiet."""
