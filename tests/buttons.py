"""Every action, command and form that buttons can lead to, read from the sources of the rooms."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "watch", "digest")
LABEL_THEN_ACTION = 1
"""The place of the action among what a `Button` is made from."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Maker:
    """A function that makes a button whose action depends on its parameter at `place`."""

    parameter: str
    place: int
    prefix: str


@dataclass(frozen=True)
class Source:
    """A module of a room: its package, its functions, its constants."""

    path: Path
    tree: ast.Module

    @property
    def package(self) -> Path:
        return self.path.parent

    def functions(self) -> Iterator[Function]:
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def constants(self) -> Mapping[str, ast.expr]:
        return {
            target.id: node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }


def commands() -> set[str]:
    """Return the commands that the rooms' sources put on buttons."""
    return _given("command_button", 1)


def forms() -> set[str]:
    """Return the forms that the rooms' handlers open."""
    return _given("Ask", 0)


def _given(function_name: str, place: int) -> set[str]:
    return {
        word
        for source in _sources()
        for function in source.functions()
        for call in _calls(function)
        if _name(call.func) == function_name and len(call.args) > place
        for word in _words(call.args[place], function, source)
    }


def _sources() -> list[Source]:
    return [
        Source(path, ast.parse(path.read_text(encoding="utf-8")))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    ]


def actions() -> set[str]:
    """Return the actions, `room.verb`, that the rooms' sources put on buttons."""
    sources = _sources()
    makers = _makers(sources)
    found: set[str] = set()
    for source in sources:
        for function in source.functions():
            for call in _calls(function):
                found |= set(_of_call(call, function, source, makers))
    return {each for each in found if "." in each}


def _makers(sources: Iterable[Source]) -> Mapping[tuple[Path, str], Maker]:
    """Return the functions that make a button of a name they are given, by name and place."""
    found = {}
    for source in sources:
        for function in source.functions():
            for call in _calls(function):
                maker = _maker(function, call)
                if maker is not None:
                    private = function.name.startswith("_")
                    where = source.path if private else source.package
                    found[where, function.name] = maker
    return found


def _maker(function: Function, call: ast.Call) -> Maker | None:
    if _name(call.func) != "Button" or len(call.args) <= LABEL_THEN_ACTION:
        return None
    action = call.args[LABEL_THEN_ACTION]
    prefix = ""
    if isinstance(action, ast.JoinedStr) and isinstance(action.values[0], ast.Constant):
        prefix = str(action.values[0].value)
        action = getattr(action.values[1], "value", action)
    names = [each.arg for each in function.args.args if each.arg != "self"]
    if isinstance(action, ast.Name) and action.id in names:
        return Maker(action.id, names.index(action.id), prefix)
    return None


def _of_call(
    call: ast.Call, function: Function, source: Source, makers: Mapping[tuple[Path, str], Maker]
) -> Iterator[str]:
    if _name(call.func) == "Button" and len(call.args) > LABEL_THEN_ACTION:
        yield from _words(call.args[LABEL_THEN_ACTION], function, source)
        return
    name = _name(call.func)
    maker = makers.get((source.path, name)) or makers.get((source.package, name))
    if maker is None:
        return
    given = {each.arg: each.value for each in call.keywords}.get(maker.parameter)
    if given is None and len(call.args) > maker.place:
        given = call.args[maker.place]
    for word in _words(given, function, source) if given is not None else ():
        yield f"{maker.prefix}{word}"


def _words(node: ast.expr, function: Function, source: Source) -> Iterator[str]:
    """Return what an expression can be: constants, constants by name, those of a loop."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        prefix, inner = node.values[0], node.values[-1]
        if isinstance(prefix, ast.Constant) and isinstance(inner, ast.FormattedValue):
            for word in _words(inner.value, function, source):
                yield f"{prefix.value!s}{word}"
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body, function, source)
        yield from _words(node.orelse, function, source)
    elif isinstance(node, ast.Name):
        if node.id in source.constants():
            yield from _words(source.constants()[node.id], function, source)
        for iterated in _loops(node.id, function):
            yield from _strings(iterated, source)


def _loops(name: str, function: Function) -> Iterator[ast.expr]:
    """Return what the loops that give a name its values go through, and what it is set to."""
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension) and any(
            isinstance(each, ast.Name) and each.id == name for each in ast.walk(node.target)
        ):
            yield node.iter
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == name for each in node.targets
        ):
            yield node.value


def _strings(node: ast.expr, source: Source) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
        elif isinstance(each, ast.Name) and each.id in source.constants():
            yield from _strings(source.constants()[each.id], source)


def _calls(function: Function) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield node


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
