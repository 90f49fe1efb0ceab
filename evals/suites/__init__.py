"""One module a suite: a function from a `Context` to a `SuiteResult`. `evals.runner` lists them."""
