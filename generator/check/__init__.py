"""The front of what `check` finds: `check_data` for `data/`, `check_site` for the built site. Both read only."""

from generator.check.data import check_data
from generator.check.history import lost_records
from generator.check.site import built_address, check_site

__all__ = ["built_address", "check_data", "check_site", "lost_records"]
