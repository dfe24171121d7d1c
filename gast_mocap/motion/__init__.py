"""What a take holds and what is done to it: records, take files, clean-up, export. numpy and scipy only."""
