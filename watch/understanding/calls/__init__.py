"""The dates of calls (appels à projets, AMI, concours, fonds) and of trainings, and their kinds.

A date is one of a call or a training only if words around it say so; all others are left out. What
decides, in this order:

1. **The preposition that leads to it.** « jusqu’au », « avant le », « au plus tard le », « d’ici
   le » (or « le 15 mars au plus tard ») make a limit; « à partir du », a start; « du… au… »,
   « entre le… et le… », both; « : », « le » alone, nothing by themselves: they need a label that
   leads to the date (« clôture », « date limite », « relève », « ouverture », « formation », « à
   retourner »). « du 12 mars » needs its label right before it, so that « arrêté du 3 juin » is
   nothing; « depuis le » never is anything; « après le » is a closing only where a file is refused.
2. **The nearest noun before it in its sentence**: a registration, a letter of intent, a full file
   (when a letter is spoken of; else a closing), a relève, a file or a candidature; then the name of
   a call, or a verb (« répondre »); then what follows the date (« jusqu’au 15 mars pour
   candidater »); then what the title and the four hundred characters before speak of, if little
   else is said. « pour candidater », a bracket, or « 15 avril : clôture » right after come first.
3. **What lasts or is to be done until a date closes nothing**: benefit, validity, spending, works,
   mandates, reports, when nearer than what can be answered. Taxes and elections, never, unless a
   call is named. A reunion, a jury, results, have dates, which are of no kind here.

Choices that could have been others:

- « avant le 14 janvier » is 14 January, 23:59. Strictly, it is the day before; but most calls mean
  that day (« avant le 31 mars à minuit »), people are shown the words, and the day that is stored
  is the day that was written. With a time, that time. « minuit » is the end of the day named.
- « fin mars » closes on its last day, « mi-mars » on the 15th. « courant mars », « mars 2026 »
  alone, « fin 2026 » are nothing.
- A missing year makes the date the next one on or after `seen_at`; if a week day is named that
  disagrees, the year next to it that agrees (the last one, for an old text; or the following).
  With a year, the date wins over the week day. Two digits are of this century below 70.
- Several dates of one closing are as many relèves. A training over days that follow one another
  starts once. « reporté du 15 mars au 30 avril » is a closing, then an extension.
- « au fil de l’eau », « sans date limite », « dépôt en continu » are `open_ended` where something
  to answer is spoken of: a walk « au fil de l’eau » is not.
- Without a digit, only these, « fin mars », « mi-mars » and « premier mars » are read.
- A text that says nothing but « jusqu’au 26 juillet 2016 à 16h » is believed: it closes.
- Times are of Paris, whatever « heure de Bruxelles » or « heure locale » says.
- The same kind and instant is said once; so is a day, if its hour is said elsewhere.
"""

from watch.understanding.calls.finding import find_dates

__all__ = ["find_dates"]
