"""Stands for the preflight of a release in `mkdeb test`: a release that does not start."""
import sys

sys.exit("this release was made to fail")
