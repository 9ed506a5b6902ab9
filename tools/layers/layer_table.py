"""layers.cmake as a table: name -> Layer, in its order, which is topological."""
import dataclasses
import pathlib
import re

KEYWORDS = ("GROUP", "USES", "EXTERNAL", "SYMBOLS")


@dataclasses.dataclass
class Layer:
    name: str
    group: str
    uses: list
    symbols: list
    closure: set  # itself and everything below it


def parse(text):
    table = {}
    text = re.sub(r"#.*", "", text)
    for body in re.findall(r"aether_layer\(([^)]*)\)", text):
        words = body.split()
        fields, key = {word: [] for word in KEYWORDS}, None
        for word in words[1:]:
            if word in KEYWORDS:
                key = word
            else:
                fields[key].append(word)
        closure = {words[0]}.union(*(table[use].closure for use in fields["USES"]))
        table[words[0]] = Layer(words[0], fields["GROUP"][0], fields["USES"], fields["SYMBOLS"], closure)
    return table


def read(path):
    return parse(pathlib.Path(path).read_text())


def sources(root, layer, *folders):
    """The C++ files of a library's folders (include, src, test, ...)."""
    base = pathlib.Path(root) / layer.group / layer.name
    return sorted(file for folder in folders for file in (base / folder).rglob("*")
                  if file.suffix in (".hpp", ".cpp"))
