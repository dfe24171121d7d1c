"""The sidebar's panels: they show and never compute."""
