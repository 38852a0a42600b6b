"""Every service that links to a paper: one row each, with its example. The tests try the example of every row.

Shapes were read 2026-11-23 and 2026-11-30 from public pages and repositories that use them. Hosts are matched whole,
with or without `www.`; a country's `google.de` counts as `google.com`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from generator.finding.arxiv_id import ID_PATTERN, FoundId, parse_as_written
from generator.finding.text_forms import find_mentions

_FLAGS = re.ASCII | re.IGNORECASE
_ID = f"(?P<id>(?:arxiv[:.])?{ID_PATTERN})"
_VALUE = re.compile(rf"(?:journals/corr/|id:|all:)?{_ID}", _FLAGS)


@dataclass(frozen=True, slots=True)
class LinkShape:
    """One way to link to a paper.

    `path` is a regex for the whole percent-decoded path. It states the id in named groups: `{id}` stands for an id in
    either form, (`archive`, `number`) make an old id, (`yymm`, `number`) a new one.
    """

    hosts: frozenset[str]
    path: str
    template: str
    """The address, with {id}, {archive}, {yymm}, {yyyy} or {number} where the id's parts stand."""
    example_id: str
    keys: tuple[str, ...] = ()
    """Query keys whose value is an id or a list of ids, or names papers as a text does."""
    searches: tuple[str, ...] = ()
    """Query keys whose value names papers as a text does: a bare number is none."""
    any_case: bool = False
    """The service takes the archive in any case, as DOIs do."""
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.path.replace("{id}", _ID), _FLAGS))

    @property
    def example(self) -> str:
        """A real link of this shape."""
        return self.render(self.example_id)

    def takes(self, paper_id: str) -> bool:
        """Whether the shape can name this paper: some are for new ids or for old ones alone."""
        groups = self.pattern.groupindex
        if "id" in groups or self.keys:
            return True
        form = "archive" if "/" in paper_id else "yymm"
        return form in groups

    def render(self, paper_id: str) -> str:
        """The link of this shape to a paper that it `takes`."""
        archive, slash, number = paper_id.partition("/")
        yymm = number[:4]
        if not slash:
            yymm, _, number = paper_id.partition(".")
        return self.template.format(id=paper_id, archive=archive, yymm=yymm, yyyy=f"20{yymm[:2]}", number=number)

    def read(self, path: str, query: Mapping[str, str]) -> Iterator[FoundId]:
        """The papers that a decoded path and query name."""
        match = self.pattern.fullmatch(path)
        if match is not None:
            paper = self._read_groups(match.groupdict())
            if paper:
                yield paper
        for key in self.keys:
            if key in query:
                yield from _read_value(query[key])
        for key in self.searches:
            if key in query:
                yield from find_mentions(query[key])

    def _read_groups(self, parts: Mapping[str, str]) -> FoundId | None:
        if parts.get("id"):
            return parse_as_written(parts["id"], any_case=self.any_case)
        if parts.get("archive"):
            return parse_as_written(f"{parts['archive']}/{parts['number']}")
        if parts.get("yymm"):
            return parse_as_written(f"{parts['yymm']}.{parts['number']}")
        return None


def _read_value(value: str) -> Iterator[FoundId]:
    is_list = False
    for part in value.replace(",", " ").split():
        match = _VALUE.fullmatch(part)
        if match and (paper := parse_as_written(match["id"])):
            is_list = True
            yield paper
    if not is_list:
        yield from find_mentions(value)


_ARXIV = frozenset({"arxiv.org", "xxx.lanl.gov", "xxx.itp.ac.cn", "xxx.soton.ac.uk", "xxx.uni-augsburg.de"})
"""With every subdomain of arxiv.org (`wrappers.canonical_host`)."""
_TAIL = r"(?:/[a-z0-9_][a-z0-9_.~+-]*)*/?"
_OLD_FILE = r"(?P<number>[0-9]{7}(?:v[1-9][0-9]{0,2})?)\.(?:pdf|ps|ps\.gz)"

_READER_PATH = r"(?:/[\w~+-]+){0,5}?/(?:arxiv-)?{id}(?:\.(?:md|txt|pdf|html|json|png))?(?:/[\w.,:@~+-]*)*"
_READER_KEYS = ("q", "id", "ids", "url", "arxiv", "arxiv_id", "arxivid", "paper", "paper_id", "paperid", "pid", "query")
_LIBRARY_PATH = r"/(?:.*[/:=\"])?(?:arxiv[:/.-]|10\.48550/arxiv[.:]){id}(?:\.[a-z]+)?(?:/.*)?"
_LIBRARY_KEYS = ("arxiv_id", "arxivid", "arxiv", "eprint")
_SEARCH_KEYS = ("q", "query", "p", "search", "term", "text", "lookfor", "doi", "pid", "ids", "id", "filter", "wd", "")
"""With the whole query, where it has no keys."""


def _host_of(template: str) -> str:
    return template.split("/")[2].removeprefix("www.")


def _reader(template: str, more_hosts: str = "", example_id: str = "2401.01234") -> LinkShape:
    """A service for arXiv's papers alone: whatever part of its address is an id, is the paper."""
    hosts = frozenset({_host_of(template), *more_hosts.split()})
    return LinkShape(hosts, _READER_PATH, template, example_id, _READER_KEYS)


def _library(template: str, more_hosts: str = "", example_id: str = "2401.01234") -> LinkShape:
    """A service for papers from everywhere: its addresses say `arxiv` beside the id."""
    hosts = frozenset({_host_of(template), *more_hosts.split()})
    return LinkShape(hosts, _LIBRARY_PATH, template, example_id, _LIBRARY_KEYS, _SEARCH_KEYS, any_case=True)


READERS: tuple[LinkShape, ...] = (
    _reader("https://www.arxiv-vanity.com/papers/{id}/"),
    _reader("https://ar5iv.labs.arxiv.org/html/{id}", "ar5iv.org"),
    _reader("https://www.alphaxiv.org/overview/{id}"),
    _reader("https://papers.cool/arxiv/{id}", "scirate.com hjfy.top"),
    _reader(
        "https://www.emergentmind.com/papers/{id}",
        "researchtrend.ai trendingpapers.com deeppaper.ai papiers.ai hyper.ai beta.hyper.ai",
    ),
    _reader("https://www.catalyzex.com/paper/arxiv:{id}/code"),
    _reader("http://www.arxiv-sanity.com/{id}", "arxiv-sanity-lite.com"),
    _reader("https://arxiv.gg/abs/{id}", "arxivisual.org synthical.com arxiv.dosf.top markxiv.org"),
    _reader(
        "https://gist.science/paper/{id}",
        "arxlens.theagents.company papers.labml.ai scholar-inbox.com app.txyz.ai txyz.ai arxivlens.com "
        "arxivexplorer.com arxiv-explorer.com arxiv.wiki",
    ),
    _reader("https://www.arxiv2md.org/api/markdown?url={id}"),
    _reader("https://paperlayer.ai/abs/{id}/zh"),
    _reader("https://www.talk2arxiv.org/pdf/{id}.pdf"),
    _reader("https://www.arxiv-txt.org/raw/abs/{id}"),
    _reader("https://www.summarizepaper.com/en/arxiv-id/{id}/"),
    _reader("http://www.arxitics.com/articles/{id}"),
    _reader("https://tldr.takara.ai/p/{id}", "papers.takara.ai arxivhub.github.io"),
    _reader("https://nkmry.github.io/resp-papers/{id}/"),
    _reader("https://scipost.org/submissions/{id}v1/"),
    _reader("https://www.themoonlight.io/en/review/{id}"),
    _reader("https://paperreading.club/page?id={id}"),
    _reader("https://chatpaper.com/chatpaper/paper/{id}"),
    _reader("https://fugumt.com/fugumt/paper_check/{id}"),
    _reader("https://yiyibooks.cn/arxiv/{id}/index.html"),
    _reader("https://www.arxivdaily.com/thread/{id}", "iarxiv.org gotit.pub deeplearn.org"),
    _reader("https://searchthearxiv.com/?q={id}", "arxivxplorer.com benty-fields.com voxcharta.org groundai.com"),
)

_ADS_HOSTS = "adsabs.harvard.edu api.adsabs.harvard.edu esoads.eso.org cdsads.u-strasbg.fr ads.nao.ac.jp"

SHAPES: tuple[LinkShape, ...] = (
    LinkShape(
        _ARXIV,
        r"/(?:abs|pdf|format|ps|tb|dvi|bibtex|refs|cits|other|view|trackback|(?:auth/)?show-endorsers)(?:/(?:abs|pdf|html))?/{id}"
        r"(?:\.(?:pdf|ps|gz|ps\.gz|tar\.gz|html?)){0,2}(?:/v[1-9][0-9]{0,2})?/?",
        "https://arxiv.org/abs/{id}",
        "2501.14787",
    ),
    LinkShape(
        _ARXIV,
        r"/(?:html|src|e-print)(?:/abs)?/{id}(?:\.(?:gz|tar\.gz|html?|pdf))?" + _TAIL,
        "https://arxiv.org/html/{id}v1/x1.png",
        "2502.07017",
    ),
    LinkShape(
        _ARXIV,
        r"/(?:ftp|vc)/arxiv/papers/[0-9]{4}/{id}\.pdf",
        "https://arxiv.org/ftp/arxiv/papers/{yymm}/{id}.pdf",
        "1812.10281",
    ),
    LinkShape(
        _ARXIV,
        rf"/(?:ftp|vc)/(?P<archive>[a-z-]+)/papers/[0-9]{{4}}/{_OLD_FILE}",
        "https://arxiv.org/ftp/{archive}/papers/{yymm}/{number}.pdf",
        "physics/0403005",
    ),
    LinkShape(
        _ARXIV,
        r"/PS_cache/arxiv/(?:pdf|ps)/[0-9]{4}/{id}\.(?:pdf|ps|ps\.gz)",
        "http://arxiv.org/PS_cache/arxiv/pdf/{yymm}/{id}v1.pdf",
        "1010.5023",
    ),
    LinkShape(
        _ARXIV,
        rf"/PS_cache/(?P<archive>[a-z-]+)/(?:pdf|ps)/[0-9]{{4}}/{_OLD_FILE}",
        "http://arxiv.org/PS_cache/{archive}/pdf/{yymm}/{number}v1.pdf",
        "hep-ph/0304226",
    ),
    LinkShape(
        _ARXIV,
        "",
        "https://export.arxiv.org/api/query?id_list={id}",
        "2401.01234",
        ("id_list", "identifier", "search_query"),
    ),
    LinkShape(
        frozenset({"huggingface.co", "hf.co", "hf-mirror.com"}),
        r"(?:/api)?/(?:papers|arxiv)/{id}(?:\.md)?(?:/[\w-]+){0,2}/?",
        "https://huggingface.co/papers/{id}",
        "2506.02138",
    ),
    LinkShape(
        frozenset({"huggingface.co", "hf.co", "hf-mirror.com"}),
        "",
        "https://huggingface.co/models?other=arxiv:{id}",
        "2401.01234",
        ("other", "arxiv", "arxivid", "paper"),
        ("q", "search"),
    ),
    LinkShape(
        frozenset({"doi.org", "dx.doi.org"}),
        r"/(?:doi:)?(?:10\.48550/arxiv[.:]|arxiv:){id}/?",
        "https://doi.org/10.48550/arXiv.{id}",
        "2407.10805",
        any_case=True,
    ),
    LinkShape(
        frozenset({"semanticscholar.org", "api.semanticscholar.org"}),
        r"/(?:(?:(?:graph/)?v1/paper|arxiv|paper)/)?{id}/?",
        "https://api.semanticscholar.org/arXiv:{id}",
        "2512.00168",
    ),
    LinkShape(
        frozenset({"ui.adsabs.harvard.edu", *_ADS_HOSTS.split()}),
        r"/(?:abs|link_gateway|v1/resolver|search)/(?:.*[=:\"])?[0-9]{4}arxiv(?P<yymm>[0-9]{4})\.?(?P<number>[0-9]{4,5})[a-z.]\"?(?:/[a-z_:.0-9]+)?/?",
        "https://ui.adsabs.harvard.edu/abs/{yyyy}arXiv{yymm}{number}D/abstract",
        "1611.00036",
    ),
    LinkShape(
        frozenset({"dblp.org", "dblp.uni-trier.de", "dblp.dagstuhl.de", "dblp2.uni-trier.de"}),
        r"/rec/(?:html/|bib/|bibtex/)?journals/corr/abs-(?P<yymm>[0-9]{4})-(?P<number>[0-9]{4,5})(?:\.[a-z]+)?",
        "https://dblp.org/rec/journals/corr/abs-{yymm}-{number}.html",
        "2407.14568",
    ),
    LinkShape(
        frozenset({"shortscience.org"}),
        "",
        "http://www.shortscience.org/paper?bibtexKey=journals/corr/{id}",
        "1610.06258",
        ("bibtexkey",),
    ),
    _library("https://ui.adsabs.harvard.edu/abs/arXiv:{id}/abstract", _ADS_HOSTS, "cs/9910018"),
    _library("https://www.semanticscholar.org/arxiv/{id}", "api.semanticscholar.org"),
    _library("https://scholar.google.com/scholar_lookup?arxiv_id={id}", example_id="2512.00168"),
    _library("https://inspirehep.net/arxiv/{id}", "old.inspirehep.net labs.inspirehep.net inspirebeta.net cds.cern.ch"),
    _library("https://openalex.org/works/doi:10.48550/arxiv.{id}", "api.openalex.org explore.openalex.org"),
    _library("https://scholar.archive.org/search?q=arxiv_id:{id}", "fatcat.wiki api.fatcat.wiki"),
    _library("https://archive.org/details/arxiv-{id}", "bibsonomy.org scholia.toolforge.org"),
    _library("https://www.altmetric.com/details.php?arxiv_id={id}", "api.altmetric.com"),
    _library(
        "https://hdl.handle.net/10.48550/arXiv.{id}",
        "api.datacite.org commons.datacite.org search.datacite.org data.crosscite.org data.datacite.org "
        "citation.crosscite.org citation.doi.org n2t.net identifiers.org bioregistry.io "
        "doi2bib.org oadoi.org libkey.io api.crossref.org search.crossref.org api.unpaywall.org unpaywall.org "
        "sciety.org scite.ai app.scite.ai oa.mg scilit.net lens.org badge.dimensions.ai app.dimensions.ai sci-hub.se "
        "sci-hub.st sci-hub.ru",
    ),
    _library(
        "https://bytez.com/docs/arxiv/{id}",
        "bohrium.dp.tech bohrium.com aimodels.fyi paperdigest.org search.zeta-alpha.com",
    ),
    _library(
        "https://scispace.com/papers/arxiv:{id}",
        "typeset.io sciencecast.org scienceopen.com zbmath.org connectedpapers.com app.litmaps.com litmaps.com "
        "researchrabbit.ai paperswithcode.com",
    ),
    _library("https://plu.mx/plum/a/?arxiv={id}", "opencitations.net ouci.dntb.gov.ua worldcat.org"),
    _library(
        "https://openreview.net/search?term=arXiv:{id}",
        "zenodo.org researchhub.com core.ac.uk base-search.net explore.openaire.eu pubpeer.com",
    ),
    _library(
        "https://www.bing.com/search?q=arXiv:{id}",
        "google.com duckduckgo.com ecosia.org search.brave.com kagi.com startpage.com qwant.com yandex.ru "
        "yandex.com baidu.com europepmc.org elicit.com consensus.app",
    ),
    *READERS,
)


def _by_host() -> dict[str, tuple[LinkShape, ...]]:
    rows: dict[str, list[LinkShape]] = {}
    for shape in SHAPES:
        for host in shape.hosts:
            rows.setdefault(host, []).append(shape)
    return {host: tuple(shapes) for host, shapes in rows.items()}


SHAPES_BY_HOST = _by_host()
