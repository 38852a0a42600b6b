"""`python -m generator`, the same as `trending-arxiv`."""

from generator.cli import main

if __name__ == "__main__":
    main()
