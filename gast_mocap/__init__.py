"""Motion capture from ordinary video. Importing the package loads nothing: the worker does it without bpy."""


def register() -> None:
    from . import operators

    operators.register()


def unregister() -> None:
    from . import operators

    operators.unregister()
