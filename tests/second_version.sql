INSERT INTO sources (id, name, url, section, themes, every, enabled, errors, next_check_at, checked_at)
VALUES (1, 'Journal', 'https://a.example.org/rss', 'veille-juridique', '[]', 3600, true, 0, '2026-11-02 10:30:00.000000', '2026-11-02 09:30:00.000000');
INSERT INTO stories (id, title, title_key, link, section, themes, note, state, version, first_seen_at, told_at)
VALUES (1, 'Un décret sur le logement vacant', 'decret logement vacant', 'https://a.example.org/1', 'veille-juridique', '[]', '', 'waiting', 0, '2026-11-02 09:30:00.000000', '2026-11-02 09:30:00.000000');
INSERT INTO stories (id, title, title_key, link, section, themes, note, state, version, first_seen_at, told_at)
VALUES (2, 'Du retard', 'retard', 'https://a.example.org/2', 'veille-juridique', '[]', '', 'waiting', 0, '2026-11-02 09:30:00.000000', NULL);
INSERT INTO entries (id, source_id, story_id, identity, hash, title, link, summary, author, first_seen_at)
VALUES (1, 1, 1, 'guid:1', 'h', 'Un décret sur le logement vacant', 'https://a.example.org/1', '', '', '2026-11-02 09:30:00.000000');
