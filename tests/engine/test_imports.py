"""What importing costs, and that no module needs itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_that_importing_the_engine_does_not_import_torch_or_qt():
    line = "import engine, sys; assert not {'torch', 'PySide6', 'pandas'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("package", ["engine", "desktop_rec"])
def test_that_no_module_imports_itself_by_way_of_others(package):
    """Imports within functions and those for type checkers count, too: a reader follows them like any other."""
    imports = imports_within(package)
    assert len(imports) > 50
    assert sum(map(len, imports.values())) > len(imports)
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def imports_within(package: str) -> dict[str, set[str]]:
    """Each module of a package, and which others of it are imported anywhere in its text."""
    paths = {_name_of(path): path for path in sorted((ROOT / package).rglob("*.py"))}
    return {name: set(_imported(name, path, paths)) - {name} for name, path in paths.items()}


def _name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                module = f"{source}.{alias.name}"
                if module in known:
                    yield module
                elif source in known:
                    yield source
