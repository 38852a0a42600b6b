"""Accounts that belong to one person, as the owner's config says; nothing is guessed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from generator.model.records import Account, NetworkState


class Persons:
    """Maps accounts to persons. The key of a person is the smallest name of their accounts."""

    def __init__(self, people: Iterable[Sequence[str]], states: Mapping[str, NetworkState]) -> None:
        """Join accounts.

        Args:
            people: groups of `<network>:<handle or id>`, as under `people` in config.yaml.
            states: by network; they map handles to account ids.
        """
        self._parent: dict[str, str] = {}
        for network, state in states.items():
            for handle, account_id in state.accounts.items():
                self._join(_name(network, handle), account_id)
        for group in people:
            for reference in group[1:]:
                self._join(_reference(group[0]), _reference(reference))

    def key(self, account: Account) -> str:
        """The key of the account's person: its own id unless the config or a look-up joined it to others."""
        by_id = self._find(account.id)
        if by_id != account.id or account.id in self._parent or not account.handle:
            return by_id
        network = account.id.partition(":")[0]
        name = _name(network, account.handle)
        if name in self._parent:
            return self._find(name)
        return account.id

    def _find(self, name: str) -> str:
        while (parent := self._parent.get(name, name)) != name:
            name = parent
        return name

    def _join(self, name: str, alias: str) -> None:
        smaller, larger = sorted((self._find(name), self._find(alias)))
        self._parent[smaller] = smaller
        self._parent[larger] = smaller


def _name(network: str, handle: str) -> str:
    return f"{network}:{handle.lstrip('@').lower()}"


def _reference(reference: str) -> str:
    network, _, name = reference.partition(":")
    if name.startswith("did:"):
        return reference
    return _name(network, name)
