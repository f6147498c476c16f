"""`python -m kitchen_agent` is the `kitchen` command."""

from kitchen_agent.cli import main

if __name__ == "__main__":
    main()
