"""The command line: `heron --version`, `heron learn`, `heron describe`."""

from heron.cli.app import main

__all__ = ["main"]
