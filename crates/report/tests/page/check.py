"""Looks at the pages in a real browser, as people use them.

In: a folder with the pages, a browser's executable or `-` for playwright's own. Out: a line for
each check, screenshots beside the pages, and exit status 1 where a check failed.
"""

import re
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
CHECKS = []

# Busy machines are slow: what is written for people is far quicker, and printed.
OPENS_MS = 8000
FILTERS_MS = 500

# The contrast of every piece of text with what is behind it: what is below WCAG's level AA.
CONTRAST = """() => {
  const parse = (text) => {
    const numbers = text.match(/[\\d.]+(?:e-?\\d+)?/g).map(Number);
    const scale = text.startsWith("color(srgb") ? 255 : 1;
    return { rgb: numbers.slice(0, 3).map((it) => it * scale), alpha: numbers[3] ?? 1 };
  };
  const over = (top, below) => top.rgb.map((it, at) => it * top.alpha + below[at] * (1 - top.alpha));
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const colour = parse(getComputedStyle(element).backgroundColor);
    return colour.alpha === 1 ? colour.rgb : over(colour, behind(element.parentElement));
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((it) => it / 255).map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const poor = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.closest("svg, option, .spoken, .skip") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), back = behind(element);
    const [a, b] = [light(over(parse(style.color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.add(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${texts.currentNode.data.trim().slice(0, 40)}`);
  }
  return [...poor];
}"""


def check(function):
    CHECKS.append(function)
    return function


class Looker:
    """Opens pages, and sees to it that they say nothing to the console and ask for nothing."""

    def __init__(self, browser, folder):
        self.browser = browser
        self.folder = folder

    @contextmanager
    def page(self, name, anchor="", width=1280, height=900, **options):
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        url = (self.folder / f"{name}.html").as_uri()
        said, asked = [], []
        page.on("console", lambda it: said.append(it.text))
        page.on("pageerror", lambda it: said.append(str(it)))
        page.on("dialog", lambda it: (said.append(f"a dialog: {it.message}"), it.dismiss()))
        page.on("request", lambda it: asked.append(it.url))
        page.goto(url + anchor)
        yield page
        assert not said, f"the console says {said}"
        assert all(it.split("#")[0] == url for it in asked), f"requests: {asked}"
        context.close()

    def shot(self, page, name, **options):
        page.screenshot(path=self.folder / f"{name}.png", **options)


def shown(page):
    """The addresses of the cards that can be seen, in their order."""
    return page.eval_on_selector_all("article:not([hidden])", "all => all.map(it => it.dataset.address)")


def view(page):
    return [float(it) for it in page.get_attribute(".canvas svg", "viewBox").split()]


def settled(page):
    """After what the page does with the next frame."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def wait(page, condition):
    """The page's policy forbids what playwright's own waiting does in it."""
    end = time.monotonic() + 5
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"waited in vain for {condition}"
        page.wait_for_timeout(20)


@check
def opens(look):
    with look.page("wordpress") as page:
        assert page.inner_text("h1") == "wordpress"
        levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(it => Number(it.tagName[1]))")
        assert levels[0] == 1 and levels.count(1) == 1, levels
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:])), levels
        for landmark in ("header", "nav", "main", "footer", "[role=search]"):
            assert page.locator(landmark).count() == 1, landmark
        nameless = page.eval_on_selector_all(
            "button, input, select, a",
            "all => all.filter(it => !it.textContent.trim() && !it.ariaLabel).map(it => it.outerHTML)",
        )
        assert not nameless, nameless
        doubled = page.evaluate(
            "(() => { const ids = [...document.querySelectorAll('[id]')].map(it => it.id);"
            " return ids.filter((it, at) => ids.indexOf(it) !== at); })()"
        )
        assert not doubled, doubled
        look.shot(page, "light")


@check
def filters_combine_and_stand_in_the_address(look):
    with look.page("wordpress") as page:
        total = len(shown(page))
        page.click(".chip[data-verdict=data-loss]")
        assert shown(page) == ["aws_db_instance.main", "aws_s3_bucket.uploads", "aws_cloudwatch_log_group.wordpress"]
        assert page.get_attribute(".chip[data-verdict=data-loss]", "aria-pressed") == "true"
        assert page.inner_text("#hits") == f"3 of {total} changes"
        page.click(".chip[data-verdict=wider-exposure]")
        page.click(".chip[data-action=update]")
        assert len(shown(page)) == 3
        page.select_option("#layer", "application")
        assert shown(page) == ["aws_iam_role_policy.task"]
        page.fill("#search", "policy-widened all of s3")
        assert shown(page) == ["aws_iam_role_policy.task"]
        link = page.url
    with look.page("wordpress", "#" + link.split("#")[1]) as page:
        assert shown(page) == ["aws_iam_role_policy.task"]
        assert page.input_value("#search") == "policy-widened all of s3"
        assert page.input_value("#layer") == "application"
        assert page.get_attribute(".chip[data-action=update]", "aria-pressed") == "true"
        page.click("#clear")
        assert len(shown(page)) == total
        assert "#" not in page.url
        assert not page.is_visible("#clear")


@check
def search_finds_addresses_attributes_and_reasons(look):
    with look.page("wordpress") as page:
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        for words, address in [
            ("AWS_LB.main", "aws_lb.main"),
            ("retention_in_days", "aws_cloudwatch_log_group.wordpress"),
            ("snapshot and a restore", "aws_db_instance.main"),
            ("ssh", "aws_security_group.web"),
        ]:
            page.fill("#search", words)
            assert shown(page) == [address], (words, shown(page))
        page.fill("#search", "nowhere to be found")
        assert shown(page) == [] and page.is_visible("#none")
        assert page.inner_text("#hits").startswith("0 of")
        assert page.get_attribute("#hits", "aria-live") == "polite"
        page.keyboard.press("Escape")
        assert page.input_value("#search") == "" and len(shown(page)) == 12
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") != "search"


@check
def order_and_opening(look):
    with look.page("wordpress") as page:
        orders = "all => all.map(it => Number(it.dataset.order))"
        risk = page.eval_on_selector_all("article", orders)
        page.select_option("#order", "dependency")
        assert page.eval_on_selector_all("article", orders) == sorted(risk)
        page.select_option("#order", "risk")
        assert page.eval_on_selector_all("article", orders) == risk
        page.click("#toggle")
        assert page.locator("article > details:not([open])").count() == 0
        assert page.inner_text("#toggle") == "Close all"
        page.click("#toggle")
        assert page.locator("article > details[open]").count() == 0


@check
def links_between_changes(look):
    with look.page("wordpress", "#verdict=data-loss") as page:
        page.click("article[data-address='aws_db_instance.main'] a.ref")
        target = page.locator("article[data-address='aws_ecs_task_definition.wordpress']")
        assert target.is_visible() and target.locator("details").first.get_attribute("open") is not None
        wait(page, "document.activeElement.closest('article')?.dataset.address === 'aws_ecs_task_definition.wordpress'")


@check
def copying(look):
    with look.page("wordpress", permissions=["clipboard-read", "clipboard-write"]) as page:
        page.locator("[data-copy]").first.click()
        wait(page, "document.querySelector('[data-copy]').textContent === 'Copied'")
        block = '[[moved]]\nfrom = "aws_s3_bucket.uploads"\nto = "aws_s3_bucket.media"'
        assert page.evaluate("navigator.clipboard.readText()") == block


@check
def a_click_on_a_node(look):
    with look.page("wordpress") as page:
        node = page.locator("[data-node][data-address='aws_db_instance.main']")
        node.scroll_into_view_if_needed()
        node.click()
        panel = page.locator("#inspector")
        assert "aws_db_instance" in panel.inner_text() and "data-loss" in panel.inner_text()
        assert panel.locator("li").all_inner_texts() == [
            "aws_security_group.database", "aws_db_subnet_group.main", "aws_secretsmanager_secret.database",
            "aws_ecs_task_definition.wordpress",
        ]
        assert page.locator(".canvas .node.near").count() == 5
        assert page.locator(".canvas .edge.near").count() == 4
        far = page.locator("[data-node][data-address='aws_vpc.main']")
        wait(page, "getComputedStyle(document.querySelector('[data-address=\"aws_vpc.main\"]')).opacity < 0.5")
        assert far.count() == 1
        assert "node=aws_db_instance.main" in page.url
        look.shot(page, "graph")
        panel.get_by_text("aws_db_subnet_group.main", exact=True).click()
        assert "aws_db_subnet_group" in panel.locator("h3").inner_text()
        page.keyboard.press("Escape")
        assert not panel.is_visible() and page.locator(".canvas .selected").count() == 0
        page.click("article[data-address='aws_ecs_service.wordpress'] summary")
        page.click("article[data-address='aws_ecs_service.wordpress'] [data-show]")
        assert page.locator(".canvas .selected").get_attribute("data-address") == "aws_ecs_service.wordpress"
        wait(page, "document.getElementById('stage').getBoundingClientRect().top < innerHeight")
        panel.locator("a.card-link").click()
        wait(page, "document.activeElement.closest('article')?.dataset.address === 'aws_ecs_service.wordpress'")
    with look.page("wordpress", "#node=aws_lb.main") as page:
        assert page.locator(".canvas .selected").get_attribute("data-address") == "aws_lb.main"


@check
def zoom_and_pan(look):
    with look.page("wordpress") as page:
        page.evaluate("document.getElementById('stage').scrollIntoView({block: 'center'})")
        settled(page)
        whole = view(page)

        def changed(by, expect):
            before = view(page)
            by()
            settled(page)
            assert expect(before, view(page)), (before, view(page))

        wider = lambda before, after: after[2] > before[2] * 1.05
        closer = lambda before, after: after[2] < before[2] * 0.95
        moved = lambda before, after: after[2] == before[2] and after[:2] != before[:2]
        press = lambda key: lambda: page.keyboard.press(key)
        changed(lambda: page.click("[data-graph=in]"), closer)
        changed(lambda: page.click("[data-graph=out]"), wider)
        page.focus("#canvas")
        changed(press("+"), closer)
        changed(press("-"), wider)
        changed(press("ArrowLeft"), moved)
        changed(press("ArrowDown"), moved)
        box = page.locator("#canvas").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 30
        page.mouse.move(x, y)
        changed(lambda: (page.mouse.wheel(0, -300), page.wait_for_timeout(100)), closer)
        page.mouse.down()
        changed(lambda: page.mouse.move(x - 90, y - 60, steps=4), moved)
        page.mouse.up()
        assert not page.is_visible("#inspector"), "a drag is no click"
        page.click("[data-graph=fit]")
        settled(page)
        assert all(abs(a - b) < 1 for a, b in zip(view(page), whole)), (view(page), whole)
        page.click("[data-graph=changed]")
        settled(page)
        assert page.locator(".canvas .node:not(.off)").count() == 12
        assert not page.is_visible("[data-address='aws_vpc.main']")
        page.click("[data-graph=changed]")
        page.click("[data-graph=large]")
        assert page.locator("#stage").bounding_box()["height"] == 900
        page.keyboard.press("Escape")
        assert page.locator("#stage").bounding_box()["height"] < 900


@check
def fingers_zoom(look):
    with look.page("wordpress", width=390, height=800, has_touch=True) as page:
        page.evaluate("document.getElementById('stage').scrollIntoView({block: 'center'})")
        settled(page)
        before = view(page)
        box = page.locator("#canvas").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = page.context.new_cdp_session(page)

        def touch(kind, *gaps):
            points = [{"x": x + gap, "y": y, "id": at} for at, gap in enumerate(gaps)]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        touch("touchStart", -30, 30)
        for gap in (45, 60, 80, 100):
            touch("touchMove", -gap, gap)
        touch("touchEnd")
        settled(page)
        assert view(page)[2] < before[2] * 0.7, (before, view(page))


@check
def keyboard(look):
    with look.page("wordpress") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "changes"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert page.locator("article details").first.get_attribute("open") is None
        page.focus(".chip[data-verdict=outage]")
        page.keyboard.press("Space")
        assert len(shown(page)) == 2
        page.click("#clear")
        page.focus("[data-address='aws_lb.main'][data-node]")
        page.keyboard.press("Enter")
        assert page.is_visible("#inspector")
        assert page.evaluate("document.activeElement.id") == "inspector"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.address") == "aws_lb.main"


@check
def light_and_dark(look):
    ground = "getComputedStyle(document.body).backgroundColor"
    found = {}
    for scheme in ("light", "dark"):
        with look.page("wordpress", color_scheme=scheme, height=9000) as page:
            page.click("#toggle")
            page.click("#resources > summary")
            found[scheme] = page.evaluate(ground)
            poor = page.evaluate(CONTRAST)
            assert not poor, f"{scheme}: {poor}"
    assert found["light"] != found["dark"]
    with look.page("wordpress", color_scheme="dark") as page:
        look.shot(page, "dark")
        page.click("#theme")
        assert page.evaluate(ground) == found["light"]
        page.reload()
        assert page.evaluate(ground) == found["light"], "the choice is kept"
        page.click("#theme")
        assert page.evaluate(ground) == found["dark"]


@check
def on_paper(look):
    for script in (True, False):
        with look.page("wordpress", java_script_enabled=script, color_scheme="dark") as page:
            page.emulate_media(media="print")
            for hidden in (".find", ".controls", "#theme", "nav", "#resources", "[data-copy]"):
                assert not page.locator(hidden).first.is_visible(), hidden
            for text in ("containerPath", "logs:PutLogEvents", "a new revision is rolled out task by task"):
                assert page.get_by_text(text).first.is_visible(), (script, text)
            look.shot(page, "print")
            pdf = page.pdf(path=look.folder / "print.pdf", format="A4")
            pages = len(re.findall(rb"/Type\s*/Page[^s]", pdf))
            assert 4 <= pages <= 12, pages
            if script:
                page.emulate_media(media="screen")
                assert page.locator("article > details:not([open])").count() > 0, "closed again"
                colours = page.evaluate("getComputedStyle(document.querySelector('#graph')).breakBefore")
                assert colours == "auto"


@check
def without_javascript(look):
    with look.page("wordpress", java_script_enabled=False) as page:
        assert page.locator(".needs-script:visible").count() == 0
        assert page.locator("article:visible").count() == 12
        closed = page.locator("article[data-address='aws_lb.main']")
        closed.locator("summary").first.click()
        assert closed.get_by_text("changed outside stackctl").is_visible()
        page.click("#resources > summary")
        assert page.locator("#r1").is_visible()
        page.click("#r1 a >> nth=0")
        page.click("nav a[href='#graph']")
        assert page.locator(".canvas svg").is_visible()
        look.shot(page, "without-javascript")


@check
def narrow(look):
    for name in ("wordpress", "empty", "hostile"):
        with look.page(name, width=360, height=740) as page:
            page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true; })")
            settled(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
            if name == "wordpress":
                look.shot(page, "narrow", full_page=True)


@check
def hostile_texts_stay_texts(look):
    with look.page("hostile") as page:
        assert page.locator("img").count() == 0
        assert "onerror=alert(1)" in page.inner_text("h1")
        page.fill("#search", "onerror=alert(1)")
        assert len(shown(page)) == 1
        page.locator("[data-node]").first.click()
        assert page.locator("img").count() == 0
        page.click("#inspector a >> nth=0")


@check
def nothing_changes(look):
    with look.page("empty") as page:
        assert page.get_by_text("Nothing changes").is_visible()
        assert page.locator("#search").count() == 0
        page.keyboard.press("/")
        page.locator("[data-address='aws_vpc.main']").click()
        assert page.is_visible("#inspector")
        look.shot(page, "empty")


@check
def little_motion(look):
    with look.page("wordpress", reduced_motion="reduce") as page:
        assert page.evaluate("getComputedStyle(document.querySelector('.canvas .node')).transitionDuration") in ("0s", "")


@check
def a_thousand_resources(look):
    with look.page("many") as page:
        opened = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        timed = """words => {
            const search = document.getElementById("search"), start = performance.now();
            search.value = words;
            search.dispatchEvent(new Event("input"));
            document.body.offsetHeight;
            return performance.now() - start;
        }"""
        times = [page.evaluate(timed, it) for it in ("tenant_0", "tenant_04", "tenant_0412", "")]
        print(f"     opened in {opened:.0f} ms, filtered in {', '.join(f'{it:.0f}' for it in times)} ms")
        assert opened < OPENS_MS and max(times) < FILTERS_MS
        page.fill("#search", "tenant_0412")
        assert shown(page) == ["aws_ecs_service.tenant_0412"]
        page.fill("#search", "")
        page.click("article[data-order='999'] summary")
        page.click("article[data-order='999'] [data-show]")
        assert page.locator(".canvas .selected").get_attribute("data-node") == "999"
        page.click("#inspector a >> nth=1")
        look.shot(page, "many")


def main(folder, executable):
    failed = 0
    with sync_playwright() as playwright:
        options = {} if executable == "-" else {"executable_path": executable}
        look = Looker(playwright.chromium.launch(args=FLAGS, **options), Path(folder))
        for function in CHECKS:
            name = function.__name__.replace("_", " ")
            try:
                function(look)
                print(f"ok   {name}", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {name}\n{traceback.format_exc()}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
