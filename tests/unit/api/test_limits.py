"""A process takes on so much at once; whoever comes beyond that is told to come back."""

import pytest

from privacy_engine.api.limits import Room
from privacy_engine.errors import TooMany


def test_what_fits_is_let_in_and_makes_room_again() -> None:
    room = Room(10)
    with room.hold(6), room.hold(4):
        with pytest.raises(TooMany) as caught, room.hold(1):
            pass
        assert caught.value.retry_after_seconds == 1
    with room.hold(10):
        pass


def test_one_alone_always_fits() -> None:
    room = Room(10)
    with room.hold(100), pytest.raises(TooMany), room.hold(1):
        pass


def test_an_error_gives_the_room_back() -> None:
    room = Room(10)
    with pytest.raises(ValueError, match="broken"), room.hold(10):
        raise ValueError("broken")
    with room.hold(10):
        pass
