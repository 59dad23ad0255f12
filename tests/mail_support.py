"""Which mail clients show what the letter's mails ask for, after caniemail.com (facts only).

Clients: Gmail (web, Android, iOS), classic Outlook on Windows, the new one (which draws as
outlook.com does), Apple Mail, Orange (web, Android, iOS), Thunderbird. What is not in these tables
may not be used in a mail before somebody has looked it up.
"""

EVERYWHERE = {
    "html-a", "html-div", "html-h1", "html-h2", "html-h3", "html-img", "html-meta", "html-p",
    "html-strong", "html-table",
    "attr-align", "attr-alt", "attr-bgcolor", "attr-border", "attr-cellpadding",
    "attr-cellspacing", "attr-dir", "attr-height", "attr-role", "attr-target", "attr-valign",
    "attr-width",
    "css-background-color", "css-border", "css-border-collapse", "css-border-color",
    "css-border-left", "css-border-top", "css-color", "css-direction", "css-display-block",
    "css-font-family", "css-font-size", "css-font-weight", "css-height", "css-line-height",
    "css-selector-class", "css-selector-descendant", "css-selector-grouping", "css-selector-id",
    "css-selector-type", "css-text-align", "css-text-decoration", "css-unit-percent",
    "css-unit-px", "css-vertical-align", "css-width", "html-conditional-comments",
}  # fmt: skip

ORNAMENT = {
    "attr-aria-roledescription", "attr-vertical-align", "css-background", "css-border-spacing",
    "css-cursor", "css-outline", "css-text-transform", "css-word-spacing",
}  # fmt: skip
"""What changes nothing where it is ignored: MJML repeats it in an attribute, or resets it."""

FALLS_SHORT: dict[str, frozenset[str]] = {
    "attr-aria-label": frozenset({"Orange", "Thunderbird"}),
    "attr-lang": frozenset({"Orange"}),
    "css-at-media": frozenset({"Gmail", "Outlook", "Thunderbird"}),
    "css-at-media-max-width": frozenset({"Gmail", "Outlook", "Thunderbird"}),
    "css-at-media-prefers-color-scheme": frozenset({"Gmail", "Outlook", "Orange", "Thunderbird"}),
    "css-border-radius": frozenset({"Outlook", "Orange"}),
    "css-display-inline-block": frozenset({"Outlook"}),
    "css-display-none": frozenset({"Outlook"}),
    "css-important": frozenset({"Gmail", "Outlook", "Orange"}),
    "css-margin": frozenset({"Gmail", "Outlook", "new Outlook"}),
    "css-max-height": frozenset({"Outlook"}),
    "css-max-width": frozenset({"Outlook"}),
    "css-opacity": frozenset({"Outlook", "Orange"}),
    "css-overflow": frozenset({"Outlook"}),
    "css-padding": frozenset({"Outlook"}),
    "css-padding-left": frozenset({"Outlook"}),
    "css-padding-top": frozenset({"Outlook"}),
    "css-selector-child": frozenset({"Gmail", "Outlook", "Orange"}),
    "css-word-break": frozenset({"Apple Mail", "Gmail", "Orange", "new Outlook"}),
    "html-mailto-links": frozenset({"Orange"}),
    "html-meta-color-scheme": frozenset({"Apple Mail", "Gmail", "Outlook", "new Outlook"}),
    "html-style": frozenset({"Gmail", "Outlook", "Orange"}),
    "image-cid": frozenset({"Orange"}),
}
"""What some clients show in part or not at all; `docs/mail-clients.md` says what comes of it."""
