"""data/ -> site/: makes the site, renders pages, feeds and exports, and writes what differs. Never the network."""
