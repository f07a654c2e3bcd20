"""The connectors that were registered at run time: which there are, in which versions, and their bundles.

An item of the Connections table says which versions a tenant's connector has. The bundle of each version is an object
in the bucket of the deployment packages. These do not expire as payloads do, so an old version can map again what it
mapped before.
"""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from connectors import catalogue
from connectors.catalogue import Connector
from connectors.errors import ManifestError
from records.errors import StoreUnavailableError
from records.store.dynamo import translated
from records.store.wire import from_wire, to_wire

_folders: list[tempfile.TemporaryDirectory[str]] = []
"""Where bundles were laid out; they go when the process ends."""


@dataclass(frozen=True)
class Version:
    """One registered version: `<number>-<digest>`, the digest of its content, and when it was registered."""

    version: str
    digest: str
    at: str


@dataclass(frozen=True)
class Entry:
    """A tenant's connector: the version its connections use, and all there were, oldest first."""

    name: str
    current: str
    versions: tuple[Version, ...]


class Registry:
    """Items of the Connections table, and the bundles that they name.

    A name belongs to one tenant: no tenant's connector maps the payloads of another.
    """

    def __init__(self, dynamo: Any, table: str, s3: Callable[[], Any], bucket: str) -> None:
        self._dynamo, self._table, self._s3, self._bucket = dynamo, table, s3, bucket

    @translated
    def entry(self, tenant: str, name: str) -> Entry | None:
        """Give what is known of a connector; None where nobody registered it.

        Raises:
            StoreUnavailableError: it cannot be read now.
        """
        key = {"pk": {"S": _pk(tenant, name)}}
        answer = self._dynamo.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _entry(from_wire(answer["Item"])) if "Item" in answer else None

    @translated
    def entries(self, tenant: str) -> list[Entry]:
        """List a tenant's connectors by name. The whole table is read: it is small, connections and connectors.

        Raises:
            StoreUnavailableError: they cannot be read now.
        """
        pages = self._dynamo.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(pk, :pk)",
            ExpressionAttributeValues={":pk": {"S": _pk(tenant, "")}},
        )
        found = [_entry(from_wire(item)) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda entry: entry.name)

    def add(self, tenant: str, name: str, digest: str, content: bytes, at: str) -> tuple[Entry, bool]:
        """Make a bundle the current version of a connector. Gives the connector's entry and whether the version is new.

        A bundle that was registered before becomes current again under its old version: this is the way back to it.

        Raises:
            ConflictError: somebody else registered the same name at the same time.
            StoreUnavailableError: perhaps it is not registered; the same may be sent again.
        """
        known = self.entry(tenant, name)
        versions = known.versions if known else ()
        same = next((each for each in versions if each.digest == digest), None)
        made = same or Version(f"{len(versions) + 1}-{digest[:8]}", digest, at)
        entry = Entry(name, made.version, versions if same else (*versions, made))
        if same is None:
            self._store(tenant, name, made.version, content)
        if entry != known:
            self._write(tenant, entry, known)
        return entry, same is None

    def _store(self, tenant: str, name: str, version: str, content: bytes) -> None:
        """Write the bundle before anything names it."""
        try:
            self._s3().put_object(Bucket=self._bucket, Key=_key(tenant, name, version), Body=content)
        except (BotoCoreError, ClientError) as error:
            raise StoreUnavailableError(f"the bundle of {name}@{version} cannot be written") from error

    @translated
    def _write(self, tenant: str, entry: Entry, known: Entry | None) -> None:
        item: dict[str, Any] = {
            "pk": _pk(tenant, entry.name),
            "tenant": tenant,
            "connector": entry.name,
            "current": entry.current,
        }
        item["versions"] = [asdict(each) for each in entry.versions]
        when: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if known is not None:
            seen = {":c": {"S": known.current}, ":n": {"N": str(len(known.versions))}}
            when = {
                "ConditionExpression": "#c = :c AND size(versions) = :n",
                "ExpressionAttributeNames": {"#c": "current"},
                "ExpressionAttributeValues": seen,
            }
        self._dynamo.put_item(TableName=self._table, Item=to_wire(item), **when)

    def connector(self, tenant: str, reference: str) -> Connector:
        """Give a connector by `name` or `name@version`: the repository's, or one that was registered.

        Raises:
            ManifestError: there is none.
            StoreUnavailableError: it cannot be read now.
        """
        name, _, version = reference.partition("@")
        if catalogue.is_here(name):
            return catalogue.deployed(name, version)
        return self.open(tenant, name, version or self.current(tenant, name))

    def current(self, tenant: str, name: str) -> str:
        """Say which version of a registered connector its connections use.

        Raises:
            ManifestError: nobody registered it.
            StoreUnavailableError: it cannot be read now.
        """
        entry = self.entry(tenant, name)
        if entry is None:
            raise ManifestError(f"there is no connector {name[:80]!r}")
        return entry.current

    def open(self, tenant: str, name: str, version: str) -> Connector:
        """Fetch a version and lay it out in a folder of this process.

        Raises:
            ManifestError: there is no such version, or it is damaged.
            StoreUnavailableError: it cannot be read now.
        """
        from connectors.bundle import lay_out, unpack  # noqa: PLC0415 (most connectors come with the deployment)

        try:
            answer = self._s3().get_object(Bucket=self._bucket, Key=_key(tenant, name, version))
            content = bytes(answer["Body"].read())
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404", "AccessDenied"):
                # Without the right to list, S3 answers AccessDenied for what is not there.
                raise ManifestError(f"there is no version {version[:40]!r} of {name}") from error
            raise StoreUnavailableError(f"the bundle of {name}@{version} cannot be read") from error
        except BotoCoreError as error:
            raise StoreUnavailableError(f"the bundle of {name}@{version} cannot be read") from error
        folder = tempfile.TemporaryDirectory(prefix=f"tributary-{name}-")
        _folders.append(folder)
        return catalogue.at(lay_out(unpack(content), Path(folder.name)), version)


def _pk(tenant: str, name: str) -> str:
    return f"CONNECTOR#{tenant}#{name}"


def _key(tenant: str, name: str, version: str) -> str:
    return f"connectors/{tenant}/{name}/{version}.zip"


def _entry(item: dict[str, Any]) -> Entry:
    versions = tuple(Version(**each) for each in item["versions"])
    return Entry(item["connector"], item["current"], versions)
