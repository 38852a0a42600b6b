"""Networks and arXiv -> data/: asks for new posts, then for the papers that they name."""
