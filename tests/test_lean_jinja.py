"""What our environment leaves out of Jinja changes no byte."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from generator.render.fast_jinja import COMPILED, LeanEnvironment, placed

TEMPLATE = """
{% macro quoted(text, mark='"') %}
{{ mark }}{{ text }}{{ caller() if caller is defined else "" }}{{ mark }}
{% endmacro %}
{% set kept %}{{ value }}{% endset %}
<p title="{{ value }}">{{ quoted(value) }}{{ kept }}{{ value|safe }}{{ value ~ "<br>" }}{{ outer(value) }}</p>
{% for each in [value, value] %}{{ loop.index }}{{ quoted(each, mark="'") }}{% endfor %}
{% call quoted(value) %}{{ value }}{% endcall %}
{% block main %}{{ quoted(value) }}{{ told(1) }}{% endblock %}
"""


class OfMarkup:
    """Says of itself how it stands in HTML."""

    def __html__(self) -> str:
        return "<hr>"


@jinja2.pass_context
def told(context: jinja2.runtime.Context, times: int) -> str:
    """Wants to be told where it is called."""
    return str(context["value"]) * times


def rendered(kind: type[jinja2.Environment], value: object) -> str:
    environment = kind(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(TEMPLATE).render(value=value, outer=lambda text: f"<{text}>", told=told)


@given(st.one_of(st.text(), st.text(alphabet="&<>'\"a"), st.builds(Markup, st.text()), st.integers(), st.none()))
def test_a_page_is_what_jinja_makes_of_it(value: object) -> None:
    assert rendered(LeanEnvironment, value) == rendered(jinja2.Environment, value)


def test_what_knows_its_own_markup_is_placed_as_that() -> None:
    value = OfMarkup()
    assert rendered(LeanEnvironment, value) == rendered(jinja2.Environment, value)


@pytest.mark.parametrize(("value", "stands"), [("a<b", "a&lt;b"), (Markup("<b>"), "<b>"), (7, "7"), ('"', "&#34;")])
def test_a_value_is_escaped_unless_it_is_markup(value: Any, stands: str) -> None:
    assert placed(value) == stands


def test_plain_text_is_placed_as_it_is_without_a_new_object() -> None:
    text = "nothing that HTML reads"
    assert placed(text) is text


@pytest.mark.parametrize("source", ["{{ nothing }}", "{{ nothing() }}", "{{ nothing.more }}"])
def test_an_unknown_name_is_an_error_still(source: str) -> None:
    environment = LeanEnvironment(autoescape=True, undefined=jinja2.StrictUndefined)
    with pytest.raises(jinja2.UndefinedError, match="nothing"):
        environment.from_string(source).render()


def test_templates_that_jinja_compiled_itself_are_not_taken_for_ours(tmp_path: Any) -> None:
    for kind, pattern in ((jinja2.Environment, "__jinja2_%s.cache"), (LeanEnvironment, COMPILED)):
        cache = jinja2.FileSystemBytecodeCache(str(tmp_path), pattern)
        environment = kind(autoescape=True, loader=jinja2.DictLoader({"a": "{{ v }}"}), bytecode_cache=cache)
        assert environment.get_template("a").render(v="<") == "&lt;"
    assert len(list(tmp_path.iterdir())) == 2
