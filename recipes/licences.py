"""Read a Debian copyright file: which licence, and whose, covers one file of a package.

The machine-readable format: paragraphs of fields; `Files:` holds globs, and the last paragraph
that matches a file decides. https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

TRAINABLE = re.compile(r"public-domain|CC0(-1\.0)?|CC-BY(-SA)?-[1-4]\.[05]|GPL-[1-3](\.0)?\+?")


@dataclass(frozen=True)
class Grant:
    """What a copyright file says of the files that match: licence (short name), whose, address."""

    patterns: tuple[str, ...]
    licence: str
    holders: tuple[str, ...]
    source: str = ""


def trainable(licence: str) -> bool:
    """Whether music under `licence` may train an ear that anyone may use for anything.

    Public domain, CC0, CC-BY, CC-BY-SA and GPL only. "A or B" needs one of them, "A and B" both.
    """
    choices = re.split(r"\s+or\s+", licence.strip())
    return any(
        all(TRAINABLE.fullmatch(part) for part in re.split(r"\s+and\s+", choice))
        for choice in choices
    )


def grants(text: str) -> list[Grant]:
    """All `Files:` paragraphs of a machine-readable copyright file, in their order."""
    found = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = _fields(paragraph)
        if "files" in fields and "license" in fields:
            licence = fields["license"].strip().splitlines()[0].strip().rstrip(",")
            holders = (_holder(line) for line in fields.get("copyright", "").splitlines())
            unique = tuple(dict.fromkeys(holder for holder in holders if holder))
            address = re.search(r"https?://\S+", paragraph)
            source = address[0] if address else ""
            found.append(Grant(tuple(fields["files"].split()), licence, unique, source))
    return found


def grant_of(path: str, found: list[Grant]) -> Grant | None:
    """The grant that covers the source file `path`: the last that matches, or None."""
    covering = [g for g in found if any(fnmatchcase(path, glob) for glob in g.patterns)]
    return covering[-1] if covering else None


def _fields(paragraph: str) -> dict[str, str]:
    """Field name in lower case -> value with its continuation lines."""
    fields: dict[str, str] = {}
    name = ""
    for line in paragraph.strip("\n").splitlines():
        match = re.match(r"([A-Za-z][A-Za-z-]*):(.*)", line)
        if match:
            name = match[1].lower()
            fields[name] = match[2].strip()
        elif name:
            fields[name] += "\n" + line.strip()
    return fields


def _holder(line: str) -> str:
    """A line of a `Copyright:` field without years, "(C)" and mail addresses."""
    if line.strip().startswith("http"):
        return ""
    line = re.sub(r"^\s*(copyright\b)?\s*(\(c\)|©)?\s*", "", line.strip(), flags=re.IGNORECASE)
    line = re.sub(r"^[\d?][\d?,\s–-]*(?=\D)", "", line)
    return re.sub(r"\s*(<[^>]*>|\S+@\S+)", "", line).strip(" ,.")
