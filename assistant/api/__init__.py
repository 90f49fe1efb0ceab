"""The product over HTTP: one router a noun; rules live below, routes only translate."""
