"""Jinja for templates that are rendered tens of thousands of times: the same bytes, with less ado for each value.

Jinja wraps every value that it places in a new object, although it only joins them afterwards, and looks at everything
that it calls for what it might want to be told, although nearly all of it is macros. Both are told here what they
need not do; what they do otherwise is Jinja's own (`code_generator_class` and `context_class` are its hooks for that).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from markupsafe import Markup, escape

COMPILED = "__lean_1_%s.cache"
"""Names of files with compiled templates: these call `placed`, so Jinja's own ones are not fit, nor these for it."""

_needs_escape = re.compile("[&<>'\"]").search


def placed(value: Any) -> str:
    """The value as it stands in a page: escaped, unless it is markup already."""
    kind = type(value)
    if kind is Markup or (kind is str and _needs_escape(value) is None):
        return value  # type: ignore[no-any-return] # a string of either kind
    return escape(value)


class LeanEnvironment(jinja2.Environment):
    """An environment with autoescape, whose templates place values with `placed`."""

    placed: Callable[[Any], str] = staticmethod(placed)


class _LeanCode(CodeGenerator):
    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.placed(")


class _LeanContext(Context):
    @internalcode
    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call from a template; a macro at once, because all that it wants is known."""
        if type(called) is not Macro:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(self.eval_ctx, *args, **kwargs)


LeanEnvironment.code_generator_class = _LeanCode
LeanEnvironment.context_class = _LeanContext
