"""`python -m immersions.cli`: the command, for launchers that start modules."""

from immersions.cli import main

if __name__ == "__main__":
    main()
