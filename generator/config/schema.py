"""docs/config.schema.json and docs/tracker.schema.json, for editors: generated from the models that validate.

`python -m generator.config.schema` writes them; a test fails where one is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from generator.config.blocks import Config
from generator.config.trackers import TrackerBlock

FOLDER = Path("docs")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of config.yaml."""
    return _schema_of(Config, "config.schema.json")


def tracker_schema() -> dict[str, Any]:
    """The JSON Schema of a file in trackers/: a row of `trackers:` that may be called by the file's name."""
    schema = _schema_of(TrackerBlock, "tracker.schema.json")
    return {key: value for key, value in schema.items() if key != "required"}


def schema_texts() -> dict[str, str]:
    """The files of docs/, as they must be."""
    schemas = (json_schema(), tracker_schema())
    return {each["$id"]: json.dumps(each, indent=2, ensure_ascii=False) + "\n" for each in schemas}


def _schema_of(model: type[BaseModel], name: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    _allow_empty(schema)
    for block in schema.get("$defs", {}).values():
        _allow_empty(block)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name, **schema}


def _allow_empty(block: dict[str, Any]) -> None:
    """A key may stand without a value; editors must not underline what the program accepts."""
    for name, schema in block.get("properties", {}).items():
        if name not in block.get("required", ()) and {"type": "null"} not in schema.get("anyOf", ()):
            outside = {key: schema.pop(key) for key in ("default", "description", "title") if key in schema}
            block["properties"][name] = {"anyOf": [schema, {"type": "null"}], **outside}


if __name__ == "__main__":
    for name, text in schema_texts().items():
        target = Path(__file__).resolve().parents[2] / FOLDER / name
        target.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{FOLDER / name}\n")
