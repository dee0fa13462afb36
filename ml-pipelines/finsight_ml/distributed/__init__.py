"""One training in several processes: on one machine, on several by torchrun, or on a Ray cluster.

`launching` starts and watches them, `torchrun` and `ray_cluster` are the two engines, `rank` is what each process runs."""
