"""The menus as a picture: `python -m telephony.menu_tree` writes docs/ivr-menus.svg from gateway/ivr/menus.yml."""

import argparse
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from gateway.ivr.content import MAIN, Choice, Content, Menu, load

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "ivr-menus.svg"
_ROW, _COLUMN, _BOX, _MARGIN, _TOP = 30, 300, 250, 20, 64  # pixels
_STYLE = (
    "text{font:14px sans-serif;fill:#222}.key{font-weight:bold;fill:#fff}.small{font-size:12px;fill:#555}"
    ".menu{fill:#fff2e6;stroke:#c75300}.topic{fill:#f3f3f3;stroke:#888}.way{fill:none;stroke:#999}.dot{fill:#c75300}"
)


class _Drawing:
    """The picture in the making: one row for each topic, menus in the middle of what they lead to."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._rows = 0
        self._shapes: list[str] = []

    def menu(self, menu: Menu, key: int | None, words: str) -> float:
        """Draw `menu` with all below it; returns the height of its box's middle."""
        middles = [self._choice(choice, number, menu.level) for number, choice in enumerate(menu.choices, 1)]
        middle = (middles[0] + middles[-1]) / 2
        right = _MARGIN + (menu.level - 1) * _COLUMN + _BOX
        for end in middles:
            bend = (right + _MARGIN + menu.level * _COLUMN) / 2
            left = _MARGIN + menu.level * _COLUMN
            self._shapes.append(
                f'<path class="way" d="M{right} {middle:g}C{bend:g} {middle:g} {bend:g} {end:g} {left} {end:g}"/>'
            )
        self._box("menu", menu.level - 1, middle, key, words)
        return middle

    def _choice(self, choice: Choice, key: int, column: int) -> float:
        if choice.menu:
            return self.menu(self._content.menus[choice.menu], key, choice.say)
        middle = _TOP + self._rows * _ROW + _ROW / 2
        self._rows += 1
        self._box("topic", column, middle, key, choice.say)
        return middle

    def _box(self, kind: str, column: int, middle: float, key: int | None, words: str) -> None:
        left = _MARGIN + column * _COLUMN
        self._shapes.append(f'<rect class="{kind}" x="{left}" y="{middle - 12:g}" width="{_BOX}" height="24" rx="4"/>')
        start = left + 10
        if key is not None:
            self._shapes.append(f'<circle class="dot" cx="{left + 14}" cy="{middle:g}" r="9"/>')
            self._shapes.append(
                f'<text class="key" x="{left + 14}" y="{middle + 5:g}" text-anchor="middle">{key}</text>'
            )
            start = left + 30
        self._shapes.append(f'<text x="{start}" y="{middle + 5:g}">{escape(words)}</text>')

    def finished(self) -> str:
        """The whole SVG."""
        levels = max(menu.level for menu in self._content.menus.values())
        width, height = 2 * _MARGIN + levels * _COLUMN + _BOX, _TOP + self._rows * _ROW + _MARGIN
        title = "Menus de la ligne 7400"
        legend = "Partout : 0 un conseiller, * répéter, # revenir. En orange un menu, en gris une réponse."
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
                f"<title>{title}</title><style>{_STYLE}</style>",
                '<rect width="100%" height="100%" fill="#fff"/>',
                f'<text x="{_MARGIN}" y="26" style="font-size:18px">{title}</text>',
                f'<text class="small" x="{_MARGIN}" y="46">{escape(legend)}</text>',
                *self._shapes,
                "</svg>",
                "",
            )
        )


def picture(content: Content) -> str:
    """The menus of `content` as an SVG document."""
    drawing = _Drawing(content)
    main_menu = content.menus[MAIN]
    drawing.menu(main_menu, None, main_menu.title.rstrip("."))
    return drawing.finished()


def main() -> int:
    """Write the picture; with --check only say whether it is the one of the menus. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m telephony.menu_tree", description="Draw the menus of the line.")
    parser.add_argument("--check", action="store_true", help="write nothing: exit 1 when the picture is an old one")
    arguments = parser.parse_args()
    drawn = picture(load())
    if arguments.check:
        return 0 if PICTURE.exists() and PICTURE.read_text("utf-8") == drawn else 1
    PICTURE.write_text(drawn, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
