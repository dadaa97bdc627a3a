"""YAML with line numbers: every mapping and sequence remembers where it and its entries stand."""

import yaml


class SpecError(Exception):
    """A fault in the specification. Prints as `file:line: text`."""

    def __init__(self, where, text):
        super().__init__(f"{where}: {text}" if where else text)
        self.where = where
        self.text = text


class Mark:
    """A place in a YAML file."""

    def __init__(self, file, line):
        self.file = file
        self.line = line

    def __str__(self):
        return f"{self.file}:{self.line}"


class LocatedDict(dict):
    """A mapping; `mark` is its first line, `marks[key]` the line of that entry."""

    def __init__(self, mark):
        super().__init__()
        self.mark = mark
        self.marks = {}

    def mark_of(self, key):
        return self.marks.get(key, self.mark)


class LocatedList(list):
    """A sequence; `marks[i]` is the line of element i."""

    def __init__(self, mark):
        super().__init__()
        self.mark = mark
        self.marks = []


def load(path, shown_name=None):
    """Returns the document of `path` as LocatedDict/LocatedList/scalars. Raises SpecError."""
    file = shown_name or str(path)
    try:
        with open(path, encoding="utf-8") as stream:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(stream)
            try:
                node = loader.get_single_node()
                if node is None:
                    raise SpecError(Mark(file, 1), "the file is empty")
                return _convert(loader, node, file)
            finally:
                loader.dispose()
    except OSError as error:
        raise SpecError(None, f"{file}: {error.strerror}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SpecError(Mark(file, mark.line + 1 if mark else 1), error.problem or "not YAML") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(Mark(file, 1), f"not YAML: {error}") from error


def _convert(loader, node, file):
    mark = Mark(file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        result = LocatedDict(mark)
        for key_node, value_node in node.value:
            key = _convert(loader, key_node, file)
            key_mark = Mark(file, key_node.start_mark.line + 1)
            if not isinstance(key, str):
                raise SpecError(key_mark, f"key {key!r} is not a word")
            if key in result:
                raise SpecError(key_mark, f"key '{key}' is given twice")
            result[key] = _convert(loader, value_node, file)
            result.marks[key] = Mark(file, value_node.start_mark.line + 1)
        return result
    if isinstance(node, yaml.SequenceNode):
        result = LocatedList(mark)
        for item in node.value:
            result.append(_convert(loader, item, file))
            result.marks.append(Mark(file, item.start_mark.line + 1))
        return result
    return loader.construct_object(node)
