"""What layers of position are called and mean, in Chinese and English: a row a layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

TOPICS = {
    "position": ("区位与联系", "Position and linkage"),
    "clusters": ("空间集聚", "Clusters"),
}
NAMED = "categories"
# What stands in the places of a title where no study fills them.
PLAIN = {"values_zh": "数值", "values_en": "Values", "near_zh": "邻居", "near_en": "neighbours"}
CLASS_COLUMNS = ("classes", "classes_zh", "classes_en")
MODELLED_ZH = "模型值：以GDP与常住人口的几何平均数为质量，按最快时间衰减。"
MODELLED_EN = "Modelled flows: √(GDP × people) over powers of the fastest minutes."


@dataclass(frozen=True, slots=True)
class Placed:
    """The words of a layer; places in braces are filled when its numbers are known.

    Attributes
    ----------
    topic, title_zh, title_en, unit_zh, unit_en, meaning_zh, meaning_en
        As in the ``layers`` table.
    says_zh, says_en
        A sentence with numbers of the whole map.
    classes
        ``key, Chinese, English`` of each named class, in the order of the colours; empty where
        the layer has numbers, or where its classes are known with its values.
    scheme, palette, decimals
        How it is drawn.
    """

    topic: str
    title_zh: str
    title_en: str
    meaning_zh: str
    meaning_en: str
    unit_zh: str = ""
    unit_en: str = ""
    says_zh: str = ""
    says_en: str = ""
    classes: tuple[tuple[str, str, str], ...] = ()
    scheme: str = "fisher_jenks"
    palette: str = "sequential"
    decimals: int = 0
    better: Literal["high", "low", "none"] = "none"

    def titles(self, words: Mapping[str, str]) -> tuple[str, str]:
        """Return both titles."""
        return _filled(self.title_zh, words), _filled(self.title_en, words)

    def row(self, layer_id: str, words: Mapping[str, str]) -> dict[str, object]:
        """Return the row of the ``layers`` table."""
        topic_zh, topic_en = TOPICS[self.topic]
        title_zh, title_en = self.titles(words)
        own = [";".join(cells) for cells in zip(*self.classes, strict=True)] or ["", "", ""]
        return {
            "layer_id": layer_id,
            "result": "results",
            "column": layer_id,
            "scheme": self.scheme,
            "topic": self.topic,
            "topic_zh": topic_zh,
            "topic_en": topic_en,
            "palette": self.palette,
            "midpoint": np.nan,
            "title_zh": title_zh,
            "title_en": title_en,
            "unit": self.unit_en,
            "unit_zh": self.unit_zh,
            "unit_en": self.unit_en,
            "decimals": self.decimals,
            "better": self.better,
            "kind": "intensive",
            "meaning_zh": _filled(self.meaning_zh, words),
            "meaning_en": _filled(self.meaning_en, words),
            "says_zh": _filled(self.says_zh, words),
            "says_en": _filled(self.says_en, words),
            **{key: words.get(key, cell) for key, cell in zip(CLASS_COLUMNS, own, strict=True)},
        }


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Put words into their places, once: a brace in a title of the user stays a brace.

    >>> _filled("{a} of {b}", {"a": "{b}", "b": "x"})
    '{b} of x'
    """
    return text.format_map(words) if "{" in text else text


_FAR = (
    ("not significant", "不显著", "Not significant"),
    ("island", "没有邻居", "No neighbour"),
)

LINKED: dict[str, Placed] = {
    "core_periphery": Placed(
        "position",
        "核心与边缘",
        "Core and periphery",
        "博加蒂与埃弗里特的离散模型：核心城市彼此联系，也联系边缘城市，边缘城市之间则少有联系；"
        f"取流量的平方根。{MODELLED_ZH}",
        "Discrete model of Borgatti and Everett: cores are linked with each other and with the "
        f"periphery, the periphery hardly with itself; roots of the flows. {MODELLED_EN}",
        says_zh="{of}个城市中{n}个为核心，拟合度{fit}（打乱流量检验：p = {p}，{least_zh}）。",
        says_en="{n} of {of} cities are the core; fit {fit} (flows dealt anew: p = {p}, "
        "{least_en}). ",
        classes=(("core", "核心", "Core"), ("periphery", "边缘", "Periphery")),
        scheme=NAMED,
        palette="core",
    ),
    "coreness": Placed(
        "position",
        "核心度（连续）",
        "Coreness, continuous",
        f"博加蒂与埃弗里特的连续模型，最高者为1；取流量的平方根。{MODELLED_ZH}",
        "Continuous model of Borgatti and Everett, the highest being 1; roots of the flows. "
        f"{MODELLED_EN}",
        says_zh="连续模型的拟合度为{fit}。",
        says_en="The continuous model fits with {fit}. ",
        decimals=2,
        better="high",
    ),
    "communities": Placed(
        "position",
        "联系社区",
        "Communities of linkage",
        f"卢万算法：社区内部的联系多于随机；以其中GDP最大的城市命名。{MODELLED_ZH}",
        "Louvain's method: cities of a community exchange more than chance would have it; each is "
        f"named after its city with the largest GDP. {MODELLED_EN}",
        says_zh="{n}个社区，与省份的标准化互信息为{nmi}（0为无关，1为一致；随机为{chance}）。",
        says_en="{n} communities; normalised mutual information with the provinces {nmi} (0 says "
        "nothing, 1 all; {chance} by chance). ",
        scheme=NAMED,
        palette="qualitative",
    ),
    "field_strength": Placed(
        "position",
        "场强指数（各城市平均为100）",
        "Field strength (mean of the cities = 100)",
        f"其他所有城市引力之和，各城市平均为100。{MODELLED_ZH}",
        f"Sum of the pulls of all other cities; the mean of the cities is 100. {MODELLED_EN}",
        decimals=0,
        better="high",
    ),
    "flow_primacy": Placed(
        "position",
        "首位联系占比",
        "Share of the largest flow",
        f"一城对外联系中流向最大联系方的比重；越高越依附于一城。{MODELLED_ZH}",
        "What part of a city's flows goes to the city that takes most of them: the higher, the "
        f"more it leans on one. {MODELLED_EN}",
        "%",
        "%",
        decimals=1,
    ),
}
CLUSTERED: dict[str, Placed] = {
    "local_moran": Placed(
        "clusters",
        "{values_zh}的集聚（局部莫兰，{near_zh}）",
        "{values_en}: clusters (local Moran, {near_en})",
        "局部莫兰指数：高值或低值相邻为集聚，高低相邻为异常；错误发现率控制在5%。",
        "Local Moran: high or low values among their like are clusters, among their opposites "
        "outliers; the false discovery rate is held at 5 %.",
        says_zh="全局莫兰指数{moran}（p = {p}）。",
        says_en="Moran's I of all cities is {moran} (p = {p}). ",
        classes=(
            ("high-high", "高值集聚", "High among high"),
            ("low-low", "低值集聚", "Low among low"),
            ("high-low", "高值被低值包围", "High among low"),
            ("low-high", "低值被高值包围", "Low among high"),
            *_FAR,
        ),
        scheme=NAMED,
        palette="clusters",
    ),
    "getis_ord": Placed(
        "clusters",
        "{values_zh}的冷热点（G*，{near_zh}）",
        "{values_en}: hot and cold spots (G*, {near_en})",
        "盖蒂斯与奥德的G*：本市与邻市合起来偏高为热点，偏低为冷点；错误发现率控制在5%。",
        "Getis and Ord's G*: a city and its neighbours together are high in a hot spot and low in "
        "a cold one; the false discovery rate is held at 5 %.",
        classes=(("hot", "热点", "Hot spot"), ("cold", "冷点", "Cold spot"), *_FAR),
        scheme=NAMED,
        palette="spots",
    ),
}
