"""Which posts are about which papers: arXiv ids, link patterns, short links, mentions, own words. Pure."""
