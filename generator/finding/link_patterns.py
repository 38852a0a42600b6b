"""Every way to link to a paper: one row each, with its example. To add one, add a row; the tests try its example.

Shapes were read 2026-11-23 from public pages and repositories that use them. Hosts are matched whole: a row names
every host it means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generator.finding.arxiv_id import ID_PATTERN, FoundId, parse_id

_FLAGS = re.ASCII | re.IGNORECASE


@dataclass(frozen=True, slots=True)
class LinkShape:
    """One way to link to a paper.

    `path` is a regex for the whole percent-decoded path; or, with `key`, for the whole value of that query key of any
    path. It states the id in named groups: `{id}` stands for an id in either form, (`archive`, `number`) make an old
    id, (`yymm`, `number`) a new one.
    """

    hosts: frozenset[str]
    path: str
    template: str
    """The address, with {id}, {archive}, {yymm}, {yyyy} or {number} where the id's parts stand."""
    example_id: str
    key: str = ""
    any_case: bool = False
    """The service takes the archive in any case, as DOIs do."""
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        source = self.path.replace("{id}", f"(?P<id>(?:arxiv:)?{ID_PATTERN})")
        object.__setattr__(self, "pattern", re.compile(source, _FLAGS))

    @property
    def example(self) -> str:
        """A real link of this shape."""
        return self.render(self.example_id)

    def takes(self, paper_id: str) -> bool:
        """Whether the shape can name this paper: some are for new ids or for old ones alone."""
        groups = self.pattern.groupindex
        return "id" in groups or ("archive" if "/" in paper_id else "yymm") in groups

    def render(self, paper_id: str) -> str:
        """The link of this shape to a paper that it `takes`."""
        archive, slash, number = paper_id.partition("/")
        if not slash:
            number = paper_id[5:]
        yymm = number[:4] if slash else paper_id[:4]
        return self.template.format(id=paper_id, archive=archive, yymm=yymm, yyyy=f"20{yymm[:2]}", number=number)

    def read(self, text: str) -> FoundId | None:
        """The paper named by a decoded path (or value of `key`), or None."""
        match = self.pattern.fullmatch(text)
        if match is None:
            return None
        parts = match.groupdict()
        if parts.get("id"):
            return parse_id(parts["id"].lower() if self.any_case else parts["id"])
        if parts.get("archive"):
            return parse_id(f"{parts['archive']}/{parts['number']}")
        return parse_id(f"{parts['yymm']}.{parts['number']}")


def _with_www(*hosts: str) -> frozenset[str]:
    return frozenset(hosts) | {f"www.{host}" for host in hosts}


_ARXIV = _with_www("arxiv.org") | {f"{name}.arxiv.org" for name in ("export", "browse", "static", "lanl", "aps", "dev")}
ARXIV_MIRROR = re.compile(r"[a-z]{2}\.arxiv\.org")
"""arXiv's mirrors by country; they are read as arxiv.org itself."""
_OLD_MIRRORS = frozenset({"xxx.lanl.gov", "xxx.itp.ac.cn"})
_OURS = _ARXIV | _OLD_MIRRORS

SHAPES: tuple[LinkShape, ...] = (
    LinkShape(_OURS, r"/abs/{id}(?:\.pdf)?/?", "https://arxiv.org/abs/{id}", "2501.14787"),
    LinkShape(_OURS, r"/pdf/{id}(?:\.pdf)?/?", "https://arxiv.org/pdf/{id}.pdf", "1602.02218"),
    LinkShape(
        _OURS,
        r"/(?:html|format|ps|src|e-print|tb|dvi|bibtex)/{id}(?:\.(?:ps|gz|ps\.gz|tar\.gz))?/?",
        "https://arxiv.org/e-print/{id}",
        "hep-th/9901001",
    ),
    LinkShape(
        _OURS,
        r"/ftp/arxiv/papers/[0-9]{4}/{id}\.pdf",
        "https://arxiv.org/ftp/arxiv/papers/{yymm}/{id}.pdf",
        "1812.10281",
    ),
    LinkShape(
        _OURS,
        r"/ftp/(?P<archive>[a-z-]+)/papers/[0-9]{4}/(?P<number>[0-9]{7})\.pdf",
        "https://arxiv.org/ftp/{archive}/papers/{yymm}/{number}.pdf",
        "physics/0403005",
    ),
    LinkShape(
        _OURS,
        r"/PS_cache/arxiv/(?:pdf|ps)/[0-9]{4}/{id}\.(?:pdf|ps|ps\.gz)",
        "http://arxiv.org/PS_cache/arxiv/pdf/{yymm}/{id}v1.pdf",
        "1010.5023",
    ),
    LinkShape(
        _OURS,
        r"/PS_cache/(?P<archive>[a-z-]+)/(?:pdf|ps)/[0-9]{4}/(?P<number>[0-9]{7}(?:v[1-9][0-9]{0,2})?)\.(?:pdf|ps|ps\.gz)",
        "http://arxiv.org/PS_cache/{archive}/pdf/{yymm}/{number}v1.pdf",
        "hep-ph/0304226",
    ),
    LinkShape(
        _with_www("arxiv-vanity.com"), r"/papers/{id}/?", "https://www.arxiv-vanity.com/papers/{id}/", "1911.01629"
    ),
    LinkShape(
        _with_www("ar5iv.org") | {"ar5iv.labs.arxiv.org"},
        r"/(?:html|abs|pdf|papers)/{id}(?:\.pdf)?/?",
        "https://ar5iv.labs.arxiv.org/html/{id}",
        "2212.11743",
    ),
    LinkShape(
        _with_www("alphaxiv.org"),
        r"/(?:[a-z]{2}/)?(?:abs|overview|pdf|html)/{id}(?:\.(?:md|pdf))?/?",
        "https://www.alphaxiv.org/overview/{id}",
        "2512.21120",
    ),
    LinkShape(
        _with_www("huggingface.co", "hf.co"),
        r"/papers/{id}(?:\.md)?/?",
        "https://huggingface.co/papers/{id}",
        "2506.02138",
    ),
    LinkShape(_with_www("scirate.com"), r"/arxiv/{id}/?", "https://scirate.com/arxiv/{id}", "1906.12293"),
    LinkShape(
        _with_www("semanticscholar.org") | {"api.semanticscholar.org"},
        r"/(?:(?:(?:graph/)?v1/paper|arxiv|paper)/)?{id}/?",
        "https://api.semanticscholar.org/arXiv:{id}",
        "2512.00168",
    ),
    LinkShape(
        _with_www("doi.org") | {"dx.doi.org"},
        r"/10\.48550/arxiv\.{id}/?",
        "https://doi.org/10.48550/arXiv.{id}",
        "2407.10805",
        any_case=True,
    ),
    LinkShape(_with_www("papers.cool"), r"/arxiv/{id}/?", "https://papers.cool/arxiv/{id}", "2412.05899"),
    LinkShape(
        _with_www("emergentmind.com"), r"/papers?/{id}/?", "https://www.emergentmind.com/papers/{id}", "2410.02189"
    ),
    LinkShape(
        _with_www("catalyzex.com"),
        r"/paper/{id}(?:/code)?/?",
        "https://www.catalyzex.com/paper/arxiv:{id}/code",
        "1804.04177",
    ),
    LinkShape(
        _with_www("adsabs.harvard.edu") | {"ui.adsabs.harvard.edu"},
        r"/abs/arxiv:{id}(?:/[a-z]+)?/?",
        "https://ui.adsabs.harvard.edu/abs/arXiv:{id}/abstract",
        "cs/9910018",
    ),
    LinkShape(
        _with_www("adsabs.harvard.edu") | {"ui.adsabs.harvard.edu"},
        r"/abs/[0-9]{4}arxiv(?P<yymm>[0-9]{4})\.?(?P<number>[0-9]{4,5})[a-z.](?:/[a-z]+)?/?",
        "https://ui.adsabs.harvard.edu/abs/{yyyy}arXiv{yymm}{number}D/abstract",
        "1611.00036",
    ),
    LinkShape(
        frozenset({"scholar.google.com"}),
        r"{id}",
        "https://scholar.google.com/scholar_lookup?arxiv_id={id}",
        "2512.00168",
        key="arxiv_id",
    ),
    LinkShape(_with_www("inspirehep.net"), r"/(?:api/)?arxiv/{id}/?", "https://inspirehep.net/arxiv/{id}", "1207.7214"),
    LinkShape(
        _with_www("dblp.org") | {"dblp.uni-trier.de"},
        r"/rec/(?:html/|bib/)?journals/corr/abs-(?P<yymm>[0-9]{4})-(?P<number>[0-9]{4,5})(?:\.[a-z]+)?",
        "https://dblp.org/rec/journals/corr/abs-{yymm}-{number}.html",
        "2407.14568",
    ),
    LinkShape(_with_www("arxiv-sanity.com"), r"/{id}/?", "http://www.arxiv-sanity.com/{id}", "1602.07455"),
    LinkShape(
        _with_www("shortscience.org"),
        r"journals/corr/{id}",
        "http://www.shortscience.org/paper?bibtexKey=journals/corr/{id}",
        "1610.06258",
        key="bibtexKey",
    ),
)


def _by_host() -> dict[str, tuple[LinkShape, ...]]:
    hosts = {host for shape in SHAPES for host in shape.hosts}
    return {host: tuple(shape for shape in SHAPES if host in shape.hosts) for host in hosts}


SHAPES_BY_HOST = _by_host()
