"""Uses of a generated client in one file of Python, found in its syntax tree.

Nothing is imported or run. What can not be told counts as used: a function of the client that is
handed on instead of called may be called with any arguments.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Iterator
from dataclasses import dataclass

__all__ = ["FUNCTIONS", "Known", "Use", "uses_in"]

FUNCTIONS = frozenset({"asyncio", "asyncio_detailed", "sync", "sync_detailed"})
"""What the module of an operation offers to call."""

_API_DEPTH = 3  # api.<tag>.<operation>
_MODEL_DEPTH = 2  # models.<Class>
_LONGEST = 16  # names in a chain; hostile code has thousands
_ROUNDS = 3  # a name may stand for one that stands for another
_ENVELOPE = frozenset({"parsed", "result"})
"""What a response has around the body, which is no attribute of the body itself."""
_MADE = frozenset({"from_dict"})
_Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One place that uses the client.

    Attributes:
        line: in the file.
        path: ``api.pets.list_pets`` or ``models.Pet``, without the package's name; ``api.pets``
            or ``api`` where it can not be told which operation is meant.
        attribute: what is read of the result or the model, or empty.
        keywords: names of the arguments that are given.
        opaque: whether it can not be told which arguments are given.
        is_call: whether an operation is called, or may be by whom its function is handed to.
    """

    line: int
    path: str
    attribute: str = ""
    keywords: tuple[str, ...] = ()
    opaque: bool = False
    is_call: bool = False


@dataclass(frozen=True)
class Known:
    """What a client has.

    Attributes:
        packages: names of its import package; empty if any may be it.
        modules: dotted paths of the modules of operations.
        models: names of classes; empty if any may be one.
    """

    packages: Collection[str]
    modules: Collection[str]
    models: Collection[str] = ()

    @functools.cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset({"api", *(module.rpartition(".")[0] for module in self.modules)})

    def path(self, dotted: str) -> tuple[str, str] | None:
        """Return the path in the client of an absolute name, and what follows after it."""
        parts = dotted.split(".")
        for index, part in enumerate(parts):
            if part not in {"api", "models"} or (
                self.packages and (index == 0 or parts[index - 1] not in self.packages)
            ):
                continue
            found = self._inside(parts[index:])
            if found is not None:
                return found
        return None

    def _inside(self, parts: list[str]) -> tuple[str, str] | None:
        if parts[0] == "api":
            path = ".".join(parts[:_API_DEPTH])
            if path in self.modules:
                return path, ".".join(parts[_API_DEPTH:])
            # Whoever hands on a folder of operations may call any of them.
            return (path, "") if self.packages and path in self._folders else None
        for index, part in enumerate(parts[1:_API_DEPTH], 1):
            # models.Pet, or models.pet.Pet
            if part[:1].isupper() and (not self.models or part in self.models):
                return f"models.{part}", ".".join(parts[index + 1 :])
        return None


def uses_in(tree: ast.Module, known: Known) -> tuple[Use, ...]:
    """Return where the code uses the client, sorted."""
    names = dict(_imports(tree, known))
    found: set[Use] = set()
    waiting: list[tuple[_Scope, dict[str, str]]] = [(tree, {})]
    while waiting:
        scope, outer = waiting.pop()
        nodes = list(_own_nodes(scope))
        file = _File(names, known, dict(outer))
        file.bind(scope, nodes)
        found.update(file.uses(nodes))
        waiting += [(node, file.held) for node in nodes if isinstance(node, _SCOPES)]
    return tuple(sorted(found))


def _own_nodes(scope: _Scope) -> Iterator[ast.AST]:
    """Yield what stands in a scope; of functions inside, what is evaluated outside of them."""
    body = scope.body if isinstance(scope.body, list) else [scope.body]
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _SCOPES):
            waiting += [node.args, *getattr(node, "decorator_list", ())]
            if (returns := getattr(node, "returns", None)) is not None:
                waiting.append(returns)
        else:
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _imports(tree: ast.Module, known: Known) -> Iterator[tuple[str, str]]:
    """Yield what names of the file stand for, wherever it is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                first = item.name.partition(".")[0]
                yield (item.asname, item.name) if item.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            for item in node.names:
                dotted = f"{node.module}.{item.name}" if node.module else item.name
                if item.name != "*":
                    yield item.asname or item.name, dotted
                elif known.path(f"{node.module}.*") is not None:
                    yield from ((name, f"{node.module}.{name}") for name in FUNCTIONS)


class _File:
    """Resolves expressions of one scope.

    Args:
        names: what imported names stand for.
        known: what the client has.
        held: paths of what variables of the scopes around hold.
    """

    def __init__(self, names: dict[str, str], known: Known, held: dict[str, str]) -> None:
        self._names = names
        self._known = known
        self.held = held

    def bind(self, scope: _Scope, nodes: list[ast.AST]) -> None:
        """Remember what variables hold that come from the client."""
        if not isinstance(scope, ast.Module):
            listed = scope.args
            for each in (*listed.posonlyargs, *listed.args, *listed.kwonlyargs):
                self._hold(each.arg, self._annotated(each.annotation))
        for _ in range(_ROUNDS):
            before = dict(self.held)
            for node in nodes:
                self._bind(node)
            if self.held == before:
                return

    def _bind(self, node: ast.AST) -> None:
        target: ast.AST | None = None
        value: ast.AST | None = None
        path: str | None = None
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign):
            target, value, path = node.target, node.value, self._annotated(node.annotation)
        elif isinstance(node, ast.NamedExpr):
            target, value = node.target, node.value
        elif isinstance(node, _LOOPS):
            target, value = node.target, node.iter
        if isinstance(target, ast.Name):
            found = None if value is None else self._value(value)
            self._hold(target.id, found if path is None else path)

    def _hold(self, name: str, path: str | None) -> None:
        if path is not None:
            self.held[name] = path

    def _annotated(self, annotation: ast.AST | None) -> str | None:
        """Return the model that an annotation names: ``Pet``, ``Pet | None``, ``list[Pet]``."""
        for node in () if annotation is None else ast.walk(annotation):
            found = self._client(node)
            if found is not None and found[0].startswith("models."):
                return found[0]
        return None

    def _value(self, node: ast.AST) -> str | None:
        """Return the operation or model that a value comes from, however deep it is in there."""
        for _ in range(_LONGEST):
            if isinstance(node, ast.Await | ast.Starred | ast.Subscript | ast.Attribute):
                node = node.value
            elif isinstance(node, ast.Call):
                found = self._client(node.func)
                if found is not None:
                    return found[0] if self._gives_value(*found) else None
                node = node.func
            else:
                return self.held.get(node.id) if isinstance(node, ast.Name) else None
        return None

    @staticmethod
    def _gives_value(path: str, rest: str) -> bool:
        return rest in FUNCTIONS if path.startswith("api.") else rest in {"", *_MADE}

    def _client(self, node: ast.AST) -> tuple[str, str] | None:
        """Return the path in the client that ``a.b.c`` stands for, and what follows after it."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute) and len(parts) < _LONGEST:
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._names:
            return None
        return self._known.path(".".join([self._names[node.id], *reversed(parts)]))

    def uses(self, nodes: list[ast.AST]) -> Iterator[Use]:
        """Yield what the nodes use."""
        called: set[int] = set()
        for node in nodes:
            if isinstance(node, ast.Call):
                found = self._client(node.func)
                if found is not None:
                    called.add(id(node.func))
                    yield from self._call(node, *found)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                # importlib.import_module("client.api.pets.list_pets"), mock.patch and the like.
                text = node.value.rstrip(".")
                found = None if " " in text else self._known.path(text)
                if found is not None:
                    yield self._mention(node.lineno, *found)
        yield from self._mentions(nodes, called)

    def _mentions(self, nodes: list[ast.AST], told: set[int]) -> Iterator[Use]:
        """Yield what is read and what is named without being called.

        Args:
            nodes: outer ones before those that they are made of.
            told: identities of nodes that are told already.
        """
        for node in nodes:
            if not isinstance(node, ast.Attribute | ast.Name):
                continue
            found = None if id(node) in told else self._client(node)
            if found is not None:
                yield self._mention(node.lineno, *found)
            if isinstance(node, ast.Attribute):
                yield from self._read(node)
                if found is not None or id(node) in told:
                    # The parts of a chain say no more than the whole.
                    told.add(id(node.value))

    def _call(self, node: ast.Call, path: str, rest: str) -> Iterator[Use]:
        given = tuple(sorted(each.arg for each in node.keywords if each.arg is not None))
        opaque = bool(node.args) or any(each.arg is None for each in node.keywords)
        if path.startswith("models.") or rest in FUNCTIONS:
            yield Use(node.lineno, path, "", given, opaque, path.startswith("api."))

    @staticmethod
    def _mention(line: int, path: str, rest: str) -> Use:
        is_api = path.partition(".")[0] == "api"
        is_operation = is_api and (not rest or rest in FUNCTIONS)
        attribute = "" if is_api else rest.partition(".")[0]
        return Use(line, path, attribute, (), opaque=is_operation, is_call=is_operation)

    def _read(self, node: ast.Attribute) -> Iterator[Use]:
        if node.attr not in _ENVELOPE:
            path = self._value(node.value)
            if path is not None:
                yield Use(node.lineno, path, node.attr)
