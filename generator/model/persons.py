"""Which accounts are one person: what the owner's config says, and nothing that we guess. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from generator.model.records import Account, NetworkState


class Persons:
    """Account -> person. A person's key is the smallest name that any of their accounts goes by."""

    def __init__(self, people: Iterable[Sequence[str]], states: Mapping[str, NetworkState]) -> None:
        """Join accounts.

        Args:
            people: groups of `<network>:<handle or id>`, as under `people` in config.yaml.
            states: for the account ids that the networks gave for the config's handles.
        """
        self._parent: dict[str, str] = {}
        for network, state in states.items():
            for handle, account_id in state.accounts.items():
                self._join(_name(network, handle), account_id)
        for group in people:
            for reference in group[1:]:
                self._join(_reference(group[0]), _reference(reference))

    def key(self, account: Account) -> str:
        """The person whose account this is: the account's own id unless the config or a look-up joined it."""
        by_id = self._find(account.id)
        if by_id != account.id or account.id in self._parent or not account.handle:
            return by_id
        network = account.id.partition(":")[0]
        name = _name(network, account.handle)
        return self._find(name) if name in self._parent else account.id

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
    return reference if name.startswith("did:") else _name(network, name)
