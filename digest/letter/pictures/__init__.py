"""The picture of an edition's opening words: examined, fetched from the chat, shown."""
