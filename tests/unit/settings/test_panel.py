from pathlib import Path

import pytest

from marrowgate.errors import UserError
from marrowgate.settings.panel import PanelChannel, load_panel


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def load(*channels: str):
    Path("p.yaml").write_text("channels:\n" + "".join(f"  - {{{channel}}}\n" for channel in channels), encoding="utf-8")
    return load_panel(Path("p.yaml"))


def faults(*channels: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        load(*channels)
    return [str(fault) for fault in caught.value.faults]


def test_panel__names_markers_and_scatter_as_dimensions():
    panel = load("channel: FSC-A, scatter: FSC-A", "channel: PE-A, marker: CD34", "channel: Time, role: time")
    assert panel.dimensions == {"FSC-A", "CD34"}
    assert [entry.resolved_role for entry in panel.channels] == ["scatter", "fluorescence", "time"]


def test_role__is_left_open_for_a_bare_channel():
    assert PanelChannel(channel="X").resolved_role is None


def test_clone__may_be_a_number():
    assert load("channel: PE-A, marker: CD34, clone: 581").channels[0].clone == "581"


def test_clone__that_looks_like_yaml_s_other_words_stays_text():
    clones = [entry.clone for entry in load("channel: A, clone: 5E10", "channel: B, clone: NO").channels]
    assert clones == ["5E10", "NO"]


def test_channel_twice__is_told_with_the_second_s_line():
    assert faults("channel: PE-A, marker: CD34", "channel: PE-A, marker: CD45") == [
        "p.yaml line 3, channel: the channel 'PE-A' stands twice; each may stand once"
    ]


def test_alias_of_another_channel__is_told():
    assert faults("channel: PE-A, marker: CD34", "channel: B-A, aliases: [FL2-A, PE-A]") == [
        "p.yaml line 3, aliases: the channel 'PE-A' stands twice; each may stand once"
    ]


def test_marker_twice__is_told_in_any_case_of_letters():
    assert faults("channel: A, marker: CD34", "channel: B, marker: cd34", "channel: C, marker: CD34") == [
        "p.yaml line 3, marker: 'cd34' stands twice; each may stand once",
        "p.yaml line 4, marker: 'CD34' stands twice; each may stand once",
    ]


def test_scatter_twice__is_told():
    assert faults("channel: A, scatter: FSC-A", "channel: B, scatter: FSC-A") == [
        "p.yaml line 3, scatter: 'FSC-A' stands twice; each may stand once"
    ]


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        ("marker: CD34", "p.yaml line 2, channels.channel: this entry is missing; add it"),
        ("channel: ''", "p.yaml line 2, channels.channel: is empty; fill it in"),
        (
            "channel: A, flourochrome: PE",
            "p.yaml line 2, channels.flourochrome: there is no such entry; did you mean 'fluorochrome'?",
        ),
        (
            "channel: A, marker_class: lineage",
            "p.yaml line 2, channels.marker_class: must be 'type', 'state' or 'none', got 'lineage'; use one of these",
        ),
        (
            "channel: A, aliases: B",
            "p.yaml line 2, channels.aliases: must be a list, got 'B'; write it as [first, second]",
        ),
        (
            "channel: A, marker: CD34, scatter: FSC-A",
            "p.yaml line 2, channels: channel 'A' has both a marker and a scatter name; keep one of them",
        ),
        (
            "channel: A, role: scatter",
            "p.yaml line 2, channels: channel 'A' is scatter but does not say which; add scatter: FSC-A or the like",
        ),
        (
            "channel: A, role: time, marker: CD34",
            "p.yaml line 2, channels: channel 'A' has the role time and a marker; keep one of them",
        ),
    ],
)
def test_wrong_channel__is_told(channel, message):
    assert faults(channel) == [message]


def test_every_wrong_channel__is_told_and_not_that_the_list_is_empty():
    assert [fault.partition(":")[0] for fault in faults("marker: CD34", "channel: A, role: dye")] == [
        "p.yaml line 2, channels.channel",
        "p.yaml line 3, channels.role",
    ]


def test_empty_panel__is_told():
    Path("p.yaml").write_text("channels: []\n", encoding="utf-8")
    with pytest.raises(
        UserError, match=r"^p\.yaml line 1, channels: has too few entries: at least 1 needed, 0 found; add"
    ):
        load_panel(Path("p.yaml"))


def test_channels_as_a_mapping__is_told():
    Path("p.yaml").write_text("channels:\n  PE-A: CD34\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"^p\.yaml line 1, channels: must be a list, got"):
        load_panel(Path("p.yaml"))


@pytest.mark.parametrize("name", ["hspc", "immature"])
def test_shipped_panels__are_right(repository, name):
    assert "CD45" in load_panel(repository / "config" / "panels" / f"{name}.yaml").dimensions
