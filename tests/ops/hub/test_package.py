"""What is in the deployment package, and that its bytes depend on the source alone."""

import hashlib
import importlib.util
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import pytest
import urllib3
from botocore import xform_name
from botocore.awsrequest import AWSResponse

from mappings import files
from ops.bench import cold
from ops.hub import aws_models, lock, package

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built() -> bytes:
    return package.build_local()


@pytest.fixture(scope="module")
def models(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> botocore.loaders.Loader:
    folder = tmp_path_factory.mktemp("package")
    zipfile.ZipFile(io.BytesIO(built)).extractall(folder)
    return botocore.loaders.Loader([str(folder / aws_models.FOLDER)], include_default_search_paths=False)


def names(built: bytes) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(built)).namelist())


def test_two_builds_are_the_same(built: bytes, tmp_path: Path) -> None:
    for folder in package.PACKAGES:
        shutil.copytree(package.CHECKOUT / folder, tmp_path / folder)
    assert package.build_local(tmp_path) == built


def test_every_handler_and_every_manifest_is_in_it(built: bytes) -> None:
    found = names(built)
    assert {
        f"functions/{name}.py"
        for name in ("receive", "collect", "announce", "normalise", "push", "poll", "sweep", "erase", "api")
    } <= found
    assert {
        path.relative_to(package.CHECKOUT).as_posix() for path in package.CHECKOUT.glob("*/*/manifest.yaml")
    } <= found


def test_what_people_wrote_is_in_it_parsed_and_says_the_same(built: bytes, tmp_path: Path) -> None:
    zipfile.ZipFile(io.BytesIO(built)).extractall(tmp_path)
    written = sorted(tmp_path.glob("*/*/*.yaml"))
    assert {path.parent.name for path in written} >= {"shopify", "square"}
    for path in written:
        assert path.with_suffix(files.PARSED).is_file()
        parsed, read = files.read(path), files.read_yaml(path)
        assert parsed == read
        assert str(parsed.content) == str(read.content), "a fraction keeps its digits"
        assert files.lines_of(parsed.content) == read.lines


def test_no_function_imports_yaml(built: bytes, tmp_path: Path) -> None:
    zipfile.ZipFile(io.BytesIO(built)).extractall(tmp_path)
    imports = "".join(f"import functions.{name}\n" for name in cold.SERVICES)
    event = (
        "from connectors.catalogue import connector\nfrom mappings.engine import load_in\n"
        "load_in(connector('shopify').mappings_folder / 'order.in.yaml').statements({}, {})\n"
    )
    cold.start(str(tmp_path), f"{imports}{event}import sys\nassert 'yaml' not in sys.modules\n")


def test_every_module_is_compiled_and_never_checked_against_its_source(built: bytes) -> None:
    files = zipfile.ZipFile(io.BytesIO(built))
    for name in names(built):
        if name.endswith(".py"):
            header = files.read(importlib.util.cache_from_source(name))[:8]
            assert header[:4] == importlib.util.MAGIC_NUMBER
            assert int.from_bytes(header[4:8], "little") == 0b01, "hash-based, unchecked: PEP 552"


def test_nothing_else_is_in_it(built: bytes) -> None:
    assert {name.split("/")[0] for name in names(built)} == {*package.PACKAGES, aws_models.FOLDER}
    assert not [name for name in names(built) if "samples" in name or name.endswith(".md")]


def test_it_describes_every_call_to_aws_that_functions_make() -> None:
    folders = [package.CHECKOUT / folder for folder in package.PACKAGES]
    source = "".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))
    assert set(re.findall(r"""client\("([a-z0-9]+)"\)""", source)) == set(aws_models.OPERATIONS)
    for service, described in aws_models.OPERATIONS.items():
        whole = botocore.session.get_session().get_service_model(service).operation_names
        called = {
            name for name in whole if re.search(rf"""\.{xform_name(name)}\(|paginator\("{xform_name(name)}""", source)
        }
        assert called <= set(described)


ITEM = {"pk": {"S": "a"}}
CALLS: dict[str, dict[str, dict[str, Any]]] = {
    "dynamodb": {
        "BatchGetItem": {"RequestItems": {"t": {"Keys": [ITEM]}}},
        "GetItem": {"TableName": "t", "Key": ITEM},
        "PutItem": {"TableName": "t", "Item": ITEM, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"},
        "Query": {"TableName": "t", "KeyConditionExpression": "pk = :pk"},
        "Scan": {"TableName": "t"},
        "TransactWriteItems": {"TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}], "ClientRequestToken": "1"},
        "UpdateItem": {"TableName": "t", "Key": ITEM, "UpdateExpression": "SET a = b"},
    },
    "events": {"PutEvents": {"Entries": [{"Detail": "{}"}]}},
    "lambda": {"UpdateEventSourceMapping": {"UUID": "u" * 36, "Enabled": False}},
    "s3": {"GetObject": {"Bucket": "b", "Key": "k"}, "PutObject": {"Bucket": "b", "Key": "k", "Body": b"c"}},
    "secretsmanager": {"GetSecretValue": {"SecretId": "s"}},
    "sqs": {
        "ChangeMessageVisibility": {"QueueUrl": "https://q/1/n", "ReceiptHandle": "r", "VisibilityTimeout": 1},
        "SendMessageBatch": {"QueueUrl": "https://q/1/n", "Entries": [{"Id": "0", "MessageBody": "b"}]},
    },
}


def sent(loader: botocore.loaders.Loader, service: str, operation: str) -> tuple[str, str, bytes]:
    """Make a call whose request goes nowhere; gives method, URL and body."""
    requests: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        requests.append(request)
        raw = urllib3.HTTPResponse(io.BytesIO(b""), preload_content=False)
        return AWSResponse(request.url, 200, {}, raw)

    session = botocore.session.get_session()
    session.register_component("data_loader", loader)
    client = session.create_client(service, "eu-west-3", aws_access_key_id="test", aws_secret_access_key="test")
    client.meta.events.register("before-send", answer)
    getattr(client, xform_name(operation))(**CALLS[service][operation])
    body = requests[0].body or b""
    return requests[0].method, requests[0].url, body if isinstance(body, bytes) else body.read()


@pytest.mark.parametrize(("service", "operation"), [(name, each) for name, many in CALLS.items() for each in many])
def test_a_call_by_its_models_is_the_one_botocore_makes(
    models: botocore.loaders.Loader, service: str, operation: str
) -> None:
    assert sent(models, service, operation) == sent(botocore.loaders.Loader(), service, operation)


def test_every_call_it_describes_is_compared() -> None:
    assert {name: set(many) for name, many in CALLS.items()} == {
        name: set(many) for name, many in aws_models.OPERATIONS.items()
    }


WHEEL = {
    "kettle.py": "BOILS = 100\n",
    "kettle-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: kettle\nVersion: 1.0\n",
    "kettle-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "kettle-1.0.dist-info/RECORD": "",
}


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel in a folder that is the only place pip may install from."""
    path = tmp_path / "wheels" / "kettle-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as written:
        for name, content in WHEEL.items():
            written.writestr(name, content)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    return path


def locked(checkout: Path, digest: str) -> Path:
    (checkout / lock.LAMBDA).parent.mkdir()
    (checkout / lock.LAMBDA).write_text(f"kettle==1.0 --hash=sha256:{digest}\n")
    return checkout


def test_the_package_for_aws_has_what_is_locked(wheel: Path, tmp_path: Path) -> None:
    checkout = locked(tmp_path, hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert {"kettle.py", "kettle-1.0.dist-info/METADATA"} <= names(package.build_aws(checkout))


@pytest.mark.usefixtures("wheel")
def test_a_file_with_another_hash_is_not_packed(tmp_path: Path) -> None:
    checkout = locked(tmp_path, hashlib.sha256(b"another file").hexdigest())
    with pytest.raises(subprocess.CalledProcessError, match="--require-hashes"):
        package.build_aws(checkout)


def test_the_limits_are_those_of_lambda() -> None:
    assert (package.MOST_ZIPPED, package.MOST_UNZIPPED) == (52_428_800, 262_144_000)


@pytest.mark.parametrize("limit", ["MOST_ZIPPED", "MOST_UNZIPPED"])
def test_a_package_may_have_the_limit_and_no_byte_more(
    limit: str, built: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = dict(zip(("MOST_ZIPPED", "MOST_UNZIPPED"), package.size(built), strict=True))[limit]
    monkeypatch.setattr(package, limit, size)
    package.refuse_too_large(built)
    monkeypatch.setattr(package, limit, size - 1)
    with pytest.raises(package.PackageError, match=r"the package has .* Lambda takes"):
        package.refuse_too_large(built)


def test_a_package_for_aws_that_is_too_large_is_not_given(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = locked(tmp_path, hashlib.sha256(wheel.read_bytes()).hexdigest())
    monkeypatch.setattr(package, "MOST_UNZIPPED", len(WHEEL["kettle.py"]))
    with pytest.raises(package.PackageError):
        package.build_aws(checkout)
