"""The rules of the kitchen, each one a function from the variables to constraints. ``RULES`` is the contents."""

from collections.abc import Callable

from scheduler.rules.abilities import abilities_in_parallel
from scheduler.rules.boards import clean_between, cleans, one_task_a_board
from scheduler.rules.cooks import (
    crew,
    one_pair_of_hands,
    pace,
    presence,
    shared_cooks_apart,
    skills_and_refusals,
    tending,
    watched_fire,
)
from scheduler.rules.courses import courses_follow, courses_land_together, served_when_ready, serving_links
from scheduler.rules.equipment import pools, rounds
from scheduler.rules.ovens import oven_choice, oven_door, oven_slots, oven_temperature, oven_warm_up
from scheduler.rules.precedence import maximum_lags, minimum_lags, time_windows, within_horizon
from scheduler.rules.replanning import freeze, held_vessels, no_past, pins
from scheduler.rules.sessions import sessions
from scheduler.rules.vessels import vessel_choice, vessels_held, wash_ups
from scheduler.variables import Variables

Rule = Callable[[Variables], None]

RULES: tuple[Rule, ...] = (
    within_horizon,
    time_windows,
    minimum_lags,
    maximum_lags,
    crew,
    skills_and_refusals,
    pace,
    one_pair_of_hands,
    tending,
    presence,
    watched_fire,
    abilities_in_parallel,
    shared_cooks_apart,
    pools,
    rounds,
    oven_choice,
    oven_slots,
    oven_temperature,
    oven_warm_up,
    oven_door,
    vessel_choice,
    vessels_held,
    wash_ups,
    one_task_a_board,
    cleans,
    clean_between,
    served_when_ready,
    serving_links,
    courses_land_together,
    courses_follow,
    sessions,
    no_past,
    pins,
    freeze,
    held_vessels,
)
