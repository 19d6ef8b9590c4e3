"""What goes into a built program, and what of its packages stays out: rules that the recipe follows and tests read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

LEFT_OUT = (
    *("tkinter", "IPython", "matplotlib", "pytest", "_pytest", "hypothesis", "mypy", "ruff", "PyInstaller", "pip"),
    *("setuptools", "wheel", "torch.utils.tensorboard", "torch.utils.benchmark", "triton", "pyarrow.tests"),
    *("pandas.tests", "scipy.conftest", "numpy.tests", "pyqtgraph.examples", "pyqtgraph.opengl", "pyqtgraph.jupyter"),
    *(f"PySide6.{part}" for part in ("QtQml", "QtQuick", "QtQuickWidgets", "QtQuickControls2", "QtDesigner", "QtHelp")),
    *(f"PySide6.{part}" for part in ("QtSql", "QtUiTools", "QtConcurrent")),
    *(f"pyarrow.{part}" for part in ("flight", "_flight", "_s3fs", "_gcsfs", "_azurefs", "_hdfs", "cuda", "_cuda")),
    *(f"pyarrow.{part}" for part in ("orc", "_orc", "_dataset_orc", "substrait", "_substrait", "conftest")),
    *("pyarrow._parquet_encryption", "pyarrow._dataset_parquet_encryption", "pyarrow.parquet.encryption"),
)
"""Modules that nothing of ours reaches: tools, tests, other parts of Qt, and Arrow's ways to servers."""

_NOT_SHIPPED = re.compile(
    r"(^|/)(PySide6/Qt/(qml|translations|metatypes|libexec)/"
    r"|PySide6/.*plugins/(tls|networkinformation|qmltooling|qmllint|sqldrivers|designer|egldeviceintegrations|generic)/"
    r"|PySide6/.*plugins/platformthemes/libqgtk3"
    r"|PySide6/.*plugins/platforms/libq(eglfs|linuxfb|minimalegl|vkkhrdisplay|vnc)\."
    r"|.*Qt6?(Quick|Qml|Designer|Sql|Help|ShaderTools|Pdf|EglF[sS])[A-Za-z0-9]*\."
    r"|torch/(include|test|share)/|torch/bin/(?!torch_shm_manager$)"
    r"|torch/lib/(lib)?(torchbind_test|aoti_custom_ops|backend_with_compiler|jitbackend_test)\."
    r"|(numpy|scipy|pandas|sklearn)/.*/tests?/"
    r"|pyarrow/(include|src|tests)/|pyarrow/.*\.(pxd|pxi|pyx|hpp|h)$"
    r"|(lib)?arrow_(flight|s3|python_flight|python_parquet_encryption)\."
    r"|libarrow_python\.(so|so\.\d+\.\d+\.\d+)$)"
)
_STRIPPED = re.compile(r"(^|/)(libpython[^/]*|torch/.*|pyarrow/.*|python3[^/]*/lib-dynload/.*)\.so(\.[0-9.]+)?$")
_READ_AS_SOURCE = re.compile(r"torch\.(functional|_jit_internal|nn\..*|.*config)")

Binary = tuple[str, str, str]
"""As PyInstaller lists what it takes in: under which name, from where, of which kind."""


def is_shipped(name: str) -> bool:
    """Whether a file that PyInstaller found is wanted: no tests, QML, TLS, GTK, nor what only compilers read."""
    return not _NOT_SHIPPED.search(name.replace("\\", "/"))


def is_stripped(name: str) -> bool:
    """Whether a library loses its table of symbols, which only debuggers read: a fifth of torch's, most of Python's.

    Those that were patched after they were linked (in `numpy.libs`) are left as they are.
    """
    return bool(_STRIPPED.search(name))


def how_collected(modules: Iterable[str]) -> Mapping[str, str]:
    """Torch's modules go in compiled; those whose text it reads while it runs are there as text, too."""
    return {"torch": "pyz"} | {name: "pyz+py" for name in modules if _READ_AS_SOURCE.fullmatch(name)}


def without_orphans(binaries: Iterable[Binary], needed_by: Callable[[str], Iterable[str]]) -> list[Binary]:
    """Without the system's libraries that nothing shipped needs; `needed_by` names those that a file loads.

    What lies in a folder of its own, and Python itself, is loaded by name and stays.
    """
    kept = list(binaries)
    needs = {source: frozenset(needed_by(source)) for _, source, _ in kept}
    while True:
        wanted = frozenset[str]().union(*(needs[source] for _, source, _ in kept))
        left = [entry for entry in kept if "/" in entry[0] or entry[0].startswith("libpython") or entry[0] in wanted]
        if len(left) == len(kept):
            return kept
        kept = left
