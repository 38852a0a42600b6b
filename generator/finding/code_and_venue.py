r"""What a paper's own words state beside the science: where its code is, and where it was accepted. Pure.

From title-less texts alone (abstract, comment, journal reference); no service is asked. Rather nothing than a guess:
`submitted to` and `under review` are no acceptance, and a link to a person or an organisation is no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from generator.model.records import Paper, Post
from generator.model.stated import Stated

_NAME = r"[A-Za-z0-9][A-Za-z0-9._\-]*"
_NOT_MODELS = "(?:papers|blog|docs|collections|join|learn|organizations|spaces|datasets)/"
_CODE = re.compile(
    rf"""(?<![A-Za-z0-9@./\-])(?:https?://)?(?:www\.)?(
        (?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)/{_NAME}/{_NAME}
      | gitlab\.{_NAME}\.[a-z]{{2,}}/{_NAME}/{_NAME}
      | huggingface\.co/(?:(?:datasets|spaces)/)?(?!{_NOT_MODELS}){_NAME}/{_NAME}
      | (?:zenodo\.org/(?:records?|doi/10\.5281)/[A-Za-z0-9.]+ | doi\.org/10\.5281/zenodo\.\d+)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_CODE = re.compile(
    r"(?:github\.com/(?:about|apps|features|marketplace|orgs|sponsors|topics|users)/)|\.(?:pdf|png|jpe?g|mp4)$",
    re.IGNORECASE,
)

_HOSTS = re.compile(r"git|codeberg|bitbucket|huggingface|zenodo", re.IGNORECASE)
CODE_MAX = 3
"""Links to code of one paper that are shown."""


def code_links(paper: Paper, posts: Iterable[Post] = ()) -> tuple[str, ...]:
    """Addresses of code, data or models: stated in the abstract, the comment or posts about this paper alone."""
    links: dict[str, str] = {}
    texts = [post.text or "" for post in posts if len(post.papers) == 1]
    for text in (paper.abstract, paper.comment or "", *texts):
        if not _HOSTS.search(text):
            continue
        for match in _CODE.finditer(text.replace("\\_", "_").replace("\\-", "-").replace("\\", "")):
            address = match[1].rstrip(".-_").removesuffix(".git")
            if not _NOT_CODE.search(address):
                links.setdefault(address.lower(), f"https://{address}")
    return tuple(links.values())[:CODE_MAX]


def stated_in(paper: Paper, posts: Iterable[Post] = ()) -> Stated | None:
    """What is stated; None where nothing is."""
    code = code_links(paper, posts)
    venue = venue_of(paper)
    if not code and not venue:
        return None
    name, year = venue or ("", "")
    return Stated(code=code, venue=name, year=year)


def marks_of(paper: Paper) -> tuple[str, ...]:
    """What the paper's own texts state: `code`, `venue`."""
    stated = stated_in(paper)
    if stated is None:
        return ()
    return stated.marks


_CONFERENCES = """
    AAAI AAMAS ACCV ACL AISTATS ALT ASE ASIACCS ASPLOS AsiaCCS BMVC CADE CAV CCC CCS CHI CIKM CLeaR COLING COLM COLT
    CoNLL CoRL CONCUR CONEXT CRYPTO CSCW CSL CVPR DAC DATE DISC EACL EC ECAI ECCV ECIR ECML EMNLP ESA ESOP ESORICS
    EUROCRYPT FAccT FCCM FOCS FOSSACS FSE FSTTCS FUSION GECCO HPCA HRI HSCC ICAPS ICALP ICASSP ICCAD ICCV ICDCS ICDE
    ICDM ICFP ICIP ICLR ICML ICPP ICPR ICRA ICS ICSE ICWSM IJCAI IJCAR IJCNN INFOCOM INTERSPEECH IPCO IPDPS IROS ISAAC
    ISCA ISIT ISMAR ISMIR ISSAC ISSTA ITC ITCS ITP IWSLT KDD KR L4DC LICS LREC MFCS MICCAI MICRO MIDL MLSys MOBICOM
    NAACL NDSS NeurIPS NIPS NSDI OOPSLA OSDI PAKDD PLDI PODC PODS POPL PPoPP QIP RANDOM RECOMB RecSys RSS SaTML SC SEA
    SIGCOMM SIGGRAPH SIGIR SIGMOD SIGSPATIAL SLT SODA SOSP SOSR SPAA SPIRE STACS STOC SWAT TACAS TACL TCC UAI UIST
    USENIX VLDB VR WACV WADS WINE WSDM WSDM WWW 3DV
"""
_JOURNALS = """
    A&A|ApJ|ApJL|ApJS|AJ|MNRAS|PASP|PASJ|JCAP|JHEP|JMLR|TMLR|JACM|PNAS|PRL|PRX|PRA|PRB|PRC|PRD|PRE|EPL|CQG|NJP|TPAMI|IJCV
"""
_SPELT = {
    "NIPS": "NeurIPS",
    "Astronomy and Astrophysics": "A&A",
    "Astronomy & Astrophysics": "A&A",
    "The Astrophysical Journal Letters": "ApJL",
    "Astrophysical Journal Letters": "ApJL",
    "ApJ Letters": "ApJL",
    "The Astrophysical Journal": "ApJ",
    "Astrophysical Journal": "ApJ",
    "Astronomical Journal": "AJ",
    "Monthly Notices of the Royal Astronomical Society": "MNRAS",
    "Physical Review Letters": "PRL",
    "Phys. Rev. Lett": "PRL",
    "Physical Review X": "PRX",
    "Phys. Rev. X": "PRX",
    "Physical Review A": "PRA",
    "Phys. Rev. A": "PRA",
    "Physical Review B": "PRB",
    "Phys. Rev. B": "PRB",
    "Physical Review C": "PRC",
    "Phys. Rev. C": "PRC",
    "Physical Review D": "PRD",
    "Phys. Rev. D": "PRD",
    "Physical Review E": "PRE",
    "Phys. Rev. E": "PRE",
    "Journal of Machine Learning Research": "JMLR",
    "Transactions on Machine Learning Research": "TMLR",
    "Journal of High Energy Physics": "JHEP",
    "J. High Energy Phys": "JHEP",
    "Mon. Not. R. Astron. Soc": "MNRAS",
    "Nature Communications": "Nature Communications",
    "Nature Physics": "Nature Physics",
    "Scientific Reports": "Scientific Reports",
    "Nature": "Nature",
    "Science": "Science",
    "SciPost Phys": "SciPost Physics",
    "Quantum": "Quantum",
    "SciPost Physics": "SciPost Physics",
}
_WORDS = (*_CONFERENCES.split(), *_JOURNALS.strip().split("|"))
_BY_LETTERS = {name.lower(): _SPELT.get(name, name) for name in (*_WORDS, *_SPELT)}
_VENUES = "|".join(re.escape(name) for name in sorted({*_WORDS, *_SPELT}, key=len, reverse=True))
_YEAR_AFTER = r"(?:[\s,\-]*\(?((?:19|20)\d\d)(?!\d)|\s?['’](\d\d)(?!\d))?"
_VENUE = re.compile(rf"(?<![\w/.\-])({_VENUES})(?=(?:[\s,.;:)'’\-–]|\d|$)){_YEAR_AFTER}")
_AMBIGUOUS_NAMES = """
    ALT CADE CC CCC CHI DATE DISC EC FUSION HRI ICS ITC ITP KR MICRO NIPS RANDOM RSS SC SEA SLT SWAT VR WWW
"""
_AMBIGUOUS = frozenset(_AMBIGUOUS_NAMES.split())
"""These are other things too: only with a year."""
_COMMON_WORDS = frozenset({"Nature", "Science", "Quantum"})
"""Names of journals that begin the names of others: only where a number or nothing follows."""
_NOTHING_MORE = re.compile(r"\s*(?:$|[,.;:)\d(]|and\b)")
_ACCEPTED = re.compile(
    r"""\b(?:
        (?:has\ been\ |was\ |is\ |been\ |conditionally\ |provisionally\ |recently\ )*accepted
            (?:\ (?:for\ (?:publication|presentation|oral\ presentation|inclusion)|to\ appear
                |as\ an?\ [\w\- ]{3,40}?|paper|version|manuscript))?
            \ ?(?:to|at|by|in|for|with)?
      | (?:to\ (?:appear|be\ (?:published|presented)))\ (?:in|at|on)
      | (?:to\ appear),?
      | (?:published|appeared|appears|presented)\ (?:as\ an?\ [\w\- ]{3,40}?\ )?(?:in|at|by|on)
      | camera[- ]ready(?:\ version)?(?:\ (?:for|of|at))?
      | (?:in\ )?proceedings\ of(?:\ the)?
      | in\ press(?:\ (?:at|in|with))?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_REFUSED = re.compile(
    r"\b(?:submitted|submission|under\s+review|in\s+review|rejected|withdrawn\s+from|not\s+accepted|prepared\s+for|"
    r"in\s+preparation|to\s+be\s+submitted|extended\s+(?:version|abstract)\s+(?:of|submitted)|workshop|challenge|"
    r"competition|tutorial|style\s+file|template|dataset)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[\w)][\w)][\w)][\w)][\w)])[.;]\s+|\n\n")
_ANOTHER = re.compile(
    r"[;]|\b(?:based on|extends|extension|presented|compatible|using|style|format|code|see)\b", re.IGNORECASE
)
_SENTENCE_MAX = 1_000
_REACH = 70
"""Characters between `accepted at` and the name: `the 40th International Conference on ... (ICML 2026)`."""
_DOT_AND_CAPITAL = re.compile(r"\.(?=[A-Z])")
_BARE = re.compile(rf"^\W*({_VENUES})(?:[\s\-]*((?:19|20)\d\d)|\s?['’](\d\d))(?=[\s,.;:()]|$)")


def venue_of(paper: Paper) -> tuple[str, str] | None:
    """(name, year or empty) of the conference or journal that took the paper; None where none is stated for certain."""
    if paper.journal_ref and not _REFUSED.search(paper.journal_ref):
        stated = _DOT_AND_CAPITAL.sub(". ", paper.journal_ref.strip())
        match = _VENUE.match(stated)
        if match and _is_certain(match, stated):
            return _named(match, stated)
    for sentence in _SENTENCE_END.split(paper.comment or ""):
        if len(sentence) > _SENTENCE_MAX:
            continue
        if _REFUSED.search(sentence):
            continue
        bare = _BARE.match(sentence)
        if bare:
            return _named(bare, sentence)
        for accepted in _ACCEPTED.finditer(sentence):
            match = _VENUE.search(sentence, accepted.end(), accepted.end() + _REACH)
            if match and _is_certain(match, sentence) and _leads_to(sentence[accepted.end() : match.start()], match[1]):
                return _named(match, sentence)
    return None


def _is_certain(match: re.Match[str], text: str) -> bool:
    if match[1] in _AMBIGUOUS:
        return bool(match[2] or match[3])
    return match[1] not in _COMMON_WORDS or _NOTHING_MORE.match(text, match.end(1)) is not None


def _leads_to(between: str, name: str) -> bool:
    """Whether what stands between `accepted at` and the name belongs to the name."""
    if name in _COMMON_WORDS:
        return between.strip(" ,").lower() in {"", "the", "journal", "the journal"}
    return _ANOTHER.search(between) is None


_YEAR = re.compile(r"\(((?:19|20)\d\d)\)|(?<![\d.])((?:19|20)\d\d)$")


def _named(match: re.Match[str], text: str) -> tuple[str, str]:
    year = match[2] or ""
    if not year and len(match.groups()) > 2 and match[3]:  # noqa: PLR2004 (ICML '26)
        year = f"20{match[3]}"
    if not year:
        later = _YEAR.search(text.strip().rstrip("."), match.end())
        if later is not None:
            year = later[1] or later[2]
    return _BY_LETTERS[match[1].lower()], year
