"""The made-up people of the sample, what they say, and the names of made-up authors. Nobody here exists.

Handles end in `.example`, a domain that by RFC 2606 belongs to nobody.
"""

from __future__ import annotations

TRACKERS: tuple[tuple[str, str, str], ...] = (
    ("machine-learning", "Machine learning", "What people who build and study learning machines are reading."),
    ("physics", "Physics", "From black holes to hot coffee."),
    ("mathematics", "Mathematics", "Proofs, and what people say about them."),
)
"""(id, title, about) of the sample's trackers: the same as in the template's config.yaml."""

PEOPLE: tuple[tuple[str, str], ...] = (
    ("quillon", "Quillon Ashgrove (made up)"),
    ("tamsin", "Tamsin Vellory (made up)"),
    ("oberon", "Oberon Pliskett (made up)"),
    ("isaura", "Isaura Fenwhistle (made up)"),
    ("corvane", "Corvane Dusk (made up)"),
    ("maribelle", "Maribelle Otterquist (made up)"),
    ("thaddow", "Thaddow Brindlemere (made up)"),
    ("yselle", "Ysélle Marchbank (made up)"),
    ("nashira", "نشيرة المختلقة (made up)"),
    ("perrinot", "Perrinot Glasswell (made up)"),
    ("haruvel", "架空ハルヴェル (made up)"),
    ("zofinka", "Zofińka Wymyślona (made up)"),
    ("barnaby-q", "Barnaby Quench (made up)"),
    ("eulalia", "Eulalia Thornapple (made up)"),
    ("fennimore", "Fennimore Lark (made up)"),
    ("grizelda", "Grizelda Pumphrey (made up)"),
    ("hollister-v", "Hollister Vane (made up)"),
    ("jessamy", "Jessamy Rook (made up)"),
    ("kestrel-o", "Kestrel Oddfellow (made up)"),
    ("lysander-p", "Lysander Puddifoot (made up)"),
    ("mirabel-x", "Mirabel Crosspatch (made up)"),
    ("nimue", "Nimue Halfpenny (made up)"),
    ("octavian-b", "Octavian Bramble (made up)"),
    ("prudence-w", "Prudence Wolfbane (made up)"),
)
"""(first part of the handle, name)."""

BOT = ("paper-parrot", "Paper Parrot (made-up bot)")

REMARKS: tuple[str, ...] = (
    "Reading this over lunch. The introduction alone is worth it.",
    "Has anybody tried to reproduce the main experiment? The code looks clean.",
    "This answers a question I have been asking in every seminar for two years.",
    "Not convinced by the second half, but the first theorem is a gem.",
    "Great talk about this at our group meeting today; slides soon.",
    "Figure 3 should hang in a museum.",
    "I was one of the sceptics. I am not any more.",
    "Slow down, read the appendix. That is where the real idea is.",
    "Simple, careful, and honest about what does not work.",
    "Nice result, though I would have liked a comparison with the obvious baseline.",
    "We had half of this in a drawer. Congratulations to the authors, they did it properly.",
    "If you read one thing this week, read this & then argue with me about it.",
    "Short paper, long consequences.",
    "The related-work section is generous. More of this, please.",
    "Does this extend to the non-compact case? Asking for a friend who is me.",
    "What I like most: they say in one sentence what would prove them wrong.",
    "Journal club next Thursday, bring biscuits.",
    "Printed it. On paper. That good.",
)

LOCAL_REMARKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "nashira": ("ar", ("ورقة جميلة، وخصوصا البرهان في القسم الثالث.", "قرأتها مرتين، وأنصح بها الجميع.")),
    "haruvel": ("ja", ("証明がとても短くて驚いた。", "来週のゼミで読みます。")),
    "zofinka": ("pl", ("Świetny artykuł, zwłaszcza dodatek B.", "Kto czyta to ze mną na seminarium?")),
}
"""First part of the handle -> language and what its person says in it."""

REPLIES: tuple[str, ...] = (
    "Agreed, and see the remark after Lemma 2: it says exactly where the constant comes from.",
    "I had the same doubt; the appendix convinced me.",
    "Which version did you read? The second one adds the missing case.",
    "We tried it on our data. It works, with a smaller effect.",
    "Would love to see this for the weighted case.",
)

GIVEN: tuple[str, ...] = (
    "Aldous", "Bettina", "Caspian", "Dorothea", "Evander", "Fiammetta", "Gideon", "Hesper", "Ignatia", "Jolyon",
    "Katriona", "Leopolda", "Magnus", "Nerissa", "Orsino", "Philippa", "Quentin", "Rosalba", "Sorrel", "Tiberius",
    "Undine", "Valentin", "Wilhelmina", "Xanthe", "Yorick", "Zenobia",
)  # fmt: skip
FAMILY: tuple[str, ...] = (
    "Applewhistle", "Bickerstaffe", "Crumbleholme", "Dandridge-Moss", "Elderwick", "Fothergale", "Gossamer",
    "Humblethorn", "Inkpenny", "Jellicroft", "Knotweed", "Lanternby", "Merriweather-Flux", "Nettlebed", "Oxenhollow",
    "Pemberquill", "Quartermoon", "Ravensbourne-Vex", "Silverthistle", "Tanglewood", "Umberfield", "Vantongeren-Oak",
    "Whistlecraft", "Yarrowby", "Zimmerglass",
)  # fmt: skip
SPECIAL_AUTHORS: tuple[str, ...] = (
    "مؤلفة خيالية",  # right to left
    "מחבר בדוי",
    r"J\'er\^ome Imagin\'e",  # as arXiv writes accents
    r"G\"unther Erfund\'en",
    "虚構 花子",
)
COLLABORATION = "The Made-Up Collaboration"
