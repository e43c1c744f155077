"""The command line: `heron --version`, `heron learn`."""

from heron.cli.app import main

__all__ = ["main"]
