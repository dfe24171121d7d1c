"""The panels of the Mocap tab in the 3D viewport's sidebar: they show and never compute."""
