"""S3, Secrets Manager and the mappings of Lambda in memory."""

import io
import itertools
from typing import Any

from tests.memory_aws.client import Answer, Asked, RefusedError, takes

SUFFIX = "-AbCdEf"


class Buckets:
    """S3: objects by bucket and key."""

    def __init__(self) -> None:
        self._buckets: dict[str, dict[str, bytes]] = {}

    def _bucket(self, asked: Asked) -> dict[str, bytes]:
        if asked["Bucket"] not in self._buckets:
            raise RefusedError("NoSuchBucket", "The specified bucket does not exist", 404)
        return self._buckets[asked["Bucket"]]

    @takes("Bucket")
    def create_bucket(self, asked: Asked) -> Answer:
        """Make a bucket."""
        self._buckets.setdefault(asked["Bucket"], {})
        return {}

    @takes("Bucket Key Body")
    def put_object(self, asked: Asked) -> Answer:
        """Write an object."""
        self._bucket(asked)[asked["Key"]] = bytes(asked["Body"])
        return {}

    @takes("Bucket Key")
    def get_object(self, asked: Asked) -> Answer:
        """Read an object."""
        bucket = self._bucket(asked)
        if asked["Key"] not in bucket:
            raise RefusedError("NoSuchKey", "The specified key does not exist.", 404)
        return {"Body": io.BytesIO(bucket[asked["Key"]])}

    @takes("Bucket Key")
    def delete_object(self, asked: Asked) -> Answer:
        """Take an object away; one that is not there is away already."""
        self._bucket(asked).pop(asked["Key"], None)
        return {}

    @takes("Bucket")
    def list_objects_v2(self, asked: Asked) -> Answer:
        """List a bucket."""
        listed = [{"Key": name, "Size": len(body)} for name, body in sorted(self._bucket(asked).items())]
        return {"KeyCount": len(listed), **({"Contents": listed} if listed else {})}


class Secrets:
    """Secrets Manager: secrets by name or ARN."""

    def __init__(self, region: str, account: str) -> None:
        self._root = f"arn:aws:secretsmanager:{region}:{account}:secret:"
        self._secrets: dict[str, str] = {}

    @takes("Name SecretString")
    def create_secret(self, asked: Asked) -> Answer:
        """Make a secret."""
        if asked["Name"] in self._secrets:
            message = f"The operation failed because the secret {asked['Name']} already exists."
            raise RefusedError("ResourceExistsException", message)
        self._secrets[asked["Name"]] = asked["SecretString"]
        return {"ARN": f"{self._root}{asked['Name']}{SUFFIX}", "Name": asked["Name"]}

    @takes("SecretId")
    def get_secret_value(self, asked: Asked) -> Answer:
        """Read a secret."""
        name = asked["SecretId"]
        name = name.removeprefix(self._root).removesuffix(SUFFIX) if name.startswith(self._root) else name
        if name not in self._secrets:
            raise RefusedError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        return {"ARN": f"{self._root}{name}{SUFFIX}", "Name": name, "SecretString": self._secrets[name]}


class Mappings:
    """Lambda: what hands the messages of queues over to functions."""

    def __init__(self) -> None:
        self._functions: set[str] = set()
        self._mappings: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)

    @takes("FunctionName Role Runtime Handler Code")
    def create_function(self, asked: Asked) -> Answer:
        """Make a function; nothing calls it."""
        self._functions.add(asked["FunctionName"])
        return {}

    @takes("EventSourceArn FunctionName")
    def create_event_source_mapping(self, asked: Asked) -> Answer:
        """Make a mapping, switched on."""
        if asked["FunctionName"] not in self._functions:
            raise _unknown(f"Function not found: {asked['FunctionName']}")
        name = f"00000000-0000-4000-8000-{next(self._numbers):012d}"
        self._mappings[name] = {"UUID": name, "EventSourceArn": asked["EventSourceArn"], "State": "Enabled"}
        return dict(self._mappings[name])

    @takes("UUID", "Enabled")
    def update_event_source_mapping(self, asked: Asked) -> Answer:
        """Switch a mapping on or off."""
        self._mapping(asked)["State"] = "Enabled" if asked.get("Enabled", True) else "Disabled"
        return dict(self._mapping(asked))

    @takes("UUID")
    def get_event_source_mapping(self, asked: Asked) -> Answer:
        """Say how a mapping is."""
        return dict(self._mapping(asked))

    def _mapping(self, asked: Asked) -> dict[str, Any]:
        if asked["UUID"] not in self._mappings:
            raise _unknown("The resource you requested does not exist.")
        return self._mappings[asked["UUID"]]


class Roles:
    """IAM: roles that functions are made with."""

    @takes("RoleName AssumeRolePolicyDocument")
    def create_role(self, asked: Asked) -> Answer:
        """Make a role."""
        return {"Role": {"Arn": f"arn:aws:iam::123456789012:role/{asked['RoleName']}"}}


def _unknown(message: str) -> RefusedError:
    return RefusedError("ResourceNotFoundException", message, 404)
