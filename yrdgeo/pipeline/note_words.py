"""What the measures say of their own results, in Chinese: each sentence is a row of a table.

The measures speak English and name cities by code. A sentence that no row knows stays as it is:
nothing that was said is lost.
"""

import re
from collections.abc import Callable, Mapping

import pandas as pd

Found = re.Match[str]
_NUMBER = r"[-−+]?[\d.,]+(?:e[-+]?\d+)?"
_UNITS = {"km": "公里", "min": "分钟", "order": "重边界"}
_REASONS = {
    "no value": "没有数值",
    "no size": "没有规模",
    "no path from the core": "与核心之间没有通路",
    "distance 0, which has no logarithm": "距离为0，没有对数",
    "a year lacks a value": "有年份缺数值",
}
_MORAN = rf"\(Moran's I ({_NUMBER}|nan), p = ({_NUMBER}), (\d+) draws\)"


def _unit(text: str | None) -> str:
    return _UNITS.get(text or "", text or "")


def _breaks(found: Found) -> str:
    before = "无转折" if found[1] == "No break" else f"仅{found[1].split(' ')[0]}处转折"
    verdict = "不拒绝" if found[2] else "拒绝"
    return f"{before}的假设：{verdict}（sup-F为{found[3]}，p = {found[4]}，{found[5]}次抽样）。"


def _left_out(found: Found) -> str:
    return f"未纳入（{_REASONS.get(found[1], found[1])}）：{found[2].replace(', ', '、')}。"


def _turn(found: Found) -> str:
    return f"拟合值在{found[2]}{_unit(found[3])}处{'最低' if found[1] == 'lowest' else '最高'}。"


# The English sentence → what the Chinese one is made of: text with the groups, or a function.
SENTENCES: tuple[tuple[str, str | Callable[[Found], str]], ...] = (
    (rf"Left out, smaller than ({_NUMBER}): (\d+)\.", "未纳入（小于{1}）：{2}个。"),
    (r"Left out, ([^:]+): ([^.]+)\.", _left_out),
    (
        rf"Half-distance ({_NUMBER})(?: (\w+))?\.(?!\d)",
        lambda found: f"每{found[1].rstrip('.')}{_unit(found[2])}减半。",
    ),
    (rf"The fitted value is (lowest|highest) at ({_NUMBER})(?: (\w+))?\.(?!\d)", _turn),
    (r"R² is undefined: all values are equal\.", "所有数值相等，R²没有定义。"),
    (
        r"HC3 is undefined: (.+?) alone decides a coefficient\.",
        "{1}单独决定一个系数，HC3没有定义。",
    ),
    (
        rf"Residuals are alike between neighbours {_MORAN}: standard errors are likely too small\.",
        "相邻城市的残差相似（莫兰指数{1}，p = {2}，{3}次置换），标准误可能偏小。",
    ),
    (
        rf"No likeness of residuals between neighbours is found {_MORAN}\.",
        "未发现相邻城市的残差相似（莫兰指数{1}，p = {2}，{3}次置换）。",
    ),
    (r"Without a neighbour in the fit: ([^.]+)\.", "拟合中没有相邻城市：{1}。"),
    (
        r"(No break|\d+ breaks?): (not )?rejected \(sup-F (\S+), p = (\S+), (\d+) draws\)\.",
        _breaks,
    ),
    (
        r"The interval of break (\d+) reaches the end of the search\.",
        "第{1}处转折的区间到达搜索范围的边缘。",
    ),
    (
        r"Local regression of the nearest (\d+) of (\d+) places: no equation\.",
        "局部回归，每处取{2}个城市中最近的{1}个，没有方程。",
    ),
    (r"Equal sizes share their mean rank\.", "规模相等者取平均位次。"),
    (r"Cities do not converge: there is no half-life\.", "城市之间没有收敛，因此没有半衰期。"),
    (
        r"1 \+ bT is not above zero: the order of cities turns, there is no speed\.",
        "1 + bT不大于零：城市次序颠倒，没有收敛速度。",
    ),
    (r"The measure needs (\d+) cities or more\.", "该指标至少需要{1}个城市。"),
    (r"An interval needs (\d+) cities or more\.", "区间至少需要{1}个城市。"),
    (r"Only (\d+) cities: a rough guide\.", "仅{1}个城市，只可作粗略参考。"),
    (r"([\d,]+) draws gave no number and are left out\.", "有{1}次抽样得不到数值，未计入。"),
    (
        r"No correction for bias is defined: the quantiles are as drawn\.",
        "偏差修正没有定义，直接取抽样的分位数。",
    ),
    (r"Most draws of cities give no number\.", "对城市的多数抽样得不到数值。"),
    (r"ranked by (\w+)", "按{1}排序"),
)
_KNOWN = tuple((re.compile(pattern), made) for pattern, made in SENTENCES)


def in_chinese(note: str, names: Mapping[str, str] | None = None) -> str:
    """Return the note of a result in Chinese, cities by name.

    Parameters
    ----------
    note
        One sentence or more, in English.
    names
        Chinese names by adcode.

    Examples
    --------
    >>> in_chinese("Left out, no value: 330900. Half-distance 263.7 km.", {"330900": "舟山市"})
    '未纳入（没有数值）：舟山市。每263.7公里减半。'
    >>> in_chinese("Equal sizes share their mean rank. A new remark.")
    '规模相等者取平均位次。A new remark.'
    """
    rest, said = note.strip(), ""
    while rest:
        whole = ((pattern.match(rest), made) for pattern, made in _KNOWN)
        found, made = next(((one, made) for one, made in whole if one), (None, ""))
        if found is None:
            return said + rest
        said += _named(_filled(made, found), names or {})
        rest = rest[found.end() :].lstrip()
    return said


def _filled(made: str | Callable[[Found], str], found: Found) -> str:
    if isinstance(made, str):
        return re.sub(r"\{(\d)\}", lambda place: found[int(place[1])] or "", made)
    return made(found)


def _named(part: str, names: Mapping[str, str]) -> str:
    known = re.sub(r"(?<!\d)\d{6}(?!\d)", lambda code: names.get(code[0], code[0]), part)
    return re.sub(r"(?<=市), ", "、", known)


def with_chinese(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with ``note_zh`` after ``note``, where it has the one and not the other."""
    if "note" not in table or "note_zh" in table:
        return table
    notes = [in_chinese(note, names) if isinstance(note, str) else "" for note in table["note"]]
    at = list(table.columns).index("note") + 1
    columns = [*table.columns[:at], "note_zh", *table.columns[at:]]
    return table.assign(note_zh=notes)[columns]
