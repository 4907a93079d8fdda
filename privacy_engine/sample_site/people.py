"""The invented people of the sample site; no such person or address exists."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """One invented person; `number` is the row id in the table they belong to."""

    number: int
    name: str

    @property
    def email(self) -> str:
        """An address in a domain that can never be registered."""
        return f"{self.name.lower().replace(' ', '.')}@example.org"

    @property
    def phone(self) -> str:
        """A number from the range that is kept for fiction."""
        return f"(530) 555-01{self.number % 100:02d}"

    @property
    def device(self) -> str:
        """The random id that their browser bears."""
        return f"device-{self.number * 7919 % 100_000:05d}"


_CLIENT_NAMES = (
    "Maya Tallow",
    "Otto Fern",
    "Ines Quill",
    "Jonah Reed",
    "Petra Marsh",
    "Cyrus Vale",
    "Lena Thorne",
    "Amos Birch",
    "Delia Sloane",
    "Ravi Stone",
    "Nora Hale",
    "Tomas Wick",
    "Greta Lund",
    "Silas Crane",
    "Yara Moss",
    "Felix Dune",
    "Opal Finch",
    "Hugo Ash",
    "Mina Brook",
    "Leo Sparrow",
    "Vera Cole",
    "Ezra Flint",
    "Tess Ivory",
    "Noel Grove",
    "Runa Pike",
    "Abel Stroud",
    "Cleo Marlow",
    "Iris Penn",
)
_THERAPIST_NAMES = (
    "Ana Whitlock",
    "Boris Kemp",
    "Carla Ostrow",
    "Dinah Frost",
    "Edwin Lark",
    "Fiona Sedge",
    "Gideon Roe",
    "Hester Blythe",
)

CLIENTS = tuple(Person(at, name) for at, name in enumerate(_CLIENT_NAMES, start=1))
THERAPISTS = tuple(Person(at, name) for at, name in enumerate(_THERAPIST_NAMES, start=1))
VISITORS = tuple(
    Person(at, name)
    for at, name in enumerate(("Robin Alder", "Joan Alder", "Milo Sander"), start=61)
)
"""They wrote or subscribed without an account. Robin is eleven; Joan is Robin's mother."""

MAYA, OTTO = CLIENTS[0], CLIENTS[1]
CHILD, PARENT, READER = VISITORS
CHILD_MESSAGE = (
    "Hi, my name is Robin and I am 11 years old. I go to 6th grade and I feel sad since my "
    "parents split up. Can I talk to somebody without my mom knowing?"
)
