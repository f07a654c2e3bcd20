"""Deploy the hub to an AWS account or to the embedded cloud: the same templates, in the same order."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import ClientError

from ops.hub import lock, templates

Clients = Callable[[str], Any]
"""A function that gives the boto3 client of a service: `Cloud.client`, or `boto3.Session().client`."""

Outputs = dict[str, str]

STACK_SECONDS = 1800.0
DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
NEVER_MADE = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


class DeployError(Exception):
    """A stack could not be created, updated or deleted. The message says which resource failed and why."""

    code = "deploy_failed"
    retry = False
    cause: Literal["configuration", "platform"] = "configuration"


@dataclass(frozen=True)
class Hub:
    """A deployed hub: its address, the token of its API, and the outputs of data.yaml and hub.yaml by name."""

    name: str
    api_url: str
    token: str = field(repr=False)
    outputs: Mapping[str, str]
    clients: Clients = field(repr=False)

    @property
    def webhooks_url(self) -> str:
        """The address of webhooks. A connection's id follows it: …/webhooks/shop-fr."""
        return f"{self.api_url}/webhooks"


def deploy_hub(
    clients: Clients, package: bytes, *, name: str = "tributary", endpoint: str | None = None, schedules: bool = True
) -> Hub:
    """Create or update a hub.

    `package` is the zipped code of the functions. `endpoint` is the embedded cloud's address; without it the hub goes
    to an AWS account. Without `schedules`, poll, sweep and erase run only when somebody calls them.

    Raises:
        DeployError: A stack failed.
    """
    data = deploy_stack(clients, f"{name}-data", "data", {"DeletionProtection": "false" if endpoint else "true"})
    key = f"{hashlib.sha256(package).hexdigest()[:20]}.zip"
    clients("s3").put_object(Bucket=data["PackageBucket"], Key=key, Body=package)
    values = data | {"CodeBucket": data["PackageBucket"], "CodeKey": key, "Schedules": "on" if schedules else "off"}
    values |= {"Runtime": f"python{lock.runtime()}"}  # a stack would keep the one it was made with
    outputs = data | deploy_stack(clients, name, "hub", values | {"Size": "laptop" if endpoint else "account"})
    deploy_stack(clients, f"{name}-watch", "watch", outputs | {"Hub": name})
    if endpoint:
        _plain_token(clients, outputs["ApiSecretArn"])
    else:  # the embedded cloud has archives, but cannot make one from a template
        deploy_stack(clients, f"{name}-archive", "archive", outputs)
    return _hub(clients, name, endpoint, outputs)


def find_hub(clients: Clients, *, name: str = "tributary", endpoint: str | None = None) -> Hub:
    """Find a hub that was deployed before.

    Raises:
        DeployError: There is none of that name.
    """
    stacks = [_describe(clients, stack) for stack in (f"{name}-data", name)]
    if None in stacks:
        raise DeployError(f"there is no hub named {name}: deploy it first")
    return _hub(
        clients, name, endpoint, {key: value for stack in stacks if stack for key, value in _outputs(stack).items()}
    )


def deploy_connection(hub: Hub, connection_id: str, tenant: str, **values: str) -> Outputs:
    """Create or update the stack of one connection. `values` are other parameters of connection.yaml, as text.

    Raises:
        DeployError: The stack failed.
    """
    own = {"Hub": hub.name, "ConnectionId": connection_id, "Tenant": tenant}
    stack = f"{hub.name}-connection-{connection_id}"
    return deploy_stack(hub.clients, stack, "connection", {**hub.outputs, **own, **values})


def connection_outputs(hub: Hub, connection_id: str) -> Outputs:
    """Give the outputs of a connection's stack; an empty table where there is no stack."""
    known = _describe(hub.clients, f"{hub.name}-connection-{connection_id}")
    return _outputs(known) if known else {}


def remove_connection(hub: Hub, connection_id: str) -> None:
    """Delete the stack of one connection, its secret included. Nothing happens where there is no stack.

    Raises:
        DeployError: The stack failed.
    """
    remove_stack(hub.clients, f"{hub.name}-connection-{connection_id}")


def deploy_stack(clients: Clients, stack: str, template: str, values: Mapping[str, str]) -> Outputs:
    """Create or update a stack and give its outputs.

    Of `values` it uses those that are parameters of the template. A parameter that is not given keeps its value, so an
    operator's alarm topic survives the next deployment.

    Raises:
        DeployError: It failed.
    """
    known = _describe(clients, stack)
    if known and known["StackStatus"] in NEVER_MADE:
        remove_stack(clients, stack)
        known = None
    given = {key: values[key] for key in templates.parameters(template) if key in values}
    kept = {entry["ParameterKey"] for entry in known.get("Parameters", [])} - given.keys() if known else set()
    arguments = {
        "StackName": stack,
        "TemplateBody": templates.text(template),
        "Capabilities": CAPABILITIES,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        + [{"ParameterKey": key, "UsePreviousValue": True} for key in kept & templates.parameters(template)],
    }
    try:
        made = clients("cloudformation").update_stack(**arguments) if known else _create(clients, arguments)
    except ClientError as error:
        if known and "No updates are to be performed" in str(error):
            return _outputs(known)
        raise DeployError(f"{stack}: {error}") from error
    return _outputs(_finished(clients, made["StackId"], stack))


def remove_stack(clients: Clients, stack: str) -> None:
    """Delete a stack and wait until it is gone.

    Raises:
        DeployError: It failed.
    """
    known = _describe(clients, stack)
    if known:
        clients("cloudformation").delete_stack(StackName=stack)
        _finished(clients, known["StackId"], stack)


def _create(clients: Clients, arguments: Mapping[str, Any]) -> Any:
    return clients("cloudformation").create_stack(**arguments, OnFailure="ROLLBACK")


def _finished(clients: Clients, stack_id: str, stack: str) -> Any:
    """Wait until a stack is finished, and describe it; None where it is gone.

    It looks often at first, for the embedded cloud is quick, then seldom, for AWS limits how often one may ask.

    Raises:
        DeployError: the stack failed, or was not finished in time.
    """
    wait, end = 0.05, time.monotonic() + STACK_SECONDS
    while time.monotonic() < end:
        known = _describe(clients, stack_id)
        if known is None or known["StackStatus"] in DONE:
            return known
        if not known["StackStatus"].endswith(("_IN_PROGRESS", "_CLEANUP_IN_PROGRESS")):
            raise DeployError(f"{stack}: {known['StackStatus']}\n{_failures(clients, stack_id)}")
        time.sleep(wait)
        wait = min(5.0, wait * 1.5)
    raise DeployError(f"{stack}: not finished after {STACK_SECONDS:.0f} s\n{_failures(clients, stack_id)}")


def _failures(clients: Clients, stack_id: str) -> str:
    """List what failed, oldest first. The first line is the reason, the others mostly follow from it."""
    events = clients("cloudformation").describe_stack_events(StackName=stack_id)["StackEvents"]
    failed = [event for event in reversed(events) if event.get("ResourceStatus", "").endswith("_FAILED")]
    return "\n".join(
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason')}" for event in failed
    )


def _describe(clients: Clients, stack: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise DeployError(f"{stack}: {error}") from error
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _outputs(stack: Mapping[str, Any]) -> Outputs:
    return {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}


def _plain_token(clients: Clients, secret: str) -> None:
    """Make sure that the API's token has only letters and digits: the embedded cloud ignores ExcludePunctuation."""
    manager = clients("secretsmanager")
    token = json.loads(manager.get_secret_value(SecretId=secret)["SecretString"])["token"]
    if not token.isalnum():
        plain = "".join(letter for letter in token if letter.isalnum()) + secrets.token_hex(16)
        manager.put_secret_value(SecretId=secret, SecretString=json.dumps({"token": plain}))


def _hub(clients: Clients, name: str, endpoint: str | None, outputs: Mapping[str, str]) -> Hub:
    url = f"{endpoint}/restapis/{outputs['ApiId']}/live/_user_request_" if endpoint else outputs["ApiUrl"]
    secret = clients("secretsmanager").get_secret_value(SecretId=outputs["ApiSecretArn"])["SecretString"]
    return Hub(name, url, json.loads(secret)["token"], outputs, clients)
