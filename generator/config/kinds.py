"""What the blocks of config.yaml share: the base of every model, and the kinds of single values.

Models are frozen and strict (no text for a number, no number for a text).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from generator.config import pasted, values

Line = Annotated[str, Field(max_length=200), AfterValidator(values.one_line)]
Prose = Annotated[str, Field(max_length=20_000), AfterValidator(values.prose)]
Address = Annotated[str, Field(max_length=2000), AfterValidator(values.api_address), WithJsonSchema({"type": "string"})]
SiteAddress = Annotated[str, Field(max_length=500), AfterValidator(values.site_address)]
TagId = Annotated[str, Field(max_length=200), AfterValidator(values.tag_id)]
StreamChoice = Annotated[bool | str, BeforeValidator(values.stream_choice)]
FeedAddress = Annotated[str, Field(max_length=2000), AfterValidator(values.feed_address)]
Category = Annotated[str, AfterValidator(values.category)]
Word = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(values.one_line)]
Query = Annotated[str, Field(max_length=500), AfterValidator(values.search_query)]


def _account_reference(text: str, info: ValidationInfo) -> str:
    return pasted.account_reference(text, info.context or {})


def _muted_account(text: str, info: ValidationInfo) -> str:
    return pasted.muted_account(text, info.context or {})


def _bluesky_account(text: str, info: ValidationInfo) -> str:
    return pasted.account_reference(f"bluesky:{text}", info.context or {}).removeprefix("bluesky:")


BlueskyAccount = Annotated[str, AfterValidator(_bluesky_account)]
AccountReference = Annotated[str, AfterValidator(_account_reference)]
MutedAccount = Annotated[str, AfterValidator(_muted_account)]
Weight = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


def _one_or_many(value: Any) -> Any:
    """`accounts: name` means `accounts: [name]`."""
    return (value,) if isinstance(value, str) else value


def names_of(network: str, parse: Callable[[str], str]) -> AfterValidator:
    """Read one member of a list of accounts. It may hold several names, so FLAT has to follow."""

    def read(text: str, info: ValidationInfo) -> list[str]:
        names = pasted.split_names(text)
        if not names:
            raise ValueError("names no account")
        return [pasted.read_account(network, name, parse, info.context or {}) for name in names]

    return AfterValidator(read)


def _flat(members: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in members for name in names))


ONE_OR_MANY = BeforeValidator(_one_or_many)
FLAT = AfterValidator(_flat)


class Block(BaseModel):
    """A block of the file; a key without a value is as if it were not there."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, block: Any) -> Any:
        if not isinstance(block, dict):
            return block
        return {key: value for key, value in block.items() if value is not None or key not in cls.model_fields}
