"""Parts of tools/test_monitoring.py: each has `run(stage)` and raises Failure when something is not so."""
