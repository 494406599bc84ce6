"""How long the first result takes after the last key, in the browser, and how much the page loads."""

import statistics

import pytest

from tests.console_browser.conftest import Desk

_TYPED = [
    "adr suppr open 971",
    "oppo demarchage",
    "conservation donees apres resiliation",
    "justif identité",
    "portabilité mobile Martinique",
    "délai réponse courrier",
    "supprimer mes donnees mali",
    "bloctel",
    "qui recoit les donnees",
    "délégué protection",
    "transferts hors ue",
    "client OBS effacement",
]
# From the input event of the last key to the frame in which the list that answers it is painted.
_MEASURE = """() => {
  const field = document.querySelector("#search");
  const list = document.querySelector("#results");
  window.took = [];
  let last = 0;
  field.addEventListener("input", () => { last = performance.now(); }, { capture: true });
  new MutationObserver(() => {
    const since = last;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (list.children.length && since === last) window.took.push(performance.now() - since);
    }));
  }).observe(list, { childList: true });
}"""
# Uncompressed, over all files that the page loads: more would be felt on a slow line.
_MOST_BYTES = 160_000


def test_results_follow_the_last_key(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.page.evaluate(_MEASURE)
    took = []
    for text in _TYPED:
        desk.search.fill("")
        desk.page.keyboard.type(text, delay=60)
        desk.options.first.wait_for()
        desk.page.wait_for_timeout(250)
        took.append(float(desk.page.evaluate("window.took.at(-1)")))
        desk.page.evaluate("window.took.length = 0")
    with capsys.disabled():
        print(
            f"\nlook-up: first result painted {statistics.median(took):.0f} ms after the last key at the median, "
            f"{max(took):.0f} ms at most, of {len(took)} look-ups"
        )
    assert len(took) == len(_TYPED)
    assert min(took) > 0


def test_a_fast_typist_sees_the_results_of_the_last_key_alone(desk: Desk) -> None:
    desk.page.keyboard.type("bloctel")
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type("portabilité")
    desk.page.keyboard.press("Enter")
    desk.card.wait_for()
    assert desk.card.get_by_role("heading", level=2).inner_text() == "Récupérer vos données (portabilité)"


def test_the_page_is_light_and_asks_nothing_of_another_host(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.open("adr suppr open 971")
    sizes = desk.page.evaluate(
        "performance.getEntriesByType('resource').map(({ name, decodedBodySize }) => [name, decodedBodySize])"
    )
    page = desk.page.evaluate("performance.getEntriesByType('navigation')[0].decodedBodySize")
    weight = page + sum(size for _, size in sizes)
    with capsys.disabled():
        print(f"\nthe console loads {weight / 1000:.0f} kB, uncompressed, in {len(sizes) + 1} requests")
    assert weight < _MOST_BYTES
    origin = desk.page.evaluate("location.origin")
    assert [url for url in desk.asked if not url.startswith(f"{origin}/conseiller")] == []


def test_what_is_typed_is_in_no_address(desk: Desk) -> None:
    desk.open("zzyzx suppression données Guadeloupe")
    assert not [url for url in desk.asked if "zzyzx" in url or "?" in url]
    assert desk.page.evaluate("localStorage.length + sessionStorage.length") == 0
