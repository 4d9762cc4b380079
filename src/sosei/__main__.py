"""`python -m sosei`: the command `sosei` where no script is installed."""

from sosei.gateway.project.cli import main

if __name__ == "__main__":
    main()
