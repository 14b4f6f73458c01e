from hypothesis import settings

# The same examples on every run and every machine; a slow machine is not a failure.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50, print_blob=True)
settings.load_profile("repeatable")
