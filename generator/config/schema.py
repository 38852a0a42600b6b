"""docs/config.schema.json and docs/tracker.schema.json, for editors: generated from the models that validate.

`python -m scripts.write_schemas` writes them; a test fails if one is out of date.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from pydantic import BaseModel

from generator.config.blocks import Config


def json_schema(model: type[Config]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of config.yaml."""
    return _schema_of(model, "config.schema.json")


def tracker_schema(model: type[Config]) -> dict[str, Any]:
    """The JSON Schema of a file in trackers/: a row of `trackers:` that may be called by the file's name."""
    tracker = get_args(model.model_fields["trackers"].annotation)[0]
    schema = _schema_of(tracker, "tracker.schema.json")
    return {key: value for key, value in schema.items() if key != "required"}


def schema_texts(model: type[Config]) -> dict[str, str]:
    """The files of docs/, as they must be: name -> text."""
    schemas = (json_schema(model), tracker_schema(model))
    return {schema["$id"]: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for schema in schemas}


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
