"""What to put into the server's configuration, as it is shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Setup:
    """What to put into the configuration of the server; shown as it is to be written there.

    Attributes:
        text: the lines.
    """

    text: str

    def __repr__(self) -> str:
        """Show the lines, so that they can be copied from the output of a cell."""
        return self.text
