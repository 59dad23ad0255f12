INSERT INTO departments (code, name) VALUES ('63', 'Puy-de-Dôme');
INSERT INTO territories (id, code, name, department) VALUES (11, 'ambert', 'Ambert', '63');
INSERT INTO themes (id, code, name, words, exclusions) VALUES (11, 'eau', 'Eau', '[]', '[]');
INSERT INTO people (id, given_name, family_name, language) VALUES
    (11, 'Anne', 'Roux', 'fr'),
    (12, 'Luc', 'Petit', 'fr');
INSERT INTO memberships (id, person_id, role, territory_id, since) VALUES
    (91, 11, 'agent', 11, '2026-11-02 09:30:00'),
    (92, 12, 'animator', NULL, '2026-11-02 09:30:00');
INSERT INTO accounts (id, person_id, channel, address, linked_at) VALUES
    (91, 11, 'telegram', '7000000001', '2026-11-02 09:30:00');
INSERT INTO answers (id, code, question, answer, theme_id, sources, stated_on, review_on, created_at, updated_at) VALUES
    (5, 'loi', 'Qui paie l’assainissement ?', 'La commune.', 11, '', '2026-01-02', '2027-01-02', '2026-11-02 09:30:00', '2026-11-02 09:30:00');
INSERT INTO questions (id, asker_id, territory_id, theme_id, state, text, opened_at, last_message_at, closed_at, thread_id, topic, taken_by, version) VALUES
    (4101, 11, 11, 11, 'open', 'Ouverte ?', '2026-11-02 09:30:00', '2026-11-03 10:00:00', NULL, 301, 'open', NULL, 1),
    (4102, 11, 11, 11, 'answered', 'Avec suite ?', '2026-11-02 09:30:00', '2026-11-03 10:00:00', NULL, 302, 'open', 12, 2),
    (4103, 11, 11, NULL, 'closed', 'Close ?', '2026-11-02 09:30:00', '2026-11-03 10:00:00', '2026-11-03 10:00:00', 303, 'open', 12, 3),
    (4104, 11, NULL, NULL, 'choosing', 'Où ?', '2026-11-02 09:30:00', '2026-11-02 09:30:00', NULL, NULL, 'wanted', NULL, 1);
INSERT INTO question_messages (id, question_id, author, direction, text, entities, files, edited, chat_id, message_id, update_id, at) VALUES
    (901, 4102, 'person:11', 'from_agent', 'Avec suite ?', '[]', '[]', false, 7000000001, 1, 901, '2026-11-02 09:30:00'),
    (902, 4102, 'person:12', 'to_agent', 'Oui.', '[]', '[]', false, -1001234567890, 2, 902, '2026-11-03 10:00:00'),
    (903, 4102, 'person:12', 'to_agent', 'Et encore.', '[]', '[]', false, -1001234567890, 3, 903, '2026-11-04 10:00:00');
INSERT INTO messages (hash, channel, body, created_at) VALUES ('h', 'chat', '', '2026-11-02 09:30:00');
INSERT INTO deliveries (id, kind, slot, recipient, channel, message_hash, "values", cause, stream, state, due_at, attempts, deferrals, resent, created_at) VALUES
    (901, 'hotline.topic', 'question:4102', 'question:4102', 'chat', 'h', '{}', 'hotline:topic:4102', 'question:4102', 'sent', '2026-11-02 09:30:00', 1, 0, false, '2026-11-02 09:30:00'),
    (902, 'letter.edition', 'edition:1', 'subscriber:1', 'chat', 'h', '{}', 'hotline:answer:5', NULL, 'sent', '2026-11-02 09:30:00', 1, 0, false, '2026-11-02 09:30:00');
INSERT INTO publications (reference, edition, published_at) VALUES ('hotline:answer:5', 'letter:edition:1', '2026-11-02 09:30:00');
INSERT INTO inbox (update_id, chat_id, user_id, raw, received_at, attempts, replies, reply_attempts, reply_repeats) VALUES
    (904, 7000000001, 7000000001, '{}', '2026-11-02 09:30:00', 0, '[]', 0, false);
