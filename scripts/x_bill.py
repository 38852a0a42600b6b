"""What reading X is going to cost, before the first paid read, in sentences for Set up's summary."""

from __future__ import annotations

from collections.abc import Sequence

from generator.fetch.sources.x.config import XNetwork
from generator.fetch.sources.x.cost import estimate


def first_bill(accounts: Sequence[str]) -> list[str]:
    """The estimate for these accounts; nothing where X is not read."""
    if not accounts:
        return []
    bill = estimate(len(accounts))
    cap = XNetwork().max_usd_per_month
    count = "1 account" if len(accounts) == 1 else f"{len(accounts)} accounts"
    sentence = (
        f"X charges by the read. For {count} the first reading costs about ${bill.first_usd:.2f} and a month about "
        f"${bill.month_usd:.2f} ({bill.basis}). Reading stops at ${cap:.0f} in a month: change "
        "`networks.x.max_usd_per_month` in config.yaml. Nothing is read, and nothing is paid, without the secret "
        "`X_BEARER_TOKEN`."
    )
    return [sentence]
