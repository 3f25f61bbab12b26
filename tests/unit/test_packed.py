"""Numbers in few characters: every one comes back, none is bent to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yrdgeo.publish.packed import ALPHABET, BITS, EXACT, MORE, NONE, base64, packed, scaled
from yrdgeo.publish.payload import payload
from yrdgeo.results import Run

WHOLE = st.one_of(st.none(), st.integers(-EXACT + 1, EXACT - 1))


def back(text: str) -> list[int | None]:
    """Read numbers as the page does, digit by digit."""
    found: list[int | None] = []
    digits: list[int] = []
    for letter in text:
        if letter == NONE:
            found.append(None)
            continue
        code = ALPHABET.index(letter)
        digits.append(code % MORE)
        if code < MORE:
            number = sum(digit << BITS * k for k, digit in enumerate(digits))
            found.append(-(number + 1) // 2 if number % 2 else number // 2)
            digits = []
    return found


@given(st.lists(WHOLE))
def test_whole_numbers_come_back(numbers: list[int | None]) -> None:
    assert back(base64(numbers)) == numbers


VALUES = st.lists(st.one_of(st.none(), st.floats(-1e12, 1e12, allow_subnormal=False)))


@given(VALUES, st.integers(0, 6))
def test_printed_values_come_back_to_the_last_digit(
    values: list[float | None], decimals: int
) -> None:
    printed = [None if v is None else round(v, decimals) for v in values]
    for given_values in (printed, values):
        text = scaled(given_values, decimals)
        if isinstance(text, str):
            found = [None if n is None else n / 10**decimals for n in back(text)]
            assert found == given_values
        else:
            assert text == given_values


def test_values_finer_than_their_decimals_stay_as_they_are() -> None:
    assert scaled([0.125, None], 2) == [0.125, None]
    assert scaled([2.0**60], 0) == [2.0**60]


def test_letters_are_those_of_a_web_address() -> None:
    assert len(set(ALPHABET)) == 2 * MORE
    assert ALPHABET.isascii()
    assert NONE not in ALPHABET


def test_ranks_and_classes_that_do_not_follow_are_written(run: Run) -> None:
    content = payload(run)
    layer = content["layers"][0]  # type: ignore[index]  # a list
    view = next(iter(layer["views"].values()))
    plain = next(iter(packed(content)["layers"][0]["views"].values()))  # type: ignore[index]  # as above
    assert {"ranks", "classes"} & set(plain) == set()
    view["ranks"] = [None] * len(view["ranks"])
    view["classes"] = "x" * len(view["classes"])
    odd = next(iter(packed(content)["layers"][0]["views"].values()))  # type: ignore[index]  # as above
    assert back(odd["ranks"]) == view["ranks"]
    assert odd["classes"] == view["classes"]


@pytest.mark.parametrize("number", [31, 32, 1023, 1024, -16, -17])
def test_ends_of_a_character_are_kept(number: int) -> None:
    assert back(base64([number, 0])) == [number, 0]
