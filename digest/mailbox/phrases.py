"""The words by which mails are known for what they are, in French and in English.

Patterns are looked for in text made plain by `plain`: lower case, no accents, straight
apostrophes, single spaces. None of them looks far, so that no mail is long to read.
"""

import re
import unicodedata
from collections.abc import Iterable

MOST = 20_000
"""How much of a text is looked at."""


def plain(text: str) -> str:
    """Return a text as patterns expect it, its first characters only."""
    folded = unicodedata.normalize("NFKD", text[:MOST].replace("’", "'").replace("`", "'"))
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def _any(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases))


DAEMON = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|maildelivery|mail-?delivery(?:-subsystem)?"
    r"|microsoftexchange\w*|bounces?|noreply-dsn)(?:[+-][^@]{0,80})?@"
)

NO_REPLY = re.compile(
    r"(?:no-?_?reply|ne-?_?pas-?_?repondre|do-?not-?reply|nepasrepondre)[^@]{0,40}@"
)

FAILED = _any(
    (
        r"undeliver(?:able|ed)",
        r"delivery (?:status notification \(failure\)|failure|has failed|failed|problem)",
        r"returned mail",
        r"mail delivery (?:failed|failure|error)",
        r"failure notice",
        r"(?:could not|couldn't|cannot|can't|wasn't able to) be delivered",
        r"(?:has not|wasn't|was not) (?:been )?delivered",
        r"unable to deliver",
        r"non[- ]remis",
        r"non[- ]distribu",
        r"n'a (?:pas )?pu etre (?:remis|distribue|delivre|livre|achemine)",
        r"n'a pas ete (?:remis|distribue|delivre)",
        r"n'est pas parvenu",
        r"echec (?:de la |de )?(?:remise|distribution|livraison|l'envoi|d'envoi)",
        r"impossible de (?:remettre|distribuer|livrer|delivrer)",
        r"notification d'etat de remise \(echec\)",
        r"message non (?:remis|delivre|distribue)",
        r"erreur (?:de|lors de la) (?:remise|distribution|livraison)",
    )
)

DELAYED = _any(
    (
        r"delivery status notification \(delay\)",
        r"delivery (?:temporarily suspended|delayed|is delayed|incomplete)",
        r"delayed mail",
        r"warning: (?:message|could not send message)",
        r"will (?:be )?(?:retr(?:y|ied)|keep trying|continue to (?:be )?(?:try|attempt))",
        r"no action is required on your part",
        r"you do not need to resend",
        r"remise (?:retardee|differee)",
        r"n'a pas encore (?:pu )?ete (?:remis|distribue)",
        r"(?:sera|va etre) retente",
        r"nouvelles? tentatives? (?:de remise )?(?:ser(?:a|ont)|vont|aur)",
    )
)

ABSENT_SUBJECT = re.compile(
    r"(?:re ?: ?)?(?:\[?(?:reponse automatique|absence(?: du bureau)?|absent(?:e|\(e\))?"
    r"|message d'absence|notification d'absence|automatic reply"
    r"|auto(?:matic)?[- ]?(?:reply|response)"
    r"|autoreply|out of (?:the )?office|conges?|en conges?|je suis absent|accuse de reception"
    r"|vacation|away from|respuesta automatica|abwesenheit)\b)"
)

_NEW = r"(?:nouvelle|nouveau) (?:adresse|courriel|mail|e-mail|messagerie)"
_MOVED = (
    rf"(?:mon|ma|notre) {_NEW}",
    (
        r"(?:mon|notre|cette) adresse (?:e-?mail |mail |electronique |de messagerie )?"
        r"(?:a change|change|est (?:desormais|maintenant)|devient)"
    ),
    r"(?:je change|nous changeons|j'ai change) d'adresse",
    r"(?:my|our) (?:new (?:e-?mail )?address is|(?:e-?mail )?address (?:has changed|is changing))",
    r"i have a new (?:e-?mail )?address",
)
_POST = (
    r"(?:mes fonctions|mon poste|le service|la collectivite|la communaute|la commune|la structure"
    r"|le territoire|la mairie|le departement|la region|l'association|l'organisme|l'etablissement"
    r"|l'agence|le syndicat|le parc|le pays|le petr|l'agglomeration|le conseil)"
)
_LEFT_ONESELF = (
    rf"j'ai (?:desormais |maintenant |definitivement )?quitte {_POST}",
    rf"je quitte(?:rai)? (?:definitivement )?{_POST}",
    r"je ne (?:travaille|suis) plus (?:a|au|aux|en|dans|chez|pour|agent|employe|en poste|charge)",
    r"je n'exerce plus",
    r"je ne fais plus partie",
    r"j'ai (?:cesse|quitte) mes fonctions",
    r"je suis (?:parti|partie|parti\(e\)) (?:a|en) (?:la )?retraite",
    r"i (?:have left|no longer work|am no longer (?:with|working|employed|at))",
    r"i've left",
)
_LEFT_ANOTHER = (
    rf"(?:a|ont) (?:desormais |definitivement )?quitte (?:ses fonctions|son poste|{_POST})",
    r"(?:a quitte|n'exerce plus) ses fonctions",
    r"ne (?:travaille|fait) plus (?:a|au|aux|en|dans|chez|pour|partie)",
    (
        r"n'est plus (?:en poste|agent|employe|joignable a cette adresse|en fonction|parmi nous"
        r"|dans (?:la|notre|les))"
    ),
    r"a (?:fait valoir ses droits|pris sa|ete admis\w* a la) (?:a la )?retraite",
    r"(?:has left|no longer works?|is no longer (?:with|working|employed|at))",
    (
        r"cette (?:adresse|boite|messagerie|bal)[^.]{0,40}"
        r"(?:n'est plus (?:utilisee|consultee|relevee|active|valide)|est (?:desactivee|fermee))"
    ),
    r"this (?:mailbox|e-?mail address|address) is no longer (?:in use|active|monitored|valid)",
)
MOVED = _any(_MOVED)
LEFT_ONESELF = _any((*_LEFT_ONESELF, *_MOVED))
LEFT_ANOTHER = _any(_LEFT_ANOTHER)

UNSUBSCRIBE_SUBJECT = re.compile(
    r"(?:unsubscribe|desabonnements?|desinscription|se desabonner|me desabonner|desabonner"
    r"|unsubscription|remove|stop|remove me|list-unsubscribe)[ .!]*"
)

UNSUBSCRIBE = _any(
    (
        r"desabonne[sz](?:[- ]moi|[- ]nous)",
        r"desinscri(?:s|vez)(?:[- ]moi|[- ]nous)",
        r"(?:me|nous) (?:desabonner|desinscrire)",
        (
            r"(?:retire[rz]?|supprime[rz]?|enleve[rz]?|ote[rz]?|radie[rz]?)[ -]"
            r"(?:moi |nous )?(?:mon (?:adresse|nom|mail|courriel|e-mail) )?[^.?!]{0,30}"
            r"(?:votre|vos|la|cette|de) (?:listes?|base|fichiers?|lettre|diffusion|envois?)"
        ),
        (
            r"(?:plus|pas) (?:recevoir|etre destinataire)[^.?!]{0,30}"
            r"(?:lettre|newsletter|infolettre|envois?|mails?|messages?|courriels?|publications?)"
        ),
        r"(?:ne m'envoyez|ne nous envoyez|arretez de m'envoyer|cessez de m'envoyer)",
        r"(?:please )?unsubscribe (?:me|us|this (?:address|e-?mail)|my (?:address|e-?mail))",
        r"(?:please )?(?:remove|take) (?:me|us|my (?:e-?mail )?address|my e-?mail) (?:from|off)",
        (
            r"(?:stop|no longer want|don't want|do not want|wish to stop) "
            r"(?:sending|receiving|to receive)"
        ),
        r"i (?:want|would like|'d like|wish) to unsubscribe",
    )
)

NOT_UNSUBSCRIBING = _any(
    (
        (
            r"(?:ne|n')[^.?!]{0,30}(?:pas|plus|jamais)[^.?!]{0,10}"
            r"(?:me|nous) (?:desabonner|desinscrire)"
        ),
        r"ne (?:me|nous) (?:desabonnez|desinscrivez|retirez|supprimez) (?:pas|surtout)",
        r"(?:do not|don't|did not|didn't|never) (?:want to |wish to |ask to )?unsubscribe",
        r"(?:par erreur|par megarde|sans le vouloir|malgre moi)",
        r"(?:me|nous) (?:reabonner|reinscrire|abonner de nouveau)",
    )
)

CHALLENGE_SENDER = re.compile(
    r"(?:mailinblack|mail-in-black|spamarrest|boxbe|vaderetro|altospam|cleanmail|mail-?control"
    r"|challenge|sendio|spamfighter)"
)

CHALLENGE = _any(
    (
        r"mailinblack",
        r"spam ?arrest",
        (
            r"cliqu(?:ez|er)[^.?!]{0,80}(?:confirmer|prouver|verifier|attester|authentifi|valider)"
            r"[^.?!]{0,60}(?:humain|expediteur|robot|identite|envoi|message|authentifi|adresse)"
        ),
        (
            r"(?:authentifier|identifier|valider) (?:votre|aupres|en tant|comme)[^.?!]{0,60}"
            r"(?:expediteur|cliqu|message|adresse)"
        ),
        (
            r"(?:prouve[rz]|confirme[rz]|verifie[rz])[^.?!]{0,40}"
            r"(?:vous etes (?:bien )?(?:un )?(?:humain|une personne|etre)|vous n'etes pas un robot)"
        ),
        r"message (?:est |a ete )?(?:mis |place )?en (?:attente|quarantaine)[^?!]{0,200}cliqu",
        (
            r"click[^.?!]{0,80}(?:confirm|verify|prove|authenticate)[^.?!]{0,60}"
            r"(?:human|sender|identity|robot|message|person|e-?mail)"
        ),
        r"(?:prove|verify|confirm)[^.?!]{0,40}you are (?:a |not a )(?:human|real person|robot)",
        r"(?:to|your) (?:complete|release|deliver)[^.?!]{0,60}(?:verification|challenge)",
    )
)

RECEIPT_SUBJECT = re.compile(r"(?:lu|read|accuse de lecture|not read|non lu|recu) ?:")

REPLY = re.compile(r"(?:(?:re|rep|ref|rv|tr|fw|fwd|aw)(?:\[\d+\])? ?: ?)+")
"""What mail programs put before the subject of what is answered or passed on."""

FULL = _any(
    (
        r"over ?quota|quota (?:exceeded|depasse|atteint)",
        r"(?:mailbox|boite|inbox|bal)[^.]{0,40}\b(?:full|pleine|saturee)",
        r"out of storage",
        r"insufficient (?:system )?storage",
        r"disk quota",
        r"exceed[^.]{0,30}(?:quota|storage)",
    )
)

POLICY = _any(
    (
        r"\bspam",
        r"block(?:ed|list)",
        r"blacklist",
        r"reputation",
        r"\bpolicy\b",
        r"dmarc|\bspf\b|\bdkim\b",
        r"spamhaus|\brbl\b",
        r"(?:rate|too many) (?:limit|connections|messages)",
        r"greylist",
        r"bad sender|sender (?:address )?(?:rejected|denied|refuse)",
        r"content (?:rejected|refuse)",
        r"contenu (?:rejete|refuse)",
        r"(?:too large|size limit|trop volumineux|message size)",
    )
)

_SOMEBODY = (
    r"(?:user|recipient|mailbox|address|account|alias"
    r"|destinataire|utilisateur|boite|compte|adresse)"
)
_NOT_THERE = (
    r"(?:unknown|not (?:been )?found|does(?: not|n't) exist|doesn't have|invalide?\b|inconnue?"
    r"|n'existe pas|unavailable|disabled|inactive|inactivity|no longer|desactive"
    r"|rejected: access denied|not (?:known|listed|exist)|couldn't be found|introuvable|n'est plus)"
)
UNKNOWN_USER = _any(
    (
        rf"{_SOMEBODY}[^.]{{0,60}}{_NOT_THERE}",
        (
            r"(?:no such|unknown|invalid|nonexistent|inexistant|unrouteable)[^.]{0,10}"
            r"(?:user|recipient|mailbox|address|account|local|person|alias)"
        ),
        r"(?:utilisateur|destinataire|adresse) (?:inconnu|inexistant|invalide)",
        r"n'a pas ete trouve",
        r"resolver\.adr\.\w*notfound",
        r"ofr_?(?:416|104)",
        (
            r"(?:host or domain name|domain|domaine|host)[^.]{0,60}"
            r"(?:not found|does not exist|n'existe pas|introuvable)"
        ),
        r"nxdomain",
    )
)
