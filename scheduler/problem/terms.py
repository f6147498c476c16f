"""The objective: its terms, their meaning and their order."""

from typing import Literal

TermName = Literal[
    "lateness",
    "hot_wait",
    "longest_day",
    "presence",
    "makespan",
    "extra_work",
    "balance",
    "handovers",
    "idle",
    "stability",
]

ORDER: tuple[TermName, ...] = (
    "lateness",
    "hot_wait",
    "longest_day",
    "presence",
    "makespan",
    "extra_work",
    "balance",
    "handovers",
    "idle",
    "stability",
)
"""The objective's terms, most important first; all are minimised, strictly lexicographically.

Below, ``work(c)`` is the sum of the minutes of all hands-on and tend tasks of cook c plus the cook minutes of
the inserted tasks (oven touch, wash-up, clean) that c does; ``hands(c)`` is the same without the tend tasks.
``attendance(c)`` is the sum over c's presence windows of (latest end − earliest start) of everything that c
does in that window, 0 for a window without work; an oven warm-up counts with its touch minutes only. Work that
is done or running counts only in a window that contains it.

* ``lateness``: sum over dishes with a due time of served − due (minutes).
* ``hot_wait``: sum over links and serving links of hot_weight × wait², where wait is
  start(after) − end(before) − max(min_lag, 0), for a serving link served − end(task) − min_lag
  (never below 0: a negative wait counts as 0).
* ``longest_day``: max of attendance(c) over the cooks; 0 without cooks. It comes before the sum because the sum alone
  is least when the quickest cook does everything.
* ``presence``: sum of attendance(c) over the cooks.
* ``makespan``: the latest end of any task (inserted tasks and serving not counted); 0 without tasks.
* ``extra_work``: minutes of cook's work in inserted tasks (touches, wash-ups, cleans) plus substitution costs.
* ``balance``: max work(c) − min work(c) over all cooks; 0 with fewer than two cooks.
* ``handovers``: sum over dishes of (number of different cooks in its tasks − 1), at least 0 each.
* ``idle``: sum over cooks of attendance(c) − hands(c).
* ``stability``: sum over baseline entries of weight × |start − baseline start| plus ``cook_change_cost`` × weight
  for each entry whose set of cooks differs from the baseline's; 0 without replanning.
"""
