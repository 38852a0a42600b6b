"""docs/config.schema.json, for editors: generated from the models that validate.

`python -m generator.config.schema` writes it; a test fails where it is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from generator.config.blocks import Config

SCHEMA_PATH = Path("docs") / "config.schema.json"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of config.yaml."""
    schema = Config.model_json_schema()
    _allow_empty(schema)
    for block in schema.get("$defs", {}).values():
        _allow_empty(block)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "config.schema.json", **schema}


def schema_text() -> str:
    """docs/config.schema.json, as it must be."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _allow_empty(block: dict[str, Any]) -> None:
    """A key may stand without a value; editors must not underline what the program accepts."""
    for name, schema in block.get("properties", {}).items():
        if name not in block.get("required", ()) and {"type": "null"} not in schema.get("anyOf", ()):
            outside = {key: schema.pop(key) for key in ("default", "description", "title") if key in schema}
            block["properties"][name] = {"anyOf": [schema, {"type": "null"}], **outside}


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[2] / SCHEMA_PATH
    target.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMA_PATH}\n")
