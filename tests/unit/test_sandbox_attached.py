"""What the sandbox shows of a mail beside its words: its calendar part, its files."""

from datetime import UTC, datetime
from email.message import EmailMessage

from relais.sandbox.attached import Attached, attached, calendar_of, content_of, disposition
from relais.sandbox.mail_catcher import CaughtMail

CALENDAR = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SEQUENCE:2
SUMMARY:Accueillir en hiver : ce que nos terri
 toires ont appris
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def mail(*, calendar: bool = True, file: bool = True) -> CaughtMail:
    message = EmailMessage()
    message["Subject"] = "Invitation"
    message.set_content("Bonjour")
    message.add_alternative("<p>Bonjour</p>", subtype="html")
    if calendar:
        message.add_alternative(CALENDAR, subtype="calendar", params={"method": "REQUEST"})
    if file:
        message.add_attachment(
            b"%PDF-1.7", maintype="application", subtype="pdf", filename="Convocation d’Inès.pdf"
        )
        message.add_attachment(b"\x89PNG", maintype="image", subtype="png", cid="<logo@x>")
    return CaughtMail(
        id="1", received_at=datetime(2026, 11, 23, tzinfo=UTC), envelope_from="", envelope_to=(),
        subject="Invitation", sender="", to="", headers=(), text="Bonjour", html="",
        raw=message.as_bytes(),
    )  # fmt: skip


def test_the_calendar_part_is_shown_unfolded_with_its_method_and_sequence() -> None:
    found = calendar_of(mail())
    assert found is not None
    assert (found.method, found.sequence) == ("REQUEST", 2)
    assert "SUMMARY:Accueillir en hiver : ce que nos territoires ont appris\n" in found.text
    assert calendar_of(mail(calendar=False)) is None


def test_files_are_listed_and_given_and_pictures_within_the_words_are_not() -> None:
    ics, pdf = attached(mail())
    assert pdf == Attached(pdf.number, "Convocation d’Inès.pdf", "application/pdf", 8)
    assert content_of(mail(), pdf.number) == (pdf, b"%PDF-1.7")
    assert content_of(mail(), 99) is None
    assert content_of(mail(), 0) is None
    assert (ics.name, ics.media_type) == ("agenda.ics", "text/calendar")
    assert attached(mail(calendar=False, file=False)) == []


def test_a_file_is_saved_under_its_own_name_whatever_it_holds() -> None:
    assert disposition('a"\r\nb.pdf') == "attachment; filename*=UTF-8''a%22%0D%0Ab.pdf"
