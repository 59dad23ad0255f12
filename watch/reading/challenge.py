"""Pages that sites give to those they take for robots, instead of what was asked for."""

import re
from collections.abc import Mapping

from watch.reading.records import ChallengeError

_MOST_MARKUP = 300_000
"""Challenges are small; a page larger than this is one only if its headers say so."""

_MOST_WORDS = 1500
"""Characters: a page that says more than this has something to say, captcha or not."""

_FEW_WORDS = 600
"""Characters: a longer page may ask who is there, under a form of its own."""

_SILENT = 200
"""Characters: a page that says less than this, and runs a script, is there for its script."""

_HEADERS = {
    "cf-mitigated": ("Cloudflare", re.compile(r"challenge", re.IGNORECASE)),
    "x-amzn-waf-action": ("AWS WAF", re.compile(r"challenge|captcha", re.IGNORECASE)),
}
_MARKS = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("Cloudflare", r"_cf_chl_opt|chk_jschl|cf-chl-(?:widget|bypass)|cf_captcha_kind"),
        ("Imperva", r"Incapsula incident ID"),
        ("DataDome", r"geo\.captcha-delivery\.com|\bdd\s*=\s*\{\s*'rt'"),
        ("AWS WAF", r"\bgokuProps\b|awsWafCookieDomainList"),
        ("Anubis", r"within\.website/x/cmd/anubis|id=[\"']?anubis_"),
        ("HUMAN", r"px-captcha"),
        ("Akamai", r"/_sec/cp_challenge/|sec-if-cpt-container|bm-verify="),
        ("Sucuri", r"sucuri_cloudproxy_js"),
        ("DDoS-Guard", r"/\.well-known/ddos-guard/"),
        ("Vercel", r"Vercel Security Checkpoint|/\.well-known/vercel/security"),
    )
)
"""What is in challenges only."""

_ALSO_IN_PAGES = (
    ("Imperva", re.compile(r"_Incapsula_Resource")),
    ("AWS WAF", re.compile(r"AwsWafIntegration|\.awswaf\.com")),
    ("HUMAN", re.compile(r"\b_pxAppId\b")),
    ("F5", re.compile(r"/TSPD/|\bbobcmn\b")),
    ("a captcha", re.compile(r"\b[gh]-(?:re)?captcha\b|cf-turnstile|\bfrc-captcha\b")),
)
"""What guards put in every page, which makes a challenge of one that says nothing else."""

_SENTENCES = re.compile(
    r"^just a moment|^un instant|^attention required! \| cloudflare|^pardon our interruption|"
    r"checking (?:if the site connection is secure|your browser)|ddos protection by|"
    r"(?:verify|verifying|confirm|prove) (?:that )?you(?:'re| are) (?:a )?human|"
    r"you(?:'re| are) not a (?:ro)?bot|"
    r"enable (?:javascript and cookies|cookies and javascript) to continue|"
    r"activez? javascript et les cookies|"
    r"que (?:vous êtes|vous n'êtes pas) (?:bien )?(?:un )?(?:être )?(?:humain|robot)|"
    r"v[ée]rification (?:de|que) (?:votre navigateur|la (?:s[ée]curit[ée] de la )?connexion)",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(
    r"document\.cookie|\blocation(?:\.href)?\s*=[^=]|"
    r"location\.(?:replace|reload|assign)\s*\(|\.submit\(\)",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<(script|style|svg|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_FEED = re.compile(r"\s*(?:<\?xml|<(?:[\w.-]+:)?(?:rss|feed|rdf)\b|[\[{])", re.IGNORECASE)
_XHTML = re.compile(r"<html\b", re.IGNORECASE)


def refuse_challenge(text: str, headers: Mapping[str, str]) -> None:
    """Raise ChallengeError when a document is a challenge meant to keep robots away.

    `headers` are the response's, in lower case. What speaks of captchas in a page that has its own
    words is no challenge.
    """
    if name := challenge_in(text, headers):
        raise ChallengeError(
            f"the site answered with a bot challenge ({name})",
            hint="ask the webmaster to let this watch in, or find another feed of the site",
            permanent=False,
        )


def challenge_in(text: str, headers: Mapping[str, str]) -> str:
    """Return who guards the site, when a document is a challenge; empty when it is none."""
    for header, (name, value) in _HEADERS.items():
        if value.search(headers.get(header, "")):
            return name
    if len(text) > _MOST_MARKUP or (_FEED.match(text) and not _XHTML.search(text[:2000])):
        return ""
    words = " ".join(_MARKUP.sub(" ", text).split()).replace("’", "'")
    if len(words) > _MOST_WORDS:
        return ""
    return _guard(text, words)


def _guard(text: str, words: str) -> str:
    found = next((name for name, mark in _MARKS if mark.search(text)), "")
    if not found and len(words) < _FEW_WORDS and _SENTENCES.search(words):
        found = "it asks for a human"
    if not found and len(words) < _SILENT:
        found = next((name for name, mark in _ALSO_IN_PAGES if mark.search(text)), "")
        if not found and "<script" in text.lower() and _SCRIPTED.search(text):
            found = "a script that must run first"
    return found
