"""The shared ground of the rooms: data, time, texts, people, ledger and gateways."""
