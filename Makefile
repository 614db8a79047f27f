# The few commands a person types; Meson does the work.
# build/ is what is installed, build-test/ the same code under sanitizers.

BUILD := build
TEST := build-test
FUZZ := build-fuzz
TSAN := build-tsan
NINJA := ninja
FUZZ_SECONDS ?= 60

all: build

deps:
	@tools/deps

build: deps
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) -Dbuildtype=release -Dtests=disabled
	@$(NINJA) -C $(BUILD)
	@cp $(BUILD)/meson-private/centigram.pc $(BUILD)/meson-private/centigram_json.pc $(BUILD)/

$(TEST)/build.ninja:
	@meson setup $(TEST) -Db_sanitize=address,undefined

test: deps $(TEST)/build.ninja
	@tools/deps test
	@$(NINJA) -C $(TEST)
	@tools/run-tests $(TEST)

tsan: deps
	@test -f $(TSAN)/build.ninja || meson setup $(TSAN) -Db_sanitize=thread
	@$(NINJA) -C $(TSAN) centigram src/io/wake_test tests/json_abi \
	  examples/json/json_example
	@tools/run-tsan $(TSAN)

demo: build
	@tools/demo $(BUILD)/centigram

bench: build
	@tools/run-bench $(BUILD)

fuzz: deps
	@test -f $(FUZZ)/build.ninja || CC=clang meson setup $(FUZZ) -Dfuzz=true -Dtests=disabled \
	  -Db_sanitize=address,undefined -Db_lundef=false -Ddefault_library=static
	@$(NINJA) -C $(FUZZ)
	@tools/run-fuzz $(FUZZ) $(FUZZ_SECONDS)

lint: deps
	@tools/lint

docs: build
	@$(BUILD)/centigram docs $(BUILD)/reference
	@echo $(BUILD)/reference/index.html

dist: build
	@meson dist -C $(BUILD) --no-tests

install: build
	@meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) $(TEST) $(FUZZ) $(TSAN)

.PHONY: all deps build test tsan demo bench fuzz lint docs dist install clean
