"""What all repairs have in common."""

from scheduler.problem import Model


class Offer(Model):
    """A change that people may make, with its price.

    ``cost``: minutes of trouble, by which repairs are compared. ``sentence``: what to do, in kitchen words.
    ``lateness_minutes``: what the repaired plan still has in its lateness term, without what is served.
    ``cooks_can_decide``: whether the people in the kitchen can do it by themselves, or somebody has to find another
    person or buy something.
    """

    cost: int = 0
    sentence: str = ""
    lateness_minutes: int = 0
    cooks_can_decide: bool = True

    @property
    def promise(self) -> str:
        """The sentence, and what is late all the same."""
        late = f" Then {self.lateness_minutes} minutes late in all." if self.lateness_minutes > 0 else ""
        return f"{self.sentence}{late}"
