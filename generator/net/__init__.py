"""The only room that touches the network: one polite HTTP client, and mail."""
