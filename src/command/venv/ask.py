# Prints what wheels ask of an interpreter: X.Y, the processor, the version of glibc.
import os
import platform
import sys
import sysconfig

version = "%d.%d" % sys.version_info[:2]
if sysconfig.get_config_var("Py_GIL_DISABLED"):
    version += "t"
if sys.implementation.name != "cpython":
    version = sys.implementation.name + version
try:
    glibc = os.confstr("CS_GNU_LIBC_VERSION").split()[1]
except (AttributeError, IndexError, OSError, ValueError):
    glibc = "-"
machine = platform.machine()
if sys.maxsize < 2**32:
    # A kernel of 64 bits tells of itself.
    machine = {"x86_64": "i686", "aarch64": "armv7l"}.get(machine, machine)
print(version, machine, glibc)
