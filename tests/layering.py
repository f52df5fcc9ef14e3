"""Reads a source tree and says which of its imports, names and circles its plan forbids."""

import ast
import graphlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rule:
    """A forbidden arrow: no module of `who` may know any of `never`, but what `but` names.

    A name means the module and all that lies beneath it; one that ends in `.*` only what lies beneath.
    `apart` names what `who` does not include; `siblings` forbids what stands right beneath `who` to know each
    other.
    """

    who: str
    never: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    siblings: bool = False


@dataclass(frozen=True)
class Import:
    """One name that a module fetches from another: where, what, and when."""

    line: int
    name: str  #: as far as it is written: `twisted.internet.defer.Deferred`
    at_module_level: bool  #: done as soon as the module is loaded
    for_types_only: bool  #: under `if TYPE_CHECKING:`, never done at all


@dataclass(frozen=True)
class Module:
    """One file of the tree, and what it imports."""

    name: str
    path: Path  #: relative to the tree
    imports: tuple[Import, ...]


def read_tree(root: Path, packages: Iterable[str]) -> dict[str, Module]:
    """Read all modules of the packages below root, by name."""
    paths = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    modules = (read_module(root, path) for path in paths)
    return {module.name: module for module in modules}


def read_module(root: Path, path: Path) -> Module:
    """Read one file; a package is named by its folder."""
    relative = path.relative_to(root)
    is_package = path.name == "__init__.py"
    parts = relative.parent.parts if is_package else relative.with_suffix("").parts
    package = parts if is_package else parts[:-1]
    found = visit(
        ast.parse(path.read_bytes(), str(relative)), package, at_module_level=True, for_types_only=False
    )
    return Module(".".join(parts), relative, tuple(found))


def visit(
    node: ast.AST, package: tuple[str, ...], *, at_module_level: bool, for_types_only: bool
) -> Iterator[Import]:
    """Find the imports below a node, knowing whether they are ever done, and when."""
    at_module_level &= not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    only_for_types = node.body if isinstance(node, ast.If) and is_type_checking(node.test) else []
    for child in ast.iter_child_nodes(node):
        for_types = for_types_only or child in only_for_types
        if isinstance(child, ast.Import | ast.ImportFrom):
            for name in names_of(child, package):
                yield Import(child.lineno, name, at_module_level, for_types)
        else:
            yield from visit(child, package, at_module_level=at_module_level, for_types_only=for_types)


def is_type_checking(test: ast.expr) -> bool:
    """Tell whether this is the condition that only a type checker finds true."""
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def names_of(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> list[str]:
    """Write out what one statement imports, dots in front resolved; the future is no module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if node.module == "__future__":
        return []
    above = package[: len(package) - node.level + 1] if node.level else ()
    origin = [*above, *([node.module] if node.module else [])]
    return [".".join([*origin, alias.name]) for alias in node.names]


def lies_in(name: str, place: str) -> bool:
    """Tell whether a dotted name is the place or lies beneath it (`place.*`: only beneath)."""
    if place.endswith(".*"):
        return name.startswith(place[:-1])
    return name == place or name.startswith(place + ".")


def is_any(name: str, places: Iterable[str]) -> bool:
    """Tell whether a name lies in any of the places."""
    return any(lies_in(name, place) for place in places)


def forbidden_arrows(modules: Mapping[str, Module], rules: Iterable[Rule]) -> list[str]:
    """Name every import that a rule forbids; one for types only is known all the same."""
    return [
        f"{module.path}:{found.line} imports {found.name}"
        for rule in rules
        for module in modules.values()
        if lies_in(module.name, rule.who) and not is_any(module.name, rule.apart)
        for found in module.imports
        if breaks(rule, module, found)
    ]


def breaks(rule: Rule, module: Module, found: Import) -> bool:
    """Tell whether a module that the rule is about may not import this."""
    if is_any(found.name, rule.but):
        return False
    home = rule.who.removesuffix(".*")
    if rule.siblings and lies_in(found.name, home + ".*"):
        floor = home.count(".") + 2
        return found.name.split(".")[:floor] != module.name.split(".")[:floor]
    return is_any(found.name, rule.never)


def circle(modules: Mapping[str, Module]) -> list[str]:
    """Name one loop of modules that know each other, if only by their types, or nothing."""
    graph = {
        module.name: {
            target
            for found in module.imports
            if (target := nearest(found.name, modules)) not in {None, module.name}
        }
        for module in modules.values()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(reversed(error.args[1]))
    return []


def nearest(name: str, modules: Mapping[str, Module]) -> str | None:
    """Find the module of the tree that a name comes from: itself, or the nearest above it."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def early_reactors(modules: Mapping[str, Module], but: Iterable[str]) -> list[str]:
    """Name the files, but those that match a pattern, in which loading the module loads the reactor."""
    return [
        f"{module.path}:{found.line} imports the reactor at module level"
        for module in modules.values()
        if not any(module.path.match(pattern) for pattern in but)
        for found in module.imports
        if found.at_module_level
        and not found.for_types_only
        and lies_in(found.name, "twisted.internet.reactor")
    ]


def forbidden_names(modules: Mapping[str, Module], names: frozenset[str]) -> list[str]:
    """Name the modules that are called, or lie in a package that is called, what nothing should be called."""
    return [
        f"{module.path} is called {name}"
        for module in modules.values()
        for name in sorted(names & called(module))
    ]


def called(module: Module) -> set[str]:
    """Split a module's name."""
    return set(module.name.split("."))
