"""Says why a dinner does not fit and what would make it fit, and why a plan that fits is as long as it is."""

from scheduler.explain.answers import Explanation, explain, rescues
from scheduler.explain.chain import Step, critical_chain
from scheduler.explain.facts import Fact, Say, minute_words
from scheduler.explain.insight import Bottleneck, Gain, Insight, Slack, insight
from scheduler.explain.omissions import DropDish, LeaveOut
from scheduler.explain.repairs import (
    CookStays,
    ExtraCook,
    LongerHold,
    MakeAhead,
    MoreUnits,
    OtherVessel,
    Repair,
    ServeLater,
    StartEarlier,
)

__all__ = [
    "Bottleneck",
    "CookStays",
    "DropDish",
    "Explanation",
    "ExtraCook",
    "Fact",
    "Gain",
    "Insight",
    "LeaveOut",
    "LongerHold",
    "MakeAhead",
    "MoreUnits",
    "OtherVessel",
    "Repair",
    "Say",
    "ServeLater",
    "Slack",
    "StartEarlier",
    "Step",
    "critical_chain",
    "explain",
    "insight",
    "minute_words",
    "rescues",
]
