"""What every adapter of a network builds on: the source protocol, patience, and parsing of common wire forms."""
