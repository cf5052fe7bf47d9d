"""The font of printed sheets: an open one with Chinese letters, embedded in what is written."""

from functools import cache
from importlib.resources import files

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

PACKAGE, FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"


@cache
def font() -> FontProperties:
    """Return Noto Sans SC (SIL Open Font License) from its package."""
    path = str(files(PACKAGE) / FILE)
    font_manager.fontManager.addfont(path)
    return FontProperties(fname=path)


def sized(points: float) -> FontProperties:
    """Return the font at a size."""
    own = font().copy()
    own.set_size(points)
    return own
