"""The nouns of the program, how two observations of one merge, and the tree of errors. Pure."""
