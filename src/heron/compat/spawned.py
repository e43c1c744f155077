"""What a process runs first that a program under `heron run` has started: see `heron.compat.children`."""

from heron.compat import children, install

if __name__ == "__mp_main__":
    install()
    children.run_program(globals())
