from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analysis.manifest import MODELS_DIR, load_manifest
from analysis.models import AnalysisRun, Face
from tests.factories import make_asset, make_face, make_run
from tests.fakes import VERSION

Status = AnalysisRun.Status


def statuses() -> Counter[str]:
    """Count the runs for the nets that are installed now by their status."""
    runs = AnalysisRun.objects.filter(pipeline_version=VERSION)
    return Counter(runs.values_list("status", flat=True))


def make_read_face(run: AnalysisRun) -> Face:
    """Store a face with every reading of the nets, as a run wrote it."""
    face = make_face(run.asset)
    face.run = run
    face.readings = dict.fromkeys(load_manifest().reading_names, 1.0)
    face.save()
    return face


@pytest.mark.django_db
class TestAnalyzeAssets:
    @pytest.fixture(autouse=True)
    def _nets(self, fake_pipeline):
        """Let the fake be the nets that are installed now."""

    def test_missing_queues_what_these_nets_never_looked_at(self, capsys, sent_run_ids):
        make_run(status=Status.SUCCEEDED)
        old = make_run(status=Status.SUCCEEDED, version="older")

        call_command("analyze_assets")

        run = AnalysisRun.objects.get(asset=old.asset, pipeline_version=VERSION)
        assert capsys.readouterr().out == "1 asset queued.\n"
        assert sent_run_ids == [run.pk]

    def test_missing_queues_faces_that_other_nets_wrote_since(self, sent_run_ids):
        run = make_run(status=Status.SUCCEEDED)
        make_read_face(make_run(run.asset, status=Status.SUCCEEDED, version="older"))

        call_command("analyze_assets", "--missing")

        assert sent_run_ids == [run.pk]

    def test_missing_queues_faces_whose_readings_were_erased(self, sent_run_ids):
        run = make_run(status=Status.SUCCEEDED)
        face = make_read_face(run)
        del face.readings["age"]
        face.save()

        call_command("analyze_assets", "--missing")

        assert sent_run_ids == [run.pk]

    def test_missing_leaves_whole_and_retired_faces_alone(self, sent_run_ids):
        make_read_face(make_run(status=Status.SUCCEEDED))
        retired = make_face()
        Face.objects.filter(pk=retired.pk).update(retired_at=timezone.now())

        call_command("analyze_assets", "--missing")

        assert sent_run_ids == []

    def test_missing_leaves_failures_alone(self, sent_run_ids):
        make_run(status=Status.FAILED)

        call_command("analyze_assets", "--missing")

        assert statuses() == {"failed": 1}

    def test_failed_queues_failures_only(self, sent_run_ids):
        make_run(status=Status.SUCCEEDED)
        failed = make_run(status=Status.FAILED)
        make_asset().runs.all().delete()

        call_command("analyze_assets", "--failed")

        assert sent_run_ids == [failed.pk]

    def test_failures_of_other_nets_are_history(self, sent_run_ids):
        make_run(status=Status.FAILED, version="older")

        call_command("analyze_assets", "--failed")

        assert sent_run_ids == []

    def test_all_queues_everything(self, sent_run_ids):
        make_run(status=Status.SUCCEEDED)
        make_run(status=Status.FAILED)
        make_run(status=Status.SUCCEEDED, version="older")

        call_command("analyze_assets", "--all")

        assert statuses() == {"queued": 3}
        assert len(sent_run_ids) == 3

    def test_queueing_twice_sends_once(self, sent_run_ids):
        make_run(status=Status.FAILED)

        call_command("analyze_assets", "--failed")
        call_command("analyze_assets", "--failed")

        assert len(sent_run_ids) == 1

    def test_a_broker_that_is_down_is_no_error(self, capsys):
        make_run(status=Status.FAILED)

        call_command("analyze_assets", "--failed")

        assert statuses() == {"queued": 1}

    def test_waiting_ends_when_all_are_finished(self, capsys):
        make_run(status=Status.SUCCEEDED)

        call_command("analyze_assets", "--wait")

        assert capsys.readouterr().out.endswith("1 analyzed, 0 failed\n")

    def test_waiting_ends_with_an_error_when_some_failed(self, capsys):
        make_run(status=Status.FAILED)

        with pytest.raises(CommandError, match="failed"):
            call_command("analyze_assets", "--wait")

    def test_unusable_nets_are_said(self, settings, tmp_path, monkeypatch):
        monkeypatch.undo()
        settings.DAM_MODELS_DIR = tmp_path

        with pytest.raises(CommandError, match=r"manifest\.toml"):
            call_command("analyze_assets")


@pytest.mark.nets
class TestCheckNets:
    @pytest.fixture
    def models_dir(self, tmp_path: Path) -> Path:
        """A copy of the real nets that a test may spoil."""
        for path in MODELS_DIR.glob("*.*"):
            shutil.copy(path, tmp_path)
        return tmp_path

    def test_good_nets_are_fine(self, capsys):
        call_command("check_nets")

        shown = capsys.readouterr().out
        assert all(net.name in shown for net in load_manifest().nets)
        assert f"pipeline version {load_manifest().version}" in shown

    def test_an_altered_net_is_found(self, models_dir, capsys):
        with (models_dir / "mesh.onnx").open("ab") as stream:
            stream.write(b"!")

        with pytest.raises(CommandError, match=r"1 of \d+ nets"):
            call_command("check_nets", models_dir=models_dir)

        assert "mesh.onnx is not the one that the manifest declares" in capsys.readouterr().out

    def test_a_missing_net_is_found(self, models_dir, capsys):
        (models_dir / "detector.onnx").unlink()

        with pytest.raises(CommandError, match=r"1 of \d+ nets"):
            call_command("check_nets", models_dir=models_dir)

        assert "detector.onnx cannot be read" in capsys.readouterr().out

    def test_a_missing_manifest_is_found(self, tmp_path):
        with pytest.raises(CommandError, match=r"manifest\.toml"):
            call_command("check_nets", models_dir=tmp_path)
