"""LaTeX, Markdown and the plain text of posts -> what a page or feed can show. Pure."""
