# Auscult. `make` lists what can be made.

AUSCULT := .build/release/auscult
CHECKS := --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors

.DEFAULT_GOAL := help
.PHONY: help setup release demo test lint bench clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing (apt-get), saying what
	@.ci/setup

# The Swift libraries become part of the binary: it starts in half the time and runs where no Swift is installed.
release: setup ## Build .build/release/auscult
	@swift build -c release --product auscult --static-swift-stdlib

demo: release ## Synthesise machine sounds, learn what is normal, find the faults
	@echo; echo "1. Sounds of machines, sound and faulty, in datasets/demo"
	@$(AUSCULT) synth mimii --output datasets/demo
	@echo; echo "2. Their features, in features/demo"
	@$(AUSCULT) extract datasets/demo --feature log-mel,vibration --output features/demo
	@$(AUSCULT) extract datasets/demo/fan/id_00/abnormal/00000000.wav --feature log-mel --output reports/demo --plot
	@echo; echo "3. A model of the normal fan"
	@$(AUSCULT) train pca --data datasets/demo/fan/id_00 --feature log-mel --output models/demo-fan.safetensors
	@echo; echo "4. Its verdict on every clip, in reports/demo/verdicts.csv"
	@$(AUSCULT) detect --model models/demo-fan.safetensors datasets/demo/fan/id_00 --per clip \
	    --output reports/demo/verdicts.csv
	@echo; echo "5. How often it is right"
	@$(AUSCULT) evaluate --model models/demo-fan.safetensors --data datasets/demo/fan/id_00 \
	    --output reports/demo/evaluation.json
	@echo; echo "A spectrogram of the faulty fan: $$(find reports/demo -name '*.png' | head -n 1)"
	@echo "To try next:"
	@echo "  $(AUSCULT) inspect datasets/demo/fan/id_00/abnormal/00000000.wav"
	@echo "  $(AUSCULT) spectrum datasets/demo/fan/id_00/abnormal/00000000.wav --envelope"
	@echo "  $(AUSCULT) models show models/demo-fan.safetensors"

# The build refuses warnings and imports of undeclared targets; the last line is that of the test run.
test: setup lint ## Check style and layering, build with all warnings as errors, run the tests
	@swift build --build-tests $(CHECKS)
	@swift test --skip-build --disable-xctest

lint: ## Check the formatting
	@swift format lint --strict --parallel --recursive Sources Tests Package.swift

bench: release ## Measure speed; DATA=folder for other recordings than synthesised ones
	@$(AUSCULT) benchmark extract $(if $(DATA),--data "$(DATA)")

clean: ## Remove what was built and the demo's files
	rm -rf .build datasets/demo features/demo models/demo-* reports/demo
