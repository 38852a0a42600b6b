from __future__ import annotations

import base64
import hashlib
import re
import shutil
from pathlib import Path

import pytest

from generator.model.errors import BuildError
from generator.model.site import Site
from generator.render.pages import plan_pages
from generator.render.templates import CSP, NOT_FOUND, Templates, root_of
from generator.views.phrases import ROOT
from tests.site_samples import a_paper, a_post, sample_site

TEMPLATES = Path(__file__).parents[2] / "templates"
SITE = sample_site()


def _folder(tmp_path: Path, **files: str) -> Path:
    for name, text in {"base": "<p>{{ chrome.title }}</p>", **files}.items():
        (tmp_path / f"{name}.html").write_text(text, "utf-8")
    return tmp_path


def _templates(folder: Path, site: Site = SITE) -> Templates:
    return Templates(folder, site)


def test_what_a_view_holds_is_escaped(tmp_path: Path) -> None:
    templates = _templates(_folder(tmp_path, page="<p>{{ v }}</p>"))

    assert templates.render("page.html", "index.html", "<script>") == b"<p>&lt;script&gt;</p>"


def test_no_control_character_reaches_a_page(tmp_path: Path) -> None:
    templates = _templates(_folder(tmp_path, page="{{ v }}"))

    assert templates.render("page.html", "index.html", "a\x00\x08\x1b\x7fb\ud800\tc\nd") == b"ab?\tc\nd"


def test_a_name_that_the_view_has_not_is_an_error_with_its_place(tmp_path: Path) -> None:
    templates = _templates(_folder(tmp_path, page="one\ntwo {{ v.nothing }}"))

    with pytest.raises(BuildError, match=r"page\.html:2: .*nothing"):
        templates.render("page.html", "index.html", {})


def test_a_template_that_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    templates = _templates(_folder(tmp_path, page="\n\n{% if %}"))

    with pytest.raises(BuildError, match=r"page\.html:3: "):
        templates.render("page.html", "index.html", {})


def test_a_folder_without_templates_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="--templates"):
        _templates(tmp_path)


@pytest.mark.parametrize(
    ("path", "root"), [("index.html", "./"), ("c/cs.LG/index.html", "../../"), ("about/index.html", "../")]
)
def test_links_lead_to_the_root_from_any_depth(path: str, root: str, tmp_path: Path) -> None:
    templates = _templates(_folder(tmp_path, page="{{ root }} {{ page_url }}"))

    assert root_of(path) == root
    address = path.removesuffix("index.html")
    assert templates.render("page.html", path, None).decode() == f"{root} {SITE.url}{address}"


def test_a_new_style_has_a_new_address(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    before = _templates(folder).assets
    style = folder / "static" / "style.css"
    style.write_text(style.read_text("utf-8") + "p { color: green }", "utf-8")

    assert _templates(folder).assets != before


def test_compiled_templates_are_kept_between_runs(tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "templates"
    first = Templates(TEMPLATES, SITE, cache=cache).render("not_found.html", NOT_FOUND, None)

    assert list(cache.iterdir())
    assert Templates(TEMPLATES, SITE, cache=cache).render("not_found.html", NOT_FOUND, None) == first


def test_the_page_for_wrong_addresses_brings_its_style_and_allows_no_other() -> None:
    html = Templates(TEMPLATES, SITE).render("not_found.html", NOT_FOUND, None).decode()

    style = re.search("<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in html
    assert "stylesheet" not in html
    assert f'href="{SITE.url}archive/"' in html


def test_only_the_page_for_wrong_addresses_may_send_a_form_and_only_to_this_site() -> None:
    templates = Templates(TEMPLATES, SITE)
    html = templates.render("not_found.html", NOT_FOUND, None).decode()

    assert f'action="{SITE.url}search/"' in html
    assert f'form-action {SITE.url.rpartition("/trending-arxiv")[0]}"' in html
    assert "form-action 'none'\"" in templates.render("offline.html", "offline/index.html", None).decode()


def test_home_brings_its_style_so_that_the_first_paint_waits_for_one_file_and_other_pages_share_it() -> None:
    pages = {output.path: output for output in plan_pages(SITE, Templates(TEMPLATES, SITE))}
    html, other = (pages[path].render().decode() for path in ("index.html", "about/index.html"))
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in html
    assert "stylesheet" not in html
    assert '<link rel="stylesheet" href="../static/style.css?v=' in other
    assert "<style>" not in other


def test_a_style_that_would_end_its_element_is_refused(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "style.css").write_text("a::after { content: '</style>' }")

    with pytest.raises(BuildError, match=r"style\.css"):
        _templates(_folder(tmp_path))


def test_pages_may_load_nothing_from_elsewhere_and_run_no_script_but_ours(tmp_path: Path) -> None:
    assert CSP.startswith("default-src 'none'")
    assert "script-src 'self';" in CSP
    assert "unsafe" not in CSP
    assert "http" not in CSP


def test_the_script_that_runs_before_the_first_paint_is_allowed_by_its_digest(tmp_path: Path) -> None:
    (tmp_path / "early.js").write_text("document.title = 1 < 2\n")
    templates = _templates(_folder(tmp_path, page="{{ csp }}<script>{{ early|safe }}</script>"))

    digest = base64.b64encode(hashlib.sha256(b"document.title = 1 < 2").digest()).decode()
    html = templates.render("page.html", "index.html", None).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in html
    assert html.endswith("<script>document.title = 1 < 2</script>")


def test_templates_without_an_early_script_allow_none(tmp_path: Path) -> None:
    templates = _templates(_folder(tmp_path, page="{{ csp }}"))

    assert "script-src 'self';" in templates.render("page.html", "index.html", None).decode()


@pytest.mark.parametrize("script", ["a = '</script>'", "a = '<!--'"])
def test_an_early_script_that_would_end_its_element_is_refused(script: str, tmp_path: Path) -> None:
    (tmp_path / "early.js").write_text(script)

    with pytest.raises(BuildError, match=r"early\.js"):
        _templates(_folder(tmp_path, page="{{ csp }}")).render("page.html", "index.html", None)


def test_a_paper_is_rendered_once_and_placed_at_any_depth() -> None:
    paper = a_paper("2611.00001", "On $x^2$ and \x00 hidden roots")
    site = sample_site([paper], [a_post(1, paper.id)])
    templates = Templates(TEMPLATES, site)
    pages = {output.path: output for output in plan_pages(site, templates)}

    article = templates.pieces.article(site.ranked[paper.id], is_ranked=True)
    home = pages["index.html"].render().decode()
    deep = pages["c/cs.LG/index.html"].render().decode()

    assert article.replace(ROOT, "./") in home
    assert article.replace(ROOT, "../../") in deep
    assert 'href="./abs/2611.00001/"' in home
    assert 'href="../../c/cs.LG/"' in deep
    assert ROOT not in home + deep


def test_a_paper_with_other_mentions_is_rendered_anew() -> None:
    paper = a_paper("2611.00001", "On made-up matters")
    one = sample_site([paper], [a_post(1, paper.id)])
    two = sample_site([paper], [a_post(1, paper.id), a_post(2, paper.id)])
    pieces = Templates(TEMPLATES, one).pieces

    for site, count in ((one, 1), (two, 2), (one, 1)):
        article = pieces.article(site.ranked[paper.id], is_ranked=True)
        assert f"Captured posts and reposts: {count}<" in article


def test_what_a_list_by_date_hangs_in_the_margin_is_the_day_and_no_number() -> None:
    paper = a_paper("2611.00001", "On made-up matters")
    site = sample_site([paper], [a_post(1, paper.id)])
    pieces = Templates(TEMPLATES, site).pieces

    assert '<span class="unseen">Number </span>1' in pieces.article(site.ranked[paper.id], is_ranked=True)
    by_date = pieces.article(site.ranked[paper.id], is_ranked=False)
    assert "Number" not in by_date
    assert ">17 Nov<" in by_date


def test_a_post_that_is_only_the_title_does_not_say_it_twice() -> None:
    paper = a_paper("2611.00001", "On made-up matters")
    echo = a_post(1, paper.id, text=f"On Made-Up Matters. https://arxiv.org/abs/{paper.id}")
    remark = a_post(2, paper.id, text="On made-up matters, at last")
    pieces = Templates(TEMPLATES, sample_site([paper], [echo, remark])).pieces

    assert "words" not in pieces.post_row((echo,))
    assert ">On made-up matters</a>" in pieces.post_row((echo,))
    assert "On made-up matters, at last" in pieces.post_row((remark,))


def test_punctuation_stays_with_its_formula() -> None:
    html = _templates(TEMPLATES).pieces.tex("so $x$, and ($y$). But $z$ too")

    assert len(re.findall(r'<span class="tied">\(?<math>.*?</math>[,.)]+</span>', html)) == 2
    assert "But <math>" in html


@pytest.mark.parametrize("kept", ["$5$ keV,", "$k$-means", "($10^3$ km)", "$12$ Mpc"])
def test_a_formula_stays_with_its_unit(kept: str) -> None:
    html = _templates(TEMPLATES).pieces.tex(f"so {kept} and more")
    assert re.search(r'<span class="tied">[^ ]*<math>.*?</math>[ -][A-Za-z]+[,)]*</span> and', html)


@pytest.mark.parametrize("free", ["$5$ masses", "$5$ as", "$5$ models", "$5$ m-th"])
def test_a_word_after_a_formula_is_no_unit(free: str) -> None:
    assert "tied" not in _templates(TEMPLATES).pieces.tex(f"so {free} and more")


@pytest.mark.parametrize(
    "text",
    [r"near $1/2$, but", r"for $\Delta$ here", "in $O(n)$ time", "if $n=3$.", "$x$ holds", "a $k$-means"],
)
def test_a_formula_in_a_post_is_set(text: str) -> None:
    said = Templates(TEMPLATES, SITE).pieces.said(text)

    assert said.count("<math") == 1
    assert "$" not in re.sub("<math.*?</math>", "", said)


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10", "from $5-$10", "$5/$10 plans", "5$ and 10$", "US$5 and A$6", "$5M–$10M", "$3.99 $4.99",
        "$20/mo ($200/yr)", "$5 vs 10$", "$AAPL $TSLA", "$AAPL/$TSLA", "$HOME$PATH", "$cash prizes$",
    ],
)  # fmt: skip
def test_money_in_a_post_stays_money(text: str) -> None:
    assert Templates(TEMPLATES, SITE).pieces.said(text) == text
