# The artefacts and what each is made from. `step` decides whether it must be made again.
STEP := $(HERE)/step
PIN := $(HERE)/requirements

all: debs unattended moto node wheels-examples projects venvs-3.9 venvs-3.11 venvs-3.13 venvs-3.14 venvs-3.15

# In the order in which two jobs finish soonest: Python 3.11 has most virtualenvs.
root-bookworm:
	$(STEP) $@ $(HERE)/root -- $(HERE)/root bookworm

tools:
	$(STEP) $@ $(HERE)/tools $(PIN)/tools.txt -- $(HERE)/tools $(PIN)/tools.txt

wheels: tools
	$(STEP) $@ $(HERE)/wheels $(wildcard $(PIN)/*.txt) -- $(HERE)/wheels $(PIN)

EXAMPLES = $(wildcard $(HERE)/../../debian-examples/*/requirements*.txt)
wheels-examples: tools
	$(STEP) $@ $(HERE)/wheels-examples $(EXAMPLES) -- $(HERE)/wheels-examples $(EXAMPLES)

root-bullseye root-trixie root-forky: root-%:
	$(STEP) $@ $(HERE)/root -- $(HERE)/root $*

# What upgrades hosts at night.
unattended: root-bookworm
	$(STEP) $@ $(HERE)/unattended $(HERE)/root -- $(HERE)/unattended root-bookworm

# An object store.
moto: tools
	$(STEP) $@ $(HERE)/moto $(HERE)/moto.txt -- $(HERE)/moto $(HERE)/moto.txt

# What judges pages.
node:
	$(STEP) $@ $(HERE)/node $(wildcard $(HERE)/npm/*.json) -- $(HERE)/node $(HERE)/npm/package.json

# Projects of others.
projects: tools
	$(STEP) $@ $(HERE)/projects $(HERE)/projects.txt -- $(HERE)/projects $(HERE)/projects.txt

# What Debian itself packed.
debs:
	$(STEP) $@ $(HERE)/debs -- $(HERE)/debs

VENVS = $(STEP) $@ $^ $(HERE)/venvs $(HERE)/venvs-inside -- $(HERE)/venvs

venvs-3.11: root-bookworm tools wheels
	$(VENVS) 3.11 root-bookworm

venvs-3.9: root-bullseye tools wheels
	$(VENVS) 3.9 root-bullseye

venvs-3.13: root-trixie tools wheels
	$(VENVS) 3.13 root-trixie

# The two newest Pythons that Debian carries: its next default, and the one beside that.
venvs-3.14: root-forky tools wheels
	$(VENVS) 3.14 root-forky

venvs-3.15: root-forky tools wheels
	$(VENVS) 3.15 root-forky

.PHONY: all debs unattended moto node projects tools wheels wheels-examples root-bookworm root-bullseye root-trixie root-forky
.PHONY: venvs-3.9 venvs-3.11 venvs-3.13 venvs-3.14 venvs-3.15
