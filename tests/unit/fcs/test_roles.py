import pytest

from marrowgate.fcs import roles
from marrowgate.fcs.roles import read_name

SCATTER = {
    "FSC": ("FSC", ""), "FSC-A": ("FSC", "A"), "FSC-H": ("FSC", "H"), "FSC-W": ("FSC", "W"), "FSC_A": ("FSC", "A"),
    "fsc-a": ("FSC", "A"), "FS": ("FSC", ""), "FS-A": ("FSC", "A"), "FS INT LIN": ("FSC", "A"),
    "FS PEAK LIN": ("FSC", "H"), "FS TOF LIN": ("FSC", "W"), "FS Lin": ("FSC", ""), "FS Peak": ("FSC", "H"),
    "FSC LogH": ("FSC", "H"), "FSC LinA": ("FSC", "A"), "FSC-HLin": ("FSC", "H"), "FSC-Height": ("FSC", "H"),
    "FSC-Log_Area": ("FSC", "A"), "FSC PMT-A": ("FSC", "A"), "FSC1-A": ("FSC", "A"), "FSC-AREA": ("FSC", "A"),
    "Forward Scatter": ("FSC", ""), "FSC 488/10-A": ("FSC", "A"), "488-FSC1-Height-Log": ("FSC", "H"),
    "FSCW": ("FSC", "W"), "FSC.A": ("FSC", "A"), "Comp-FSC-A": ("FSC", "A"), "FALS": ("FSC", ""),
    "[488] FSC": ("FSC", ""), "*FSC": ("FSC", ""), "FSC Par": ("FSC", ""), "FSC Perp-A": ("FSC", "A"),
    "SSC": ("SSC", ""), "SSC-A": ("SSC", "A"), "SS Log": ("SSC", ""), "SS": ("SSC", ""), "SSC-H": ("SSC", "H"),
    "SSC-B-A": ("SSC", "A"), "VSSC-A": ("SSC", "A"), "BSSC-A": ("SSC", "A"), "SSC-V-H": ("SSC", "H"),
    "SSCA": ("SSC", "A"), "Side Scatter": ("SSC", ""), "SSC 488/10-H": ("SSC", "H"), "BSC-A": ("SSC", "A"),
    "SS INT LIN": ("SSC", "A"), "SSC-Width": ("SSC", "W"), "405-SSC-Area": ("SSC", "A"), "SSC-WIDTH": ("SSC", "W"),
    "FS00-A": ("FSC", "A"), "FS00-H": ("FSC", "H"), "SS02-A": ("SSC", "A"), "405-LALS(Area)": ("SSC", "A"),
    "405-SALS(Peak)": ("FSC", "H"), "MALS-A": ("SSC", "A"), "SSC (Violet)-A": ("SSC", "A"),
    "SSC (Imaging)-A": ("SSC", "A"), "Forward Scatter (FSC-HLin)": ("FSC", "H"),
    "Side Scatter (SSC-ALin)": ("SSC", "A"), "FJComp-SSC-A": ("SSC", "A"),
    "488/10-SSC-A": ("SSC", "A"),
    "Small Angle Light Scatter": ("FSC", ""), "Forward Scatter Area": ("FSC", "A"), "90 Degree": ("SSC", ""),
    "SSC-A (Violet)": ("SSC", "A"), "FSC-A-488": ("FSC", "A"), "Violet SSC-A": ("SSC", "A"), "FSC Linear": ("FSC", ""),
    "BackScatter-A": ("SSC", "A"), "FSC-A :: FSC-A": ("FSC", "A"),
    "405SSC-A": ("SSC", "A"), "UV-SSC-A": ("SSC", "A"), "SSC_1-A": ("SSC", "A"),
}  # fmt: skip
TIME = (
    "Time", "TIME", "time", "Time-1", "TIME_MSW", "TIME_LSW", "Time MSW", "TIME2", "Time (s)", "HDR-T", "HDR-TM",
    "Computed Time", "TimeStamp", "Time Stamp", "Clock Time", "Elapsed Time", "Time (51.20 sec.)", "Time_s",
    "T0", "T1", "Time-A", "Time HIGH", "Camera Timer", "Acq Time", "EventTime", "Time_us", "TIME_100MS", "Time_L",
    "Time High Word", "Elapsed", "Ticks", "Time :: Time",
)  # fmt: skip
INDEX = (
    "Event", "Event #", "Event Count", "Event_number", "EventNumber", "absoluteEventNumber", "HDR-CE", "Index",
    "Cell ID", "SortRow", "Sort_Index", "IdxCol", "SortXX", "SortX", "Sort01", "Well", "File Number", "Object Number",
    "Original_ID", "Event ID", "EventID", "PlateID", "Plate", "Plate No", "Sample ID", "FileID", "file_origin",
    "OmiqEventID", "SequenceNumber", "UUID", "DonorID", "patient_id", "FCS_File", "Sort_Index_X", "cell",
    "OmiqFileIndex", "Well ID", "Row Index", "Unique_ID", "Counter",
)  # fmt: skip
IGNORED = (
    "Width", "Pulse Width", "Trigger Pulse Width", "Event_length", "Cell_length", "Center", "Offset", "Residual",
    "HDR-V", "Bead", "beadDist", "bc_separation_dist", "mahalanobis_dist", "Sort Result Bits", "Drop Phase",
    "ADC12", "Classifier Bits", "ROI Bits 1-16", "Time of Flight", "Sort Class", "Bead_flag",
    "EV", "DOUBLET", "INFO", "Doublets", "tSNE_1", "tSNE1", "tSNEX_8BC9", "UMAP_X_AB12", "UMAP 2", "umap1", "opt-SNE1",
    "viSNE1", "PHATE_1", "FlowSOM_cluster_id", "FlowSOM", "FlowSOM.metacluster", "Phenograph", "ClusterID", "cluster",
    "Metacluster", "X-Shift cluster", "KMeans", "flowAI", "QCvector", "GoodVsBad", "PeacoQC", "remove_from_FM", "Gated",
    "meta20", "som100", "fsom", "FlowSOM_metaclustering", "omiq_umap_1", "PC1", "PC_2", "Rphenograph_clusters",
    "HDBSCAN", "UMAP", "cluster.id",
    "Leiden_1.0", "seurat_clusters", "patient", "Timepoint", "cell_type", "bc", "is_bead", "flowAI_QC", "EventFlags",
    "Outlier", "doublet_score", "probability", "random", "DownsampleNumber", "File Noise", "Flow Rate",
    "Area_M01", "Gradient RMS_M01_Ch01", "Aspect Ratio_M02", "Eccentricity", "Radial Moment (FSC)",
    "LightLoss (Imaging)-A", "Raw Max Pixel_MC_Ch02", "Flow Speed", "label", "individual", "Population",
    "Batch",
)  # fmt: skip
FLUORESCENCE = (
    "FITC-A", "PE-A", "FL1-H", "FL 1 Log", "TIM-3", "TIM3", "Timegated", "FSP1", "FSHR", "SSEA-4", "SSEA-4-A", "SSTR2",
    "CD34", "FSC-marker", "Yb174Di", "APC-Cy7-A", "V450-A", "SSC-CD34", "Eventin", "IndexCD3", "AF-A", "BL1-A",
    "CD3 FSC-A", "Widthin", "TIMELESS", "FS-CD34", "Index-CD3", "Beadlet", "B515-A", "R780-A", "V1-A", "",
    "FL03-A", "PC5-A", "PC7", "PCA-1", "TSNE-CD34", "Info-CD3", "EVI1", "Cluster-CD3", "IDO", "Plated", "T1-ECL",
    "PC5-A :: CD34", "GATA-1", "Ki-67", "BATF", "TOX", "DC-SIGN", "ID2", "Clusterin", "Popeye", "Indo-1 Ratio",
    "Intensity_MC_Ch02", "CD3 label", "Live", "EVA", "Gate-CD3", "Class II", "UMAPK", "Area",
)  # fmt: skip


@pytest.mark.parametrize(("name", "meaning"), SCATTER.items())
def test_roles__scatter(name: str, meaning: tuple[str, str]) -> None:
    reading = read_name(name)
    assert (reading.role, reading.scatter, reading.pulse) == ("scatter", *meaning)


@pytest.mark.parametrize("name", TIME)
def test_roles__time(name: str) -> None:
    # FlowIO 1.4 knows 'Time' alone, so that the others are gated as fluorescence or lost
    assert read_name(name).role == "time"


@pytest.mark.parametrize("name", INDEX)
def test_roles__index(name: str) -> None:
    assert read_name(name).role == "index"


@pytest.mark.parametrize("name", IGNORED)
def test_roles__ignored(name: str) -> None:
    assert read_name(name).role == "ignored"


@pytest.mark.parametrize("name", FLUORESCENCE)
def test_roles__never_by_a_part_of_the_name(name: str) -> None:
    assert read_name(name).role == "fluorescence"


def test_roles__plain_name_is_nearest() -> None:
    names = ["SSC-A", "BSSC-A", "SSC-B-A", "SSC-LogA", "VSSC-A", "SSC2-A"]
    distances = [read_name(name).distance for name in names]
    assert distances == sorted(distances)
    assert distances[0] == 0 < distances[1]


@pytest.mark.parametrize("name", ["FSC-A", "fsc h", "SSC-W", "Time"])
def test_roles__plain_names_need_no_pattern_and_mean_what_it_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = read_name(name)
    monkeypatch.setattr(roles, "_PLAIN", {})
    assert read_name(name) == plain
    monkeypatch.undo()
    for pattern in ("_TIME", "_SCATTER", "_INDEX", "_IGNORED", "_IMAGE_FEATURE"):
        monkeypatch.setattr(roles, pattern, "(")
    assert read_name(name) == plain
