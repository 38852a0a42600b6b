"""What is measured, and how to run it again: `make bench`. README.md has the figures and how to read them."""
