"""A dinner that the tests of plain words talk about."""

from datetime import datetime, timedelta, timezone

from kitchen_agent.live.names import Names, TaskName

NOW = datetime(2030, 5, 4, 18, 35, tzinfo=timezone(timedelta(hours=2)))
NAMES = Names(
    now=NOW,
    serve_at=NOW.replace(hour=19, minute=30),
    guests=6,
    tasks=(
        TaskName(id="stew/1", name="Chop the onions", state="done"),
        TaskName(id="stew/2", name="Brown the beef", state="running"),
        TaskName(id="stew/3", name="Simmer the stew"),
        TaskName(id="mash/1", name="Peel the potatoes", state="done"),
        TaskName(id="mash/2", name="Boil the potatoes", state="running"),
        TaskName(id="tart/1", name="Chop the onions"),
        TaskName(id="tart/2", name='Roll out the "short" pastry'),
        TaskName(id="tart/3", name="Bake the tart"),
        TaskName(id="salad/1", name="Wash the lettuce", state="paused"),
        TaskName(id="salad/2", name="Toss the salad"),
    ),
    cooks=("ida", "joe"),
    equipment=("oven", "burner", "hand_mixer", "frying_pan", "roasting_pan"),
    ovens=("oven",),
    dishes=("stew", "mash", "tart", "salad"),
    courses=("main", "dessert"),
)
