"""All that a file holds, as plain values to compare."""

import bpy

COLLECTIONS = ("objects", "armatures", "actions", "scenes", "meshes", "collections", "texts", "worlds", "materials")
# What Blender counts or caches by itself, and what only points back. Reading the brush of uv_sculpt crashes 4.2.
PASSING = frozenset(
    {"rna_type", "bl_rna", "session_uid", "users", "original", "is_evaluated", "id_data", "depsgraph", "uv_sculpt"}
)


def of_file() -> dict[str, object]:
    """Data-block -> its values, of every one that a bake could touch."""
    return {
        f"{kind} {block.name_full}": of_struct(block, set())
        for kind in COLLECTIONS
        for block in getattr(bpy.data, kind)
    }


def of_preferences() -> dict[str, object]:
    return of_struct(bpy.context.preferences, set())


def of_struct(struct: bpy.types.bpy_struct, seen: set[tuple[int, str]]) -> dict[str, object]:
    """The RNA properties of ``struct`` and of what it owns, custom ones included; other data-blocks by name.

    What was ``seen`` before, a bone's parent say, is not written out again.
    """
    seen.add(_identity(struct))
    values: dict[str, object] = {}
    for prop in struct.bl_rna.properties:
        if prop.identifier not in PASSING:
            try:
                values[prop.identifier] = _plain(prop, getattr(struct, prop.identifier), seen)
            except (AttributeError, RuntimeError, TypeError, UnicodeDecodeError):
                continue  # not there in this context
    if isinstance(struct, bpy.types.ID | bpy.types.PoseBone | bpy.types.Bone):
        values["custom"] = {key: _custom(struct[key]) for key in struct.keys()}  # noqa: SIM118
    return values


def _custom(value: object) -> str:
    return str(value.to_dict() if hasattr(value, "to_dict") else value)


def _identity(struct: bpy.types.bpy_struct) -> tuple[int, str]:
    return struct.as_pointer(), struct.bl_rna.identifier


def _plain(prop: bpy.types.Property, value: object, seen: set[tuple[int, str]]) -> object:
    if prop.type == "POINTER":
        return _pointed(value, seen)
    if prop.type == "COLLECTION":
        return [_pointed(item, seen) for item in value]
    return _flat(value) if getattr(prop, "is_array", False) else repr(value)


def _pointed(value: object, seen: set[tuple[int, str]]) -> object:
    if value is None:
        return None
    if isinstance(value, bpy.types.ID):
        return f"{value.bl_rna.identifier} {value.name_full}"
    if _identity(value) in seen:
        return str(getattr(value, "name", value.bl_rna.identifier))
    return of_struct(value, seen)


def _flat(value: object) -> object:
    return [_flat(item) for item in value] if hasattr(value, "__iter__") else repr(value)


def differences(first: object, second: object, path: str = "") -> list[str]:
    """Where two snapshots are not alike."""
    if isinstance(first, dict) and isinstance(second, dict):
        return [
            found
            for key in sorted(first.keys() | second.keys())
            for found in differences(first.get(key), second.get(key), f"{path}/{key}")
        ]
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = enumerate(zip(first, second, strict=True))
        return [found for index, pair in pairs for found in differences(*pair, f"{path}/{index}")]
    return [] if first == second else [f"{path}: {str(first)[:60]} -> {str(second)[:60]}"]
