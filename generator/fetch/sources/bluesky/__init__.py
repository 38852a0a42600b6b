"""Bluesky: `config` is what owners ask for, `source` fetches and parses it."""
