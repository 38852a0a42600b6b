"""Tests against real programs that pip does not have."""
