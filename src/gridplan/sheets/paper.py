"""A sheet of paper in millimetres: A3 landscape with frame and binding margin, and texts and lines put where they belong."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gridplan.sheets.fonts import sized

WIDTH_MM, HEIGHT_MM = 420.0, 297.0
MARGIN_MM, BINDING_MM = 15.0, 35.0
INCH_MM = 25.4
INK, PALE = "#222222", "#888888"


@dataclass(frozen=True)
class Box:
    """A part of the sheet, millimetres from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.bottom + self.height


FRAME = Box(BINDING_MM, MARGIN_MM, WIDTH_MM - BINDING_MM - MARGIN_MM, HEIGHT_MM - 2 * MARGIN_MM)
TITLE_MM, FOOT_MM, SIDE_MM, GAP_MM = 20.0, 12.0, 100.0, 3.0
MAP = Box(
    FRAME.left + GAP_MM,
    FRAME.bottom + FOOT_MM + GAP_MM,
    FRAME.width - SIDE_MM - 3 * GAP_MM,
    FRAME.height - TITLE_MM - FOOT_MM - 2 * GAP_MM,
)
SIDE = Box(MAP.right + GAP_MM, MAP.bottom, SIDE_MM, MAP.height)


class Paper:
    """One sheet: a figure and an axes over all of it whose unit is the millimetre."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH_MM / INCH_MM, HEIGHT_MM / INCH_MM))
        self.all = self.axes(Box(0.0, 0.0, WIDTH_MM, HEIGHT_MM))
        self.all.set_xlim(0.0, WIDTH_MM)
        self.all.set_ylim(0.0, HEIGHT_MM)
        self.all.set_axis_off()

    def axes(self, box: Box) -> Axes:
        """Return new axes over a part of the sheet, without ticks."""
        share = (
            box.left / WIDTH_MM,
            box.bottom / HEIGHT_MM,
            box.width / WIDTH_MM,
            box.height / HEIGHT_MM,
        )
        made = self.figure.add_axes(share)
        made.set_xticks([])
        made.set_yticks([])
        return made

    def text(  # where, how large, how it is set
        self, x: float, y: float, text: str, points: float, *, set_: str = "left", ink: str = INK
    ) -> None:
        """Write one line whose middle is at height y; ``set_``: "left", "center" or "right" of x. A dollar is a dollar."""
        self.all.text(
            x, y, text, fontproperties=sized(points), ha=set_, va="center", color=ink, parse_math=False
        )

    def frame(self, box: Box, *, wide: float = 0.6, fill: str = "none") -> None:
        """Draw a rectangle; ``wide`` in points."""
        self.all.add_patch(Rectangle((box.left, box.bottom), box.width, box.height, lw=wide, ec=INK, fc=fill))

    def line(self, x0: float, y0: float, x1: float, y1: float, *, wide: float = 0.4) -> None:
        """Draw a line; ``wide`` in points."""
        self.all.plot([x0, x1], [y0, y1], color=INK, lw=wide, solid_capstyle="butt")
