"""Made-up Chinese names: compounds, roads and people; each list in an order that only the seed decides."""

from itertools import product

import numpy as np

_FIRST = "金银翠碧锦瑞福祥安康和嘉景华明春秋海江云星月竹兰梅桂荷柳枫松紫青虹晨"
_SECOND = "湖泉溪桥庭园岸湾洲港林谷岭峰台阁苑轩城都府邸居家辉悦泰宁馨韵"
_KINDS = {
    "old": ("小区", "新村", "里", "宿舍", "家属院", "大院"),
    "new": ("花园", "华府", "名邸", "公馆", "雅苑", "国际", "天境"),
    "rural": ("家园", "新居", "佳苑", "新苑"),
}
_TIMES = ("东风", "红旗", "建设", "新华", "解放", "人民", "和平", "前进", "胜利", "光明")
_ROAD_FIRST = "海滨云龙凤鹤鹭松柏桃李文武仁义礼智信德正平永长兴盛昌隆丰裕康宁顺利东方阳光朝晖星辰"
_ROAD_SECOND = "山水川河江岭陵原野泽浦津渡塘堤门亭楼台桥林园苑田庄华荣庆祥瑞安和明亮通达"
_SUFFIX = {"快速路": "快速路", "主干路": "大道", "次干路": "路", "支路": "街"}
_NUMBERS = "一二三四五六七八九"
_SHORT_SHARE = 0.15  # of the people: names of two characters
_FAMILIES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红建国志海燕鹏飞雪梅琳欣宇晨浩然佳怡子涵"


def compound_names(era: str, count: int, rng: np.random.Generator) -> list[str]:
    """Return different names of compounds of an era."""
    stems = [a + b for a, b in product(_FIRST, _SECOND) if a != b]
    if era == "old":
        stems = [*_TIMES, *stems]
    names = [stem + kind for stem, kind in product(stems, _KINDS[era])]
    return [names[i] for i in rng.permutation(len(names))[:count]]


def road_names(ranks: list[str], rng: np.random.Generator) -> list[str]:
    """Return different names for roads of given ranks; small streets of one stem are numbered."""
    stems = [a + b for a, b in product(_ROAD_FIRST, _ROAD_SECOND) if a != b]
    order = iter(rng.permutation(len(stems)).tolist())
    small: list[str] = []
    names = []
    for rank in ranks:
        if rank != "支路":
            names.append(stems[next(order)] + _SUFFIX[rank])
            continue
        if not small:
            stem = stems[next(order)]
            small = [f"{stem}{number}{_SUFFIX[rank]}" for number in _NUMBERS]
        names.append(small.pop(0))
    return names


def person_names(count: int, rng: np.random.Generator) -> list[str]:
    """Return names of people; some share one, as people do."""
    family = rng.choice(list(_FAMILIES), count)
    given = rng.choice(list(_GIVEN), (count, 2))
    single = rng.random(count) < _SHORT_SHARE
    return [str(f + a + ("" if one else b)) for f, (a, b), one in zip(family, given, single, strict=True)]
