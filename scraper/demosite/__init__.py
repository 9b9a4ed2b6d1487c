"""One made-up monitoring site: the demo serves it, tests and benchmarks compose it."""
