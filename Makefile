# Names for the scripts that do the work.
.PHONY: test test-ceph test-azure lint ci soak bench bench-large bench-host bench-repo fuzz demo recording release deb wheel examples clean

test:
	tests/run unit system

test-ceph:
	tests/ceph/run

test-azure:
	tests/azure/run

lint:
	.ci/lint

ci:
	.ci/run

soak:
	tests/run soak

bench:
	bench/run

bench-large:
	bench/run --corpora S,M,L

bench-host:
	bench/host

bench-repo:
	bench/repo --packages 10000,100000

fuzz:
	fuzz/run

demo:
	demo/run

# The picture of the README.
recording:
	demo/record >docs/recording.svg.new
	mv docs/recording.svg.new docs/recording.svg

# The program, as people install it.
release:
	release/build

deb:
	release/deb

wheel:
	release/wheel

examples:
	tests/run examples

clean:
	cargo clean
	tests/setup/run --clean
