"""Errors between a payload and its facts. No message holds a payload's value, because it may be personal.

One exception: a code of the channel that its `choose` table does not have is shown.
"""


class ConversionError(ValueError):
    """A converter refuses a value. The message names types and options."""


class MappingError(Exception):
    """A payload does not go through its mapping: the event is quarantined.

    `file` and `line` are the field's place in the mapping. `kind` and `field` name the field. `pointer` (RFC 6901) is
    the value's place in the payload, as exactly as it is known.
    """

    code = "mapping_failed"
    retry = False
    cause = "data"

    def __init__(self, reason: str, *, file: str, line: int | None, kind: str, field: str, pointer: str) -> None:
        self.reason, self.file, self.line = reason, file, line
        self.kind, self.field, self.pointer = kind, field, pointer
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {kind}.{field} at {pointer or 'the root'}: {reason}")


class MappingFileError(Exception):
    """A mapping file is wrong; `tributary connectors lint` finds the same before a deployment does."""

    code = "mapping_invalid"
    retry = False
    cause = "configuration"

    def __init__(self, reason: str, *, file: str, line: int | None = None) -> None:
        self.reason, self.file, self.line = reason, file, line
        super().__init__(f"{file if line is None else f'{file}:{line}'}: {reason}")


class PayloadError(Exception):
    """A payload is not what its content type says. `offset` counts bytes, `pointer` is RFC 6901; None: not known."""

    code = "payload_malformed"
    retry = False
    cause = "data"

    def __init__(self, reason: str, *, offset: int | None = None, pointer: str | None = None) -> None:
        self.reason, self.offset, self.pointer = reason, offset, pointer
        if pointer is not None:
            reason += f" at {pointer or 'the root'}"
        elif offset is not None:
            reason += f" at byte {offset}"
        super().__init__(reason)
