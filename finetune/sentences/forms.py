"""How people refer to a task: "Boil the beans until tender" is "the beans", "boiling the beans" and so on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from finetune.sentences.words import words

_END: Final = re.compile(
    r"\s*(?:,|\(|\b(?:with|in|into|onto|and|until|for|from|on|over|to|at|by|as|through|out|off|up|without|till|if|or|then)\b)"
)
_ARTICLE: Final = re.compile(r"^(?:the|a|an|some|all|all the|remaining)\s+", re.IGNORECASE)
_LET: Final = re.compile(
    r"(?:let|leave)\s+(?P<food>.+?)\s+(?P<verb>rest|rise|cool|sit|stand|soak|chill|set|dry|drain|heat|steep|marinate|simmer|ferment|prove|proof)\b",
    re.IGNORECASE,
)
_PARTICLE: Final = re.compile(r"(?P<verb>\w+)\s+(?P<particle>out|up|off)\s+(?P<rest>.+)")
_LET_PAST: Final = {"rise": "risen", "sit": "sat", "stand": "stood", "set": "set"}
_BOIL: Final = re.compile(
    r"bring\s+(?P<food>.+?)\s+to\s+(?:a|the)\s+(?:[a-z]+\s+)?(?P<what>boil|simmer)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Forms:
    """Ways to say one task: `food` is what it is about, without article."""

    do: str
    ing: str
    ed: str
    did: str
    act: str
    nom: str
    food: str

    @property
    def foods(self) -> tuple[str, ...]:
        """The words for what the task is about, the fullest first."""
        last = self.food.split()[-1]
        return (self.food, last) if last != self.food else (self.food,)

    @property
    def verb(self) -> str:
        """ "is", or "are" when the food is several."""
        return _are(self.food)


def forms(name: str) -> Forms | None:
    """The ways to say the task called `name`, or None when its wording gives none that sound right."""
    if match := _LET.match(name):
        return _let(match["food"], match["verb"].lower())
    if match := _BOIL.match(name):
        return _to_the_boil(match["food"], match["what"].lower())
    if match := _PARTICLE.match(name):
        return _with_particle(match["verb"], match["particle"], match["rest"])
    verb = name.partition(" ")[0].lower().rstrip(",")
    food = _food(name)
    if food is None or (verb not in words().verbs and verb not in words().participles):
        return None
    ing, ed = _ing(verb), words().participles.get(verb) or _ed(verb)
    did = words().pasts.get(verb, ed)
    the = f"the {food}"
    return Forms(
        do=f"{verb} {the}",
        ing=f"{ing} {the}",
        ed=f"{the} {_are(food)} {ed}",
        did=f"{did} {the}",
        act=f"the {ing}",
        nom=f"the {_singular(food)} {ing}",
        food=food,
    )


def _with_particle(verb: str, particle: str, rest: str) -> Forms | None:
    """ "Roll out the dough" is "rolling out the dough" and "the dough is rolled out"."""
    plain = forms(f"{verb} {rest}")
    if plain is None:
        return None
    spoken = {word: getattr(plain, word).replace(" ", f" {particle} ", 1) for word in ("do", "ing", "did")}
    return replace(plain, **spoken, ed=f"{plain.ed} {particle}", act=f"{plain.act} {particle}")


def _let(said: str, verb: str) -> Forms | None:
    food = _trimmed(said)
    if food is None:
        return None
    ed = _LET_PAST.get(verb) or _ed(verb)
    return Forms(
        do=f"let the {food} {verb}",
        ing=f"letting the {food} {verb}",
        ed=f"the {food} {_have(food)} {ed}",
        did=f"let the {food} {verb}",
        act=f"the {_ing(verb)}",
        nom=f"the {_ing(verb)} of the {food}",
        food=food,
    )


def _to_the_boil(said: str, what: str) -> Forms | None:
    food = _trimmed(said.rpartition(" of ")[2])
    if food is None:
        return None
    return Forms(
        do=f"bring the {food} to the {what}",
        ing=f"bringing the {food} to the {what}",
        ed=f"the {food} {_are(food)} {_ing(what)}",
        did=f"brought the {food} to the {what}",
        act=f"the {_ing(what)}",
        nom=f"the {_singular(food)} {_ing(what)}",
        food=food,
    )


def _food(name: str) -> str | None:
    """What a task is about, without its article."""
    rest = name.partition(" ")[2]
    first = rest[: match.start()] if (match := _END.search(rest)) else rest
    if not first.strip() and (named := re.search(r"\bthe\s+(.+)", rest)):
        first = named[1][: match.start()] if (match := _END.search(named[1])) else named[1]
    return _trimmed(first)


def _trimmed(said: str) -> str | None:
    told = [word for word in _ARTICLE.sub("", said.strip().lower()).split() if not word.endswith("ly")]
    good = told and len(told) <= 3 and all(re.fullmatch(r"[^\W\d_][^\W\d_'-]+", word) for word in told)
    return " ".join(told) if good and not words().no_food.intersection(told) else None


def _ing(verb: str) -> str:
    if verb in words().doubled:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1] if verb.endswith('e') and not verb.endswith('ee') else verb}ing"


def _ed(verb: str) -> str:
    if verb in words().doubled:
        return f"{verb}{verb[-1]}ed"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}d" if verb.endswith("e") else f"{verb}ed"


def _plural(food: str) -> bool:
    return food.endswith("s") and not food.endswith(("ss", "us", "is"))


def _are(food: str) -> str:
    return "are" if _plural(food) else "is"


def _have(food: str) -> str:
    return "have" if _plural(food) else "has"


def _singular(food: str) -> str:
    """ "green beans" as in "the green bean trimming"."""
    if not _plural(food):
        return food
    return food[:-3] + "y" if food.endswith("ies") else food[:-2] if food.endswith("oes") else food[:-1]
