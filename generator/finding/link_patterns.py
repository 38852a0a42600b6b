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
_VALUE = re.compile(rf"(?:journals/corr/|id:|all:|haswbstatement:P818=)?{_ID}", _FLAGS)


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


def _reader(template: str, example_id: str, *more_hosts: str) -> LinkShape:
    """A service for arXiv's papers alone: whatever part of its address is an id, is the paper."""
    return LinkShape(frozenset({_host_of(template), *more_hosts}), _READER_PATH, template, example_id, _READER_KEYS)


def _library(template: str, example_id: str, *more_hosts: str) -> LinkShape:
    """A service for papers from everywhere: its addresses say `arxiv` beside the id."""
    hosts = frozenset({_host_of(template), *more_hosts})
    return LinkShape(hosts, _LIBRARY_PATH, template, example_id, _LIBRARY_KEYS, _SEARCH_KEYS, any_case=True)


READERS: tuple[LinkShape, ...] = (
    _reader("https://www.arxiv-vanity.com/papers/{id}/", "1911.01629"),
    _reader("https://ar5iv.labs.arxiv.org/html/{id}", "2212.11743", "ar5iv.org"),
    _reader("https://www.alphaxiv.org/overview/{id}", "2512.21120"),
    _reader("https://scirate.com/arxiv/{id}", "1906.12293"),
    _reader("https://papers.cool/arxiv/{id}", "2412.05899"),
    _reader("https://www.emergentmind.com/papers/{id}", "2410.02189"),
    _reader("https://www.catalyzex.com/paper/arxiv:{id}/code", "1804.04177"),
    _reader("http://www.arxiv-sanity.com/{id}", "1602.07455", "arxiv-sanity-lite.com"),
    _reader("https://arxiv.gg/abs/{id}", "2310.08560"),
    _reader("https://gist.science/paper/{id}", "2509.09949"),
    _reader("https://www.arxivisual.org/abs/{id}", "1706.03762"),
    _reader("https://arxivhub.github.io/p/{id}", "1706.03762"),
    _reader("https://www.arxiv2md.org/api/markdown?url={id}", "1706.03762"),
    _reader("https://arxivxplorer.com/?q={id}", "1706.03762"),
    _reader("https://paperlayer.ai/abs/{id}/zh", "1706.03762"),
    _reader("https://www.talk2arxiv.org/pdf/{id}.pdf", "2401.01234"),
    _reader("https://www.arxiv-txt.org/raw/abs/{id}", "2401.01234"),
    _reader("https://markxiv.org/abs/{id}", "2401.01234"),
    _reader("https://hjfy.top/arxiv/{id}", "2401.01234"),
    _reader("https://arxlens.theagents.company/paper/{id}", "2401.01234"),
    _reader("https://papers.labml.ai/paper/{id}", "2201.11903"),
    _reader("https://www.summarizepaper.com/en/arxiv-id/{id}/", "2401.01234"),
    _reader("http://www.arxitics.com/articles/{id}", "1509.01234"),
    _reader("https://tldr.takara.ai/p/{id}", "2401.01234", "papers.takara.ai"),
    _reader("https://nkmry.github.io/resp-papers/{id}/", "2308.00352"),
    _reader("https://scipost.org/submissions/{id}v1/", "2005.14165"),
    _reader("https://synthical.com/abs/{id}", "2401.01234"),
    _reader("https://www.scholar-inbox.com/paper/{id}", "2401.01234"),
    _reader("https://www.themoonlight.io/en/review/{id}", "2401.01234"),
    _reader("https://paperreading.club/page?id={id}", "2401.01234"),
    _reader("https://chatpaper.com/chatpaper/paper/{id}", "2401.01234"),
    _reader("https://fugumt.com/fugumt/paper_check/{id}", "2401.01234"),
    _reader("https://yiyibooks.cn/arxiv/{id}/index.html", "2401.01234"),
    _reader("https://app.txyz.ai/paper/{id}", "2401.01234", "txyz.ai"),
    _reader("https://www.arxivdaily.com/thread/{id}", "2401.01234", "iarxiv.org", "gotit.pub", "deeplearn.org"),
    _reader("https://searchthearxiv.com/?q={id}", "2401.01234"),
    _reader("https://arxiv.dosf.top/abs/{id}", "2401.01234"),
    _reader("https://researchtrend.ai/papers/{id}", "2401.01234", "trendingpapers.com", "deeppaper.ai", "papiers.ai"),
    _reader("https://www.benty-fields.com/paper?q={id}", "2401.01234", "voxcharta.org", "groundai.com"),
    _reader("https://arxivlens.com/paper/{id}", "2401.01234", "arxivexplorer.com", "arxiv-explorer.com", "arxiv.wiki"),
    _reader("https://hyper.ai/papers/{id}", "2401.01234", "beta.hyper.ai"),
)

_ADS_HOSTS = ("adsabs.harvard.edu", "api.adsabs.harvard.edu", "esoads.eso.org", "cdsads.u-strasbg.fr", "ads.nao.ac.jp")
_ADS = frozenset({"ui.adsabs.harvard.edu", *_ADS_HOSTS})

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
        _ADS,
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
    LinkShape(
        frozenset({"storage.googleapis.com"}),
        r"/arxiv-dataset/(?:arxiv/)+(?:pdf|ps)/[0-9]{4}/{id}\.[a-z]+",
        "https://storage.googleapis.com/arxiv-dataset/arxiv/arxiv/pdf/2401/{id}v1.pdf",
        "2401.01234",
    ),
    LinkShape(
        frozenset({"wikidata.org", "hub.toolforge.org"}),
        r"/p818:{id}(?:/.*)?",
        "https://www.wikidata.org/w/index.php?search=haswbstatement:P818={id}",
        "2401.01234",
        ("search",),
    ),
    _library("https://ui.adsabs.harvard.edu/abs/arXiv:{id}/abstract", "cs/9910018", *_ADS_HOSTS),
    _library("https://www.semanticscholar.org/arxiv/{id}", "2401.01234", "api.semanticscholar.org"),
    _library("https://scholar.google.com/scholar_lookup?arxiv_id={id}", "2512.00168"),
    _library(
        "https://inspirehep.net/arxiv/{id}",
        "1207.7214",
        "old.inspirehep.net",
        "labs.inspirehep.net",
        "inspirebeta.net",
        "cds.cern.ch",
    ),
    _library("https://paperswithcode.com/paper/arxiv:{id}", "2602.11389"),
    _library("https://www.connectedpapers.com/main/arxiv:{id}/Lookup", "2401.12345"),
    _library(
        "https://api.datacite.org/dois/10.48550/arXiv.{id}",
        "2401.01234",
        "commons.datacite.org",
        "search.datacite.org",
        "data.crosscite.org",
        "data.datacite.org",
        "citation.crosscite.org",
        "citation.doi.org",
        "n2t.net",
        "identifiers.org",
        "bioregistry.io",
    ),
    _library(
        "https://openalex.org/works/doi:10.48550/arxiv.{id}", "2401.01234", "api.openalex.org", "explore.openalex.org"
    ),
    _library("https://scholar.archive.org/search?q=arxiv_id:{id}", "2401.01234", "fatcat.wiki", "api.fatcat.wiki"),
    _library("https://archive.org/details/arxiv-{id}", "2401.01234", "bibsonomy.org", "scholia.toolforge.org"),
    _library("https://pubpeer.com/search?q=10.48550/arXiv.{id}", "2401.01234"),
    _library("https://www.altmetric.com/details.php?arxiv_id={id}", "2401.01234", "api.altmetric.com"),
    _library("https://hdl.handle.net/10.48550/arXiv.{id}", "2401.01234", "doi2bib.org", "oadoi.org", "libkey.io"),
    _library("https://api.crossref.org/works/10.48550/arXiv.{id}", "2401.01234", "search.crossref.org"),
    _library("https://api.unpaywall.org/v2/10.48550/arXiv.{id}", "2401.01234", "unpaywall.org", "sciety.org"),
    _library(
        "https://scite.ai/reports/10.48550/arXiv.{id}", "2401.01234", "app.scite.ai", "oa.mg", "scilit.net", "lens.org"
    ),
    _library("https://badge.dimensions.ai/details/doi/10.48550/arXiv.{id}", "2401.01234", "app.dimensions.ai"),
    _library("https://sci-hub.se/10.48550/arXiv.{id}", "2401.01234", "sci-hub.st", "sci-hub.ru"),
    _library("https://zbmath.org/arXiv:{id}", "2401.01234"),
    _library("https://bytez.com/docs/arxiv/{id}", "2401.01234"),
    _library("https://bohrium.dp.tech/paper/arxiv/{id}", "2401.01234", "bohrium.com"),
    _library("https://app.litmaps.com/seed/arxiv:{id}", "2401.01234", "litmaps.com", "researchrabbit.ai"),
    _library(
        "https://scispace.com/papers/arxiv:{id}", "2401.01234", "typeset.io", "sciencecast.org", "scienceopen.com"
    ),
    _library(
        "https://plu.mx/plum/a/?arxiv={id}", "2401.01234", "opencitations.net", "ouci.dntb.gov.ua", "worldcat.org"
    ),
    _library("https://openreview.net/search?term=arXiv:{id}", "2401.01234", "zenodo.org", "researchhub.com"),
    _library("https://www.aimodels.fyi/papers/arxiv/{id}", "2401.01234", "paperdigest.org", "search.zeta-alpha.com"),
    _library("https://core.ac.uk/search?q=arXiv:{id}", "2401.01234", "base-search.net", "explore.openaire.eu"),
    _library(
        "https://www.bing.com/search?q=arXiv:{id}",
        "2401.01234",
        *("google.com", "duckduckgo.com", "ecosia.org", "search.brave.com", "kagi.com", "startpage.com", "qwant.com"),
        *("yandex.ru", "yandex.com", "baidu.com", "europepmc.org", "elicit.com", "consensus.app"),
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
