"""Makes a MappingError of what generated code raised: the line says which field, the frame says which element."""

from types import FrameType
from typing import Any

from jmespath.exceptions import ArityError, JMESPathTypeError, UnknownFunctionError

from mappings.compiler import Place, Program
from mappings.errors import ConversionError, MappingError
from mappings.pointers import escaped, pointer_of


def explain(error: Exception, program: Program, file: str, payload: Any) -> MappingError:
    """Give the MappingError of an exception that left `program.run`."""
    frame, line = _generated(error, program)
    place = program.places[line - 1] if frame else None
    if frame is None or place is None:
        return MappingError(_reason(error), file=file, line=None, kind="?", field="?", pointer="")
    pointer = _pointer(place, frame, payload)
    return MappingError(_reason(error), file=file, line=place.line, kind=place.kind, field=place.field, pointer=pointer)


def _generated(error: Exception, program: Program) -> tuple[FrameType | None, int]:
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is program.run.__code__:
            return trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
    return None, 0


def _reason(error: Exception) -> str:
    # Foreign messages repeat the value they refuse; ours name types only.
    if isinstance(error, ConversionError):
        return str(error)
    if isinstance(error, JMESPathTypeError):
        return f"{error.function_name}() does not take {error.actual_type}"
    if isinstance(error, UnknownFunctionError | ArityError):
        return str(error)
    if isinstance(error, TypeError):
        return "values of different types are compared or computed with"
    return f"the expression fails with {type(error).__name__}"


def _pointer(place: Place, frame: FrameType, payload: Any) -> str:
    for number, variable in enumerate(place.elements):
        start = pointer_of(payload, frame.f_locals.get(variable))
        if start is not None:
            return start + "".join(f"/{escaped(name)}" for name in (place.path if number == 0 else ()))
    return ""
