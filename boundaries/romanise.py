# ruff: noqa: INP001 — a script beside its data, not a package
"""Write the English names of counties: stems in pinyin, endings in English. Not official names.

Stems in the delta are those of ``counties.csv``, those of Hong Kong, Macao and Taiwan the usual
ones; every other stem is the pinyin of the Chinese name. The readings were compared one by one
with CC-CEDICT, which has 2,390 of the names: READINGS are those in which it, or the place itself,
reads a character otherwise than pypinyin. Names from Mongolian, Tibetan or Uyghur are spelled from
the Chinese too. Same inputs, same bytes::

    pip install pypinyin==0.55.0
    python boundaries/romanise.py
"""

import csv
import re
from pathlib import Path

from pypinyin import lazy_pinyin

from yrdgeo.provenance import data_path, whole_file

ROMANISED = "romanised"
# Chinese ending → English ending, the longest first; a side or a part of a banner stands before it.
ENDINGS = {
    "自治县": "Autonomous County",
    "自治旗": "Autonomous Banner",
    "联合旗": "United Banner",
    "左旗": "Left Banner",
    "右旗": "Right Banner",
    "前旗": "Front Banner",
    "中旗": "Middle Banner",
    "后旗": "Rear Banner",
    "行政委员会": "Administrative Committee",
    "矿区": "Mining District",
    "县": "County",
    "市": "City",
    "旗": "Banner",
    "区": "District",
}
WINGS = {"左翼": "Left Wing", "右翼": "Right Wing"}
WHOLE = {  # names whose ending is not what its characters say, or is longer
    "120116": ("滨海", "New Area"),
    "310115": ("浦东", "New Area"),
    "210113": ("沈北", "New District"),
    "429021": ("神农架", "Forestry District"),
    "520203": ("六枝", "Special District"),
}
READINGS = {
    "襄都": "Xiangdu", "信都": "Xindu", "望都": "Wangdu", "蔚县": "Yuxian", "泊头": "Botou",
    "繁峙": "Fanshi", "尧都": "Yaodu", "洪洞": "Hongtong", "昆都仑": "Kundulun",
    "克什克腾": "Keshiketeng", "扎鲁特": "Zalute", "霍林郭勒": "Huolinguole", "商都": "Shangdu",
    "长海": "Changhai", "弓长岭": "Gongchangling", "朝阳": "Chaoyang", "长白": "Changbai",
    "长岭": "Changling", "珲春": "Hunchun", "穆棱": "Muling", "绥棱": "Suiling", "马尾": "Mawei",
    "长泰": "Changtai", "都昌": "Duchang", "宁都": "Ningdu", "于都": "Yudu", "长清": "Changqing",
    "乐陵": "Laoling", "单县": "Shanxian", "殷都": "Yindu", "浚县": "Xunxian", "长垣": "Changyuan",
    "南乐": "Nanle", "魏都": "Weidu", "长葛": "Changge", "召陵": "Shaoling", "长阳": "Changyang",
    "宜都": "Yidu", "曾都": "Zengdu", "花都": "Huadu", "佛冈": "Fogang", "长洲": "Changzhou",
    "龙圩": "Longxu", "都安": "Du'an", "丰都": "Fengdu", "新都": "Xindu", "什邡": "Shifang",
    "长宁": "Changning", "荥经": "Yingjing", "都匀": "Duyun", "长顺": "Changshun", "三都": "Sandu",
    "秦都": "Qindu", "长武": "Changwu", "佛坪": "Foping", "民乐": "Minle", "崆峒": "Kongtong",
    "武都": "Wudu", "称多": "Chenduo", "都兰": "Dulan", "库尔勒": "Ku'erle", "乌什": "Wushi",
    "阿图什": "Atushi", "麦盖提": "Maigaiti", "伽师": "Jiashi", "塔什库尔干": "Tashiku'ergan",
    "策勒": "Cele", "尼勒克": "Nileke", "阿勒泰": "Aletai", "康巴什": "Kangbashi", "郫都": "Pidu",
    "浪卡子": "Langkazi", "子长": "Zichang",
}  # fmt: skip
KNOWN = {
    "710001": "Kaohsiung City", "710003": "Hualien County", "710004": "Keelung City",
    "710005": "Chiayi City", "710006": "Chiayi County", "710007": "Miaoli County",
    "710008": "Nantou County", "710009": "Taipei City", "710010": "Penghu County",
    "710011": "Pingtung County", "710012": "New Taipei City", "710013": "Taitung County",
    "710014": "Tainan City", "710016": "Taichung City", "710018": "Taoyuan City",
    "710019": "Hsinchu City", "710020": "Hsinchu County", "710021": "Yilan County",
    "710022": "Yunlin County", "710023": "Changhua County",
    "810101": "Central and Western District", "810102": "Eastern District",
    "810103": "Kowloon City District", "810104": "Kwun Tong District",
    "810105": "Southern District", "810106": "Sham Shui Po District",
    "810107": "Wan Chai District", "810108": "Wong Tai Sin District",
    "810109": "Yau Tsim Mong District", "810110": "Islands District",
    "810111": "Kwai Tsing District", "810112": "North District", "810113": "Sai Kung District",
    "810114": "Sha Tin District", "810115": "Tuen Mun District", "810116": "Tai Po District",
    "810117": "Tsuen Wan District", "810118": "Yuen Long District", "820000": "Macao",
}  # fmt: skip


def english(row: dict[str, str]) -> str:
    """Return the English name of a row of ``counties.csv``."""
    adcode, name = row["adcode"], row["name_zh"]
    if adcode in KNOWN:
        return KNOWN[adcode]
    if adcode in WHOLE:
        stem, ending = WHOLE[adcode]
        return f"{pinyin(stem, name)} {ending}"
    last = next(one for one in ENDINGS if name.endswith(one) and len(name) > len(one))
    if row["name_en"]:
        return f"{row['name_en']} {ENDINGS['区' if last == '矿区' else last]}"
    stem = row["short_zh"]
    if "自治" in last and stem == name:
        stem = re.sub("(鄂温克)族$", r"\1", name.removesuffix(last))
    elif stem == name or last not in ("县", "区", "市", "自治县", "自治旗"):
        stem = name.removesuffix(last)
    wing = next((one for one in WINGS if stem.endswith(one)), "")
    ending = " ".join(part for part in (WINGS.get(wing, ""), ENDINGS[last]) if part)
    stem = stem.removesuffix(wing)
    # A stem of one character is said with its ending: 单县 is Shanxian County.
    return f"{pinyin(stem if len(stem) > 1 else name, name)} {ending}"


def pinyin(stem: str, name: str) -> str:
    """Return a stem in pinyin, read as a part of the whole name, with the apostrophes it needs."""
    if stem in READINGS:
        return READINGS[stem]
    syllables = lazy_pinyin(name, v_to_u=True)[: len(stem)]
    parted = (f"'{one}" if k and one[0] in "aoe" else one for k, one in enumerate(syllables))
    return "".join(parted).capitalize()


def main() -> None:
    """Write ``county_names.csv``."""
    with data_path("counties.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    path = Path(data_path("counties.csv")).with_name("county_names.csv")
    with whole_file(path) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["adcode", "name_en", "source_id"])
        for row in rows:
            own = row["name_en"] or row["adcode"] in KNOWN
            source = "county_names" if own else ROMANISED
            writer.writerow([row["adcode"], english(row), source])


if __name__ == "__main__":
    main()
