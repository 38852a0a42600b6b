"""Scores with their parts, and the lists that are made of them. Pure."""
