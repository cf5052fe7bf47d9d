"""What every part of the plan file is."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the plan file: frozen, no key unknown, no value bent into shape."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
