"""Laws of the resolver: decoration changes nothing, noise is never taken for a place."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yrdgeo.errors import PlaceError
from yrdgeo.sources.names import fold, resolve
from yrdgeo.sources.places import Place, place, places, rows

CITIES = [places("prefecture")[row["adcode"]] for row in rows("cities.csv")]
HOMONYMS = {"Suzhou", "Taizhou"}
DELTA = ("31", "32", "33", "34")

cities = st.sampled_from(CITIES)
spaces = st.text(" \t\u3000\u200b\ufeff", max_size=3)
UNIQUE = [city for city in CITIES if city.name_en not in HOMONYMS]


def _wide(text: str) -> str:
    """Return the full-width form of the ASCII signs of a text."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@given(city=cities, left=spaces, right=spaces, wide=st.booleans(), tail=st.sampled_from(["", ".0"]))
def test_a_code_survives_width_spaces_and_a_spreadsheet(
    city: Place,
    *,
    left: str,
    right: str,
    wide: bool,
    tail: str,
) -> None:
    code = city.adcode
    written = _wide(code + tail) if wide else code + tail
    assert resolve(f"{left}{written}{right}") == code


@given(
    city=cities,
    province=st.sampled_from(["", "full", "short"]),
    full=st.booleans(),
    between=spaces,
    behind=st.booleans(),
)
def test_a_chinese_name_survives_its_province_before_or_behind(
    city: Place, province: str, *, full: bool, between: str, behind: bool
) -> None:
    name = city.name_zh if full else city.short_zh
    above = places("province")[f"{city.adcode[:2]}0000"]
    prefix = {"": "", "full": above.name_zh, "short": above.short_zh}[province]
    if above.adcode == city.adcode:
        prefix = ""
    written = f"{name}{between}{prefix}" if behind else f"{prefix}{between}{name}"
    assert resolve(written) == city.adcode


@given(
    city=st.sampled_from(UNIQUE),
    case=st.sampled_from([str.upper, str.lower, str.title, str]),
    word=st.sampled_from(["", " City", " Shi", " Prefecture", "shi", ", China"]),
    apostrophe=st.sampled_from(["'", "’", "", "-"]),
    pad=spaces,
)
def test_an_english_name_survives_case_designators_and_apostrophes(
    city: Place, case: Callable[[str], str], word: str, apostrophe: str, pad: str
) -> None:
    name = city.name_en.replace("'", apostrophe)
    written = pad + case(name + word) + pad
    assert resolve(written) == city.adcode


@given(city=cities, other=cities)
def test_parts_that_disagree_are_refused(city: Place, other: Place) -> None:
    written = f"{city.adcode} {other.name_zh}"
    if city is other:
        assert resolve(written) == city.adcode
    else:
        with pytest.raises(PlaceError):
            resolve(written)


@given(
    text=st.text(max_size=12)
    | st.text("苏州市宿泰台江省南通区巢湖上海 0123456789suzhotain'", max_size=8)
)
def test_noise_is_a_place_only_if_it_spells_that_place(text: str) -> None:
    try:
        found = place(resolve(text))
    except PlaceError:
        return
    folded = re.sub(r"[^0-9a-z\u3400-\u9fff]", "", fold(text))
    aliases = [row["alias"] for row in rows("aliases.csv") if row["adcode"] == found.adcode]
    keys = [found.short_zh, found.name_en, found.adcode, found.adcode[:4], *aliases]
    assert any(re.sub(r"[^0-9a-z\u3400-\u9fff]", "", fold(key)) in folded for key in keys)


@given(city=cities, at=st.integers(0, 4), sign=st.sampled_from("东西南北中新大山水城州沟岛"))
def test_a_character_more_is_another_name(city: Place, at: int, sign: str) -> None:
    name = city.short_zh
    longer = name[:at] + sign + name[at:]
    official = {n for unit in places("prefecture").values() for n in (unit.name_zh, unit.short_zh)}
    if longer in official:
        return
    with pytest.raises(PlaceError):
        resolve(longer)


@given(city=cities, digits=st.integers(0, 99))
def test_a_code_with_other_last_digits_is_not_the_city(city: Place, digits: int) -> None:
    code = f"{city.adcode[:4]}{digits:02d}"
    legal = {"310100": "310000"}
    if code in places("prefecture"):
        assert resolve(code) == code
    elif code in legal:
        assert resolve(code) == legal[code]
    else:
        with pytest.raises(PlaceError):
            resolve(code)


@given(unit=st.sampled_from([u for c, u in places("county").items() if c.startswith(DELTA)]))
def test_a_county_is_known_by_its_full_address_and_never_as_a_city(unit: Place) -> None:
    city = places("prefecture")[unit.parent]
    address = f"{city.name_zh}{unit.name_zh}"
    assert resolve(address, level="county") == unit.adcode
    english = f"{unit.name_en} District, {city.name_en}"
    with pytest.raises(PlaceError):
        resolve(address)
    with pytest.raises(PlaceError):
        resolve(english)
