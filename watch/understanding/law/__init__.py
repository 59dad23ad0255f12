"""Legal references by family: French acts, articles of codes, European texts, identifiers."""
