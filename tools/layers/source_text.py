"""C++ text with comments and literals blanked, line numbers kept: what the source checks look at."""
import re

TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"][^>"]+[>"])', re.M)


def code(text):
    """The text with comments and string and character literals replaced by spaces, except in #include lines."""
    kept = {match.start(1): match.end(1) for match in INCLUDE.finditer(text)}

    def blank(match):
        if match.start() in kept:
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return TOKEN.sub(blank, text)


def includes(text):
    """(line, name with its quotes or brackets) of every #include outside comments."""
    clean = code(text)
    return [(clean.count("\n", 0, match.start(1)) + 1, match.group(1)) for match in INCLUDE.finditer(clean)]
