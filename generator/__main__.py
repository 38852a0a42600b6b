"""`python -m generator`, the same as `trending-arxiv`."""

import sys


def run() -> None:
    """Run the command line; outside of its environment, say how to get into it."""
    try:
        from generator.cli import main  # noqa: PLC0415 (this Python may lack what it needs)

        main()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "generator":
            raise
        sys.exit(
            f"The package {error.name} is missing in {sys.executable}: run `make setup`, then .venv/bin/trending-arxiv"
        )


if __name__ == "__main__":
    run()
