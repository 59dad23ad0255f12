"""The tour's part in the hotline: the life of a question, up to the answer that serves the next."""

from relais.sandbox.cast import AGENT, ANIMATOR, COLLEAGUE, GROUP, SECOND_ANIMATOR
from relais.sandbox.observation import Message, expect
from relais.sandbox.playground import BOARD
from relais.sandbox.story import Step, Story

QUESTION = "Nos communes sont sorties des ZRR : les exonérations y existent-elles encore ?"
NOTE = "Note : relire l’arrêté avant de répondre."
ANSWER = "Oui, jusqu’au 31 décembre 2027 si votre commune figure dans l’arrêté du 14 avril 2025."
NEXT_QUESTION = "Les communes sorties des ZRR ont-elles encore les exonérations ?"
TERRITORY = "Volcans de Chambrelle"
TOPIC = "Question n°"


async def ask(story: Story) -> None:
    """Open the invitation, ask, be shown what is known already, and ask the team all the same."""
    chat, chats = story.playground.chat, story.chats
    chat.user_starts(AGENT, story.playground.invitation)
    await chats.message(AGENT, "Votre compte est relié")
    story.say("the invitation links the agent's account")
    asked = chat.user_sends(AGENT, AGENT, QUESTION)
    shown = await chats.message(AGENT, "lui ressemble", after=asked)
    story.say(f"a validated answer is shown first: {shown['text'].splitlines()[2]}")
    await chats.press(AGENT, shown, AGENT, "Poser ma question à l’équipe")
    told = await chats.changed(AGENT, shown)
    expect("Réponse au plus tard le" in told["text"], "no day is announced")
    story.say(f"the agent is told: {told['text'].splitlines()[0]}")


async def answer(story: Story) -> None:
    """Write a note and an answer in the question's topic: the note stays inside."""
    chat, chats = story.playground.chat, story.chats
    relayed = await chats.message(GROUP, QUESTION, TOPIC)
    card = await chats.message(GROUP, "À prendre en charge", TOPIC)
    story.say(f"the question has a topic and a card: {card['text'].splitlines()[2]}")
    note = chat.user_sends(GROUP, ANIMATOR, NOTE, thread_id=relayed["thread_id"])
    told = await chats.message(GROUP, "Note interne", TOPIC, after=note)
    story.say(f"a plain message there: « {told['text']} »")
    said = chat.user_sends(GROUP, ANIMATOR, ANSWER, reply_to=relayed["message_id"])
    held = await chats.message(GROUP, "Envoi à l’agent", TOPIC, after=said)
    story.say(f"a reply is held before it leaves: « {held['text']} »")
    await chats.message(AGENT, ANSWER)
    inside = all(NOTE not in message["text"] for message in chats.messages(AGENT))
    expect(inside, "the agent was shown the note")
    story.say("the reply has reached the agent; the note has not")


async def close(story: Story) -> None:
    """Close the question from its card; the agent says that it was useful."""
    card = await _card(story)
    await story.chats.press(GROUP, card, ANIMATOR, "Clore")
    told = await story.chats.message(AGENT, "L’équipe a clos")
    await story.chats.press(AGENT, told, AGENT, "Oui, merci")
    await story.chats.message(GROUP, "la permanence a été utile", TOPIC)
    story.say("closed by the team, found useful by the agent")


async def keep_the_answer(story: Story) -> None:
    """Propose it as a validated answer; somebody else of the team validates it."""
    chats = story.chats
    await chats.press(GROUP, await _card(story), ANIMATOR, "Proposer comme réponse validée")
    draft = await chats.message(GROUP, "Projet de réponse", TOPIC)
    await chats.press(GROUP, draft, ANIMATOR, "Soumettre à validation")
    review = await chats.message(GROUP, "Réponse à valider", BOARD)
    refused = await chats.press(GROUP, review, ANIMATOR, "Valider")
    expect("une autre personne" in refused, "whoever wrote it could validate it")
    story.say(f"refused to whoever wrote it: « {refused} »")
    validated = await chats.press(GROUP, review, SECOND_ANIMATOR, "Valider")
    expect("validée" in validated, f"the other animator was told « {validated} »")
    story.say(f"validated by another animator: « {validated} »")


async def find_it_again(story: Story) -> None:
    """Ask nearly the same from another territory: what was validated is found, and is enough."""
    chat, chats = story.playground.chat, story.chats
    asked = chat.user_sends(COLLEAGUE, COLLEAGUE, NEXT_QUESTION)
    which = await chats.message(COLLEAGUE, "Pour quel territoire", after=asked)
    await chats.press(COLLEAGUE, which, COLLEAGUE, TERRITORY)
    shown = await chats.changed(COLLEAGUE, which)
    expect(QUESTION in shown["text"], "the answer just validated is not found")
    story.say(f"asked for « {TERRITORY} », found: « {QUESTION} »")
    await chats.press(COLLEAGUE, shown, COLLEAGUE, "Cela répond à ma question")
    after = await chats.changed(COLLEAGUE, shown)
    if "Laquelle" in after["text"]:
        label = next(each for each in _labels(after) if each[3:20] in QUESTION)
        await chats.press(COLLEAGUE, after, COLLEAGUE, label)
        after = await chats.changed(COLLEAGUE, after)
    expect("grâce à une réponse validée" in after["text"], "the question is not closed")
    story.say(after["text"].split(". ")[0])


async def _card(story: Story) -> Message:
    """Return the question's card as it is now."""
    return await story.chats.message(GROUP, "État\u00a0:", TOPIC)


def _labels(message: Message) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


HOTLINE_STEPS: tuple[tuple[str, Step], ...] = (
    ("An agent asks: what is known is shown, the team is asked all the same", ask),
    ("An animator writes a note, which stays inside, and a reply, which leaves", answer),
    ("The question is closed, and found useful", close),
    ("The answer is proposed, and validated by another animator", keep_the_answer),
    ("The next question finds it", find_it_again),
)
