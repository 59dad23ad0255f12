"""Challenges meant for robots are known as such, and nothing else is."""

import pytest

from watch.reading.challenge import challenge_in
from watch.reading.read_document import read_document
from watch.reading.records import ChallengeError, DocumentError, Recipe, Selectors

URL = "https://example.org/actus"
ARTICLE = (
    "Le conseil municipal a voté l’ouverture d’une crèche dans l’ancienne école du bourg. " * 30
)


def page(title: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>'
        f"{head}</head><body>{body}</body></html>"
    )


CHALLENGES = {
    "cloudflare": page(
        "Just a moment...",
        "<noscript>Enable JavaScript and cookies to continue</noscript>"
        "<script>(function(){window._cf_chl_opt={cvId:'3'};var a=document.createElement('script');"
        "a.src='/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=1';})();</script>",
    ),
    "cloudflare in french": page("Un instant…", "<h1>example.org</h1><p>Vérification…</p>"),
    "cloudflare captcha": page(
        "Attention Required! | Cloudflare", "<p>Please complete the security check.</p>"
    ),
    "imperva": (
        "<html><head><META NAME='robots' CONTENT='noindex,nofollow'></head><body style='margin:0'>"
        "<iframe id='main-iframe' src='/_Incapsula_Resource?SWUDNSAI=9'>Request unsuccessful. "
        "Incapsula incident ID: 1-2</iframe></body></html>"
    ),
    "imperva without words": (
        "<html><head><script src='/_Incapsula_Resource?SWJIYLWA=7'></script></head></html>"
    ),
    "datadome": (
        "<html><head><title>example.org</title></head><body><p id='cmsg'>Please enable JS and "
        "disable any ad blocker</p><script>var dd={'rt':'c','cid':'A','host':"
        "'geo.captcha-delivery.com'}</script></body></html>"
    ),
    "aws waf": page(
        "Human Verification",
        "<div id='captcha-container'></div><script>AwsWafIntegration.checkForceRefresh()</script>",
        "<script>window.gokuProps = {'key':'A'};</script>",
    ),
    "anubis": page(
        "Making sure you&#39;re not a bot!",
        "<p>You are seeing this because the administrator of this website has set up Anubis."
        + " It protects the server against scraping." * 15
        + "</p><script id='anubis_challenge' type='application/json'>{}</script>",
    ),
    "akamai": page("", "<div id='sec-if-cpt-container'></div>"),
    "in french": page(
        "Contrôle", "<h1>Vérification que vous êtes un humain</h1><p>Cela prend un instant.</p>"
    ),
    "not a robot": page("Accès", "<p>Merci de confirmer que vous n’êtes pas un robot.</p>"),
    "a captcha alone": page("Accès", "<form><div class='g-recaptcha' data-sitekey='x'></div>"),
    "a cookie": (
        "<html><body><script>document.cookie='ok=1';location.reload();</script></body></html>"
    ),
    "a redirection": "<script>window.location.href = '/?check=' + 7 * 6;</script>",
}


@pytest.mark.parametrize("challenge", CHALLENGES.values(), ids=CHALLENGES.keys())
@pytest.mark.parametrize("kind", ["feed", "page", "change"])
def test_a_challenge_is_never_an_empty_feed_nor_a_changed_page(challenge: str, kind: str) -> None:
    recipe = Recipe(kind, Selectors(items="body" if kind == "page" else ""), "Ancien texte")
    with pytest.raises(ChallengeError) as caught:
        read_document(challenge.encode(), URL, {"content-type": "text/html"}, recipe)
    assert caught.value.what.startswith("the site answered with a bot challenge (")
    assert caught.value.hint
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "headers", [{"cf-mitigated": "challenge"}, {"x-amzn-waf-action": "captcha"}]
)
def test_headers_tell_of_a_challenge(headers: dict[str, str]) -> None:
    assert challenge_in(page("Bonjour", ARTICLE), headers)


LEGITIMATE = {
    "an article on captchas": page(
        "« Je ne suis pas un robot » : la fin des captchas ?",
        f"<p>Vérifiez que vous êtes un humain, dit le captcha. {ARTICLE}</p>",
    ),
    "a contact form": page(
        "Nous écrire",
        f"<p>{ARTICLE[:900]}</p><form><div class='g-recaptcha'></div>Pas un robot ?</form>",
    ),
    "a site behind a guard": page(
        "Actualités",
        f"<p>{ARTICLE[:400]}</p><script src='/_Incapsula_Resource?SWJIYLWA=7'></script>"
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
        "<script>document.cookie='seen=1'</script>",
    ),
    "a page drawn by a script": page("Appli", "<div id='root'></div><script src='/a.js'></script>"),
    "an empty page": page("", ""),
}


@pytest.mark.parametrize("text", LEGITIMATE.values(), ids=LEGITIMATE.keys())
def test_a_page_that_has_something_to_say_is_no_challenge(text: str) -> None:
    assert challenge_in(text, {"server": "cloudflare", "cf-ray": "1"}) == ""


def test_a_feed_that_speaks_of_captchas_is_no_challenge() -> None:
    items = "<item><title>Just a moment...</title><description>px-captcha</description></item>"
    feed = f"<rss version='2.0'><channel><title>Un instant…</title>{items}</channel></rss>"
    assert len(read_document(feed.encode(), URL, {"cf-cache-status": "HIT"}).items) == 1
    assert challenge_in('{"title": "Just a moment..."}', {}) == ""


def test_a_large_page_is_not_searched() -> None:
    assert challenge_in("<p>Just a moment...</p>" + "<br>" * 100_000, {}) == ""


@pytest.mark.parametrize("bomb", ["<script>" * 37_000, "<!--" * 70_000, "<" * 290_000])
def test_looking_for_a_challenge_takes_no_time(bomb: str) -> None:
    with pytest.raises(DocumentError):
        read_document(bomb.encode(), URL, {})
