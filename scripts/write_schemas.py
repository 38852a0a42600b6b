"""Write docs/config.schema.json and docs/tracker.schema.json from the models that validate config.yaml.

Run `python -m scripts.write_schemas` after a change of the configuration.
"""

from pathlib import Path

from generator.config.schema import schema_texts
from generator.fetch.configuration import model

if __name__ == "__main__":
    for name, text in schema_texts(model()).items():
        target = Path(__file__).resolve().parents[1] / "docs" / name
        target.write_text(text, encoding="utf-8")
        print(f"docs/{name}")
