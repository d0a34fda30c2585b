"""Who analyzes: the processes of workers, as they say it themselves."""
