# Kiln's front door. `make help` lists the targets.
BUILD ?= build
JOBS ?= $(shell nproc)
CONFIGURE = cmake -S . -B $(BUILD) -G Ninja -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 \
  -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld \
  $(if $(shell command -v ccache),-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
NINJA = ninja -C $(BUILD) -j $(JOBS)
# With a precompiled header ccache needs to be told that macros and time stamps in it do not matter.
export CCACHE_SLOPPINESS = pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR = $(CURDIR)
export CCACHE_NOHASHDIR = true

.PHONY: help packages test-packages build demo check check-slow docs bench deb clean
help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

packages: ## install the Debian packages that the build needs (asks nothing)
	@utils/install-packages

test-packages: ## install those that the tests need too
	@utils/install-packages test

$(BUILD)/build.ninja: CMakeLists.txt | packages
	$(CONFIGURE)

build: $(BUILD)/build.ninja ## build the tools into build/bin
	$(NINJA) tools

demo: build ## compile a matmul for gfx950, look at its main loop, execute it, compare
	@utils/demo $(BUILD)

check: test-packages $(BUILD)/build.ninja ## build and run all tests but the slow ones
	$(NINJA) check

check-slow: test-packages $(BUILD)/build.ninja ## run the slow tests too
	$(NINJA) check-unit check-slow

docs: $(BUILD)/build.ninja ## write the reference of dialects and passes into build/share/doc/kiln
	$(NINJA) docs

bench: build ## time `kiln compile` against clang, and the emulator
	bench/compile/compile $(BUILD)/bin/kiln
	bench/emulator/emulator $(BUILD)/bin/kiln

deb: build ## pack build/kiln_*.deb
	$(NINJA) package

clean: ## remove the build folder
	rm -rf $(BUILD)
