"""The programs are run in processes of their own: some of their libraries change how all of a process logs."""

collect_ignore_glob = ["programs/*"]
