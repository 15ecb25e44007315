"""Links under which the workflow sees the users' files, so that no log of Snakemake holds a name from a path."""

from pathlib import Path

from marrowgate.settings.project import Project

LINKS = "data/links"


def link_files(project: Project) -> None:
    """Link the file of every sample that is not simulated as ``data/links/<sample_id>.fcs``.

    A link that is right already is left alone, so that nothing seems newer than it is.
    """
    for sample in project.samples:
        if project.is_simulated(sample):
            continue
        link, target = Path(LINKS) / f"{sample.sample_id}.fcs", Path(sample.fcs).absolute()
        if link.is_symlink() and link.readlink() == target:
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
