"""Mastodon and servers that speak its API: `config` is what owners ask for, `source` fetches and parses it."""
