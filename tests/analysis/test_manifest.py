from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from analysis.manifest import MODELS_DIR, NetError, load_manifest

DATA = Path(__file__).resolve().parents[1] / "data"
TINY = DATA / "tiny_net.onnx"

HEAD = """
revision = {revision}

[[net]]
name = "tiny"
role = "{role}"
file = "tiny_net.onnx"
sha256 = "{sha256}"
source = "made for tests"
licence = "MIT"
recipe = "none"
features = ["pooled"]
[net.outputs]
twice = "twice"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(TINY, tmp_path / "tiny_net.onnx")
    write_manifest(tmp_path)
    return tmp_path


def write_manifest(folder: Path, *, revision: int = 1, role: str = "head") -> None:
    sha256 = hashlib.sha256(TINY.read_bytes()).hexdigest()
    text = HEAD.format(revision=revision, role=role, sha256=sha256)
    (folder / "manifest.toml").write_text(text)


def test_net_with_its_declared_digest_is_accepted(folder: Path) -> None:
    load_manifest(folder).net("head").verify()


def test_altered_net_is_refused_by_name(folder: Path) -> None:
    with (folder / "tiny_net.onnx").open("ab") as stream:
        stream.write(b"\0")

    with pytest.raises(NetError, match=r"tiny_net\.onnx is not the one") as raised:
        load_manifest(folder).net("head").verify()

    assert raised.value.code == "net_altered"


def test_missing_net_is_refused_with_its_recipe(folder: Path) -> None:
    (folder / "tiny_net.onnx").unlink()

    with pytest.raises(NetError, match="make it again with none") as raised:
        load_manifest(folder).net("head").verify()

    assert raised.value.code == "net_missing"


def test_missing_manifest_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="DAM_MODELS_DIR") as raised:
        load_manifest(tmp_path)

    assert raised.value.code == "net_missing"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("revision = ", "not TOML"),
        ("revision = 1", "'net'"),
        ("revision = 1\n[[net]]\nname = 'x'", "'role'"),
        ("revision = 1\n[[net]]\nname = 'x'\nrole = 'cook'", "'cook'"),
        ("revision = 1\n[[net]]\nname = 'x'\nrole = 'head'", "pixels or features"),
    ],
)
def test_unusable_manifest_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "manifest.toml").write_text(text)

    with pytest.raises(NetError, match=said) as raised:
        load_manifest(tmp_path)

    assert raised.value.code == "net_invalid"


def test_version_changes_with_the_revision(folder: Path) -> None:
    before = load_manifest(folder).version
    write_manifest(folder, revision=2)

    assert load_manifest(folder).version != before


@pytest.mark.parametrize(
    ("old", "new"),
    [('features = ["pooled"]', 'features = ["block13"]'), ('twice = "twice"', 'twice = "total"')],
)
def test_version_changes_with_what_results_depend_on(folder: Path, old: str, new: str) -> None:
    before = load_manifest(folder).version
    path = folder / "manifest.toml"
    path.write_text(path.read_text().replace(old, new))

    assert load_manifest(folder).version != before


def test_version_does_not_change_with_the_licence(folder: Path) -> None:
    before = load_manifest(folder).version
    path = folder / "manifest.toml"
    path.write_text(path.read_text().replace("MIT", "Apache-2.0"))

    assert load_manifest(folder).version == before


def test_embeddings_of_another_feeding_are_not_comparable(tmp_path: Path) -> None:
    text = (MODELS_DIR / "manifest.toml").read_text()
    (tmp_path / "manifest.toml").write_text(text)
    before = load_manifest(tmp_path).embedding_net
    (tmp_path / "manifest.toml").write_text(text.replace("103.939", "104.0"))

    assert load_manifest(tmp_path).embedding_net != before


def test_version_is_the_same_for_the_same_nets(folder: Path) -> None:
    assert load_manifest(folder).version == load_manifest(folder).version


def test_role_that_no_net_has_is_an_error(folder: Path) -> None:
    with pytest.raises(NetError, match="0 nets with the role detector"):
        load_manifest(folder).net("detector")


@pytest.mark.nets
def test_shipped_nets_are_the_declared_ones() -> None:
    if not list(MODELS_DIR.glob("*.onnx")):
        pytest.skip("the nets are not in models/")

    for net in load_manifest().nets:
        net.verify()


def test_shipped_versions_fit_their_columns() -> None:
    manifest = load_manifest()

    assert max(len(manifest.version), len(manifest.embedding_net)) <= 40


def test_a_topic_that_is_off_has_no_head_reading_or_facet() -> None:
    manifest = load_manifest().without({"gender"})

    assert "gender" not in {net.name for net in manifest.nets}
    assert "gender" not in manifest.topics
    assert "gender" not in {facet.topic for facet in manifest.facets}


def test_a_reading_of_the_backbone_can_be_off() -> None:
    manifest = load_manifest().without({"age"})

    assert "age" not in {reading.name for net in manifest.nets for reading in net.readings}
    assert manifest.net("backbone").outputs == load_manifest().net("backbone").outputs


def test_version_changes_with_what_is_off() -> None:
    manifest = load_manifest()

    versions = {manifest.without(off).version for off in ((), ("gender",), ("age",))}

    assert len(versions) == 3


def test_embeddings_stay_comparable_when_something_is_off() -> None:
    manifest = load_manifest()

    assert manifest.without(manifest.topics).embedding_net == manifest.embedding_net


def test_an_unknown_topic_switches_nothing_off() -> None:
    manifest = load_manifest()

    assert manifest.without({"beard"}) == manifest


class TestSamePerson:
    """The curve that turns the cosine of two faces into a probability."""

    @staticmethod
    def declare(folder: Path, curve: str) -> None:
        path = folder / "manifest.toml"
        path.write_text(path.read_text().replace("[net.outputs]", f"{curve}\n[net.outputs]"))

    def test_it_is_read_with_its_net(self, folder: Path) -> None:
        self.declare(folder, "same_person = { slope = 10.0, offset = -3.0 }")

        curve = load_manifest(folder).net("head").same_person

        assert curve is not None
        assert (curve.slope, curve.offset) == (10.0, -3.0)

    def test_no_result_depends_on_it(self, folder: Path) -> None:
        before = load_manifest(folder).version
        self.declare(folder, "same_person = { slope = 10.0, offset = -3.0 }")

        assert load_manifest(folder).version == before

    def test_a_curve_that_falls_is_refused(self, folder: Path) -> None:
        self.declare(folder, "same_person = { slope = -1.0, offset = 0.0 }")

        with pytest.raises(NetError, match="logistic"):
            load_manifest(folder)

    def test_the_service_has_one(self) -> None:
        assert load_manifest().net("embedder").same_person is not None
