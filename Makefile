# Auscult. `make` lists what can be made.

AUSCULT := .build/release/auscult
MACHINES := fan pump slider valve
LIVE := ^(Monitoring|Messaging|Acquisition|Telemetry|Storage|Server)Tests[.]
CHECKS := --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors

.DEFAULT_GOAL := help
.PHONY: help setup release demo test soak lint bench man clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what is missing (apt-get), saying what
	@.ci/setup

# The Swift libraries become part of the binary: it starts in half the time and runs where no Swift is installed.
# Debug information is left out, for it is larger than the program and valgrind cannot read it.
release: setup ## Build .build/release/auscult
	@swift build -c release --product auscult --static-swift-stdlib -Xlinker --strip-debug

demo: release ## Make machine sounds, learn what is normal, find the faults
	@echo; echo "1. Sounds of four machines, normal and faulty, in datasets/demo"
	@$(AUSCULT) synth mimii --output datasets/demo
	@echo; echo "2. Their features, in features/demo; a spectrogram of a faulty fan"
	@$(AUSCULT) extract $(addprefix datasets/demo/,$(MACHINES)) --feature log-mel,vibration --output features/demo
	@$(AUSCULT) extract datasets/demo/fan/id_00/abnormal/00000001.wav --plot --output reports/demo
	@echo; echo "3. A model of each machine, from 24 of its 40 normal recordings"
	@for machine in $(MACHINES); do \
	    $(AUSCULT) train pca --data datasets/demo/$$machine/id_00/normal --holdout 0.4 \
	        --output models/demo-$$machine.safetensors --quiet | grep "^model"; done
	@$(AUSCULT) train lstm-autoencoder --data datasets/demo/fan/id_00/normal --holdout 0.4 --set stride=4 \
	    --output models/demo-fan-lstm.safetensors --quiet | grep "^model"
	@echo; echo "4. The verdict on every recording of the fan, in reports/demo/fan.csv"
	@$(AUSCULT) detect --model models/demo-fan.safetensors datasets/demo/fan --output reports/demo/fan.csv
	@grep abnormal reports/demo/fan.csv | head -n 3
	@echo; echo "5. How well each model tells normal from faulty recordings that it has not seen"
	@for machine in $(MACHINES); do \
	    $(AUSCULT) evaluate --model models/demo-$$machine.safetensors --data datasets/demo/$$machine \
	        --output reports/demo/$$machine.json; done
	@echo; echo "6. The LSTM autoencoder of the fan, and how it stands beside other models on the same split"
	@$(AUSCULT) evaluate --model models/demo-fan-lstm.safetensors --data datasets/demo/fan \
	    --output reports/demo/fan-lstm.json
	@$(AUSCULT) compare --models standard-score,pca,mahalanobis,isolation-forest,autoencoder,lstm-autoencoder \
	    --data datasets/demo/fan --set lstm-autoencoder.stride=4 --report reports/demo/comparison --quiet
	@echo; echo "7. Pumps that wear until they fail: how long the running ones have, in reports/demo/fleet.csv"
	@$(AUSCULT) synth fleet --output datasets/demo/fleet
	@$(AUSCULT) train gradient-boosting --data datasets/demo/fleet/failed.csv --unit unit --run-to-failure --cap 125 \
	    --set rounds=100 --set minLeafSamples=50 --set columnShare=0.5 --output models/demo-fleet.safetensors --quiet
	@$(AUSCULT) maintain --model models/demo-fleet.safetensors --input datasets/demo/fleet/running.csv \
	    --planned-cost 800 --unplanned-cost 6000 --output reports/demo/fleet.csv --report reports/demo/fleet
	@echo; echo "8. Seven sensors of a pump unit: what is odd, what it consumed, what comes next, in a report"
	@$(AUSCULT) synth sensors --output datasets/demo/sensors
	@$(AUSCULT) train gaussian-mixture --data datasets/demo/sensors/train.csv --set components=4 --set table.windows=8 \
	    --set table.statistics=mean+std --set table.differences=1 --threshold quantile:0.998 \
	    --output models/demo-sensors.safetensors --quiet | grep "^model"
	@$(AUSCULT) evaluate --model models/demo-sensors.safetensors --data datasets/demo/sensors/test.csv \
	    --output reports/demo/sensors.json --report reports/demo/sensors
	@$(AUSCULT) energy datasets/demo/sensors/test.csv --tariff 0.24,6-22=0.31,sat-sun=0.24 --output reports/demo/energy.csv
	@$(AUSCULT) forecast --input datasets/demo/sensors/train.csv --columns temperature --horizon 240 \
	    --report reports/demo/forecast --output reports/demo/forecast.csv
	@echo; echo "9. A faulty fan played live for ten seconds, judged, and sent to a channel of the embedded server"
	@.ci/live-demo $(AUSCULT)
	@echo; echo "The reports, to open in a browser: reports/demo/sensors/index.html, reports/demo/forecast/index.html,"
	@echo "  reports/demo/fleet/index.html, reports/demo/comparison/index.html"
	@echo "The spectrogram of a faulty fan: reports/demo/fan/id_00/abnormal/00000001.png"
	@echo "To try next:"
	@echo "  $(AUSCULT) inspect datasets/demo/fan/id_00/abnormal/00000001.wav"
	@echo "  $(AUSCULT) detect --model models/demo-valve.safetensors datasets/demo/valve --per frame --jsonl | head"
	@echo "  $(AUSCULT) models show models/demo-fan-lstm.safetensors"
	@echo "  $(AUSCULT) export --model models/demo-fan-lstm.safetensors --format onnx"

# The build refuses warnings and imports of undeclared targets. Tests that compute, tests that wait for links, servers and
# clocks, and tests that run the tool go one after the other: beside those that compute, the others would wait for a processor
# longer than what they wait for takes.
test: lint ## Check style and layering, build with all warnings as errors, run the tests
	@.ci/setup --tests
	@swift build --build-tests $(CHECKS)
	@swift test --skip-build --disable-xctest --skip CommandTests --skip "$(LIVE)"
	@swift test --skip-build --disable-xctest --filter "$(LIVE)"
	@swift test --skip-build --disable-xctest --filter CommandTests

soak: release ## Watch memory over a simulated week with everything on (about half an hour)
	@.ci/soak

lint: ## Check the formatting
	@swift format lint --strict --parallel --recursive Sources Tests Package.swift

bench: release ## Measure speed; DATA=folder for other recordings than synthesised ones
	@$(AUSCULT) benchmark extract $(if $(DATA),--data "$(DATA)")
	@$(AUSCULT) benchmark train
	@$(AUSCULT) benchmark models

man: setup ## Make the manual page
	@swift package generate-manual --configuration debug

clean: ## Remove what was built and the demo's files
	rm -rf .build datasets/demo features/demo models/demo-* reports/demo
