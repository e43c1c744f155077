"""`python -m heron.cli` is `heron`."""

from heron.cli import main

if __name__ == "__main__":
    main()
