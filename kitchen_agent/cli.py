"""The `kitchen` command."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def kitchen() -> None:
    """Plan and cook a dinner."""


def main() -> None:
    """Run the command line."""
    app()
