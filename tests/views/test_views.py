from __future__ import annotations

import msgspec

from generator.model.site import chrome_of
from tests.site_samples import sample_site


def test_the_chrome_is_what_every_page_shares() -> None:
    chrome = chrome_of(sample_site())

    assert chrome.trackers == (("lab", "The lab"), ("harbour", "@harbour"))
    assert chrome.own_pages == (("colophon", "Colophon"),)
    assert chrome.url.endswith("/")


def test_the_chrome_does_not_change_with_what_was_captured() -> None:
    site = sample_site()
    later = sample_site(now=site.now.replace(year=2030), states={}, networks={"x": "X"})

    assert msgspec.json.encode(chrome_of(site)) == msgspec.json.encode(chrome_of(later))
