# Names for the scripts that do the work.
.PHONY: test lint ci soak demo examples clean

test:
	tests/run unit system

lint:
	.ci/lint

ci:
	.ci/run

soak:
	tests/run soak

demo:
	demo/run

examples:
	tests/run examples

clean:
	cargo clean
	tests/setup/run --clean
