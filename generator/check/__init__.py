"""The checks of `data/` and of the built site. They only read."""

from generator.check.data import check_data
from generator.check.history import lost_records
from generator.check.site import built_address, check_site

__all__ = ["built_address", "check_data", "check_site", "lost_records"]
