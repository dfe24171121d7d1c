import bpy

from gast_mocap.operators import preferences


def test_an_installed_extension_keeps_its_files_where_an_update_leaves_them_alone(tmp_path, monkeypatch):
    monkeypatch.undo()  # of the folder that stands in for it in other tests
    asked = []

    def extension_path_user(package, path, create):
        asked.append((package, path, create))
        return str(tmp_path)

    monkeypatch.setattr(preferences, "EXTENSION", "bl_ext.user_default.gast_mocap")
    monkeypatch.setattr(bpy.utils, "extension_path_user", extension_path_user)
    assert preferences.own_folder("bone maps") == tmp_path
    assert asked == [("bl_ext.user_default.gast_mocap", "bone maps", True)]
