"""Writes the page's message types from `messages`: `python -m immersions.server.typescript`.

With `--check` it writes nothing and ends with 1 and one line when the file on disk differs.
Every field is required in TypeScript: what has a default in Python is always sent.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from immersions.server import messages

Schema = dict[str, Any]

TARGET = Path("web/src/messages.ts")
HEAD = """// Generated from src/immersions/server/messages/; do not edit.
// Write it anew with: python -m immersions.server.typescript
"""
UNIONS = ("ServerMessage", "ClientMessage", "BinaryHeader")
ALONE = ("Edges", "StartRecording", "Uploaded")
PLAIN = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}


def generate() -> str:
    """The text of the TypeScript file."""
    definitions: dict[str, Schema] = {}
    unions: dict[str, list[str]] = {}
    for name in UNIONS:
        schema = TypeAdapter(getattr(messages, name)).json_schema(mode="serialization")
        definitions |= schema["$defs"]
        unions[name] = sorted(_reference(member) for member in schema["oneOf"])
    for name in ALONE:
        definitions[name] = getattr(messages, name).model_json_schema(mode="serialization")
    blocks = [_interface(name, definitions[name]) for name in sorted(definitions)]
    blocks += [
        f"{_comment(messages_doc(name), '')}export type {name} =\n"
        + "\n".join(f"  | {member}" for member in members)
        + ";\n"
        for name, members in unions.items()
    ]
    return "\n".join([HEAD, *blocks])


def messages_doc(union: str) -> str:
    """What a union of messages is for."""
    return {
        "ServerMessage": "Text from the server to a page.",
        "ClientMessage": "Text from a page to the server.",
        "BinaryHeader": "Headers of binary messages and answers.",
    }[union]


def _interface(name: str, schema: Schema) -> str:
    lines = [f"{_comment(schema.get('description', ''), '')}export interface {name} {{"]
    for field, of in schema["properties"].items():
        lines.append(f"{_comment(of.get('description', ''), '  ')}  {field}: {_type(of)};")
    return "\n".join([*lines, "}", ""])


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return _reference(schema)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(member) for member in schema["anyOf"])
    kind = schema.get("type")
    if kind == "null":
        return "null"
    if kind == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(_type(item) for item in schema['prefixItems'])}]"
        return f"Array<{_type(schema['items'])}>"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"Record<string, {_type(schema['additionalProperties'])}>"
    if kind in PLAIN:
        return PLAIN[kind]
    raise ValueError(f"no TypeScript type for the JSON schema {schema}")


def _reference(schema: Schema) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


def _comment(text: str, indent: str) -> str:
    if not text:
        return ""
    lines = [f"{indent} * {line}".rstrip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {text.strip()} */\n"
    return "\n".join([f"{indent}/**", *lines, f"{indent} */"]) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the file; the exit status."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m immersions.server.typescript [--check]", file=sys.stderr)
        return 2
    target = Path(__file__).parents[3] / TARGET
    text = generate()
    if not arguments:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return 0
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        print(
            f"{TARGET} differs from the messages: run python -m immersions.server.typescript",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
