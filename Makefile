# Each target is a script of the same name, for people who like make.
.PHONY: run test check format format-check conformance e2e bench soak release clean

run test check conformance e2e bench soak release:
	@scripts/$@ $(ARGS)

format:
	swift format format --in-place --recursive --parallel Package.swift Sources Tests

format-check:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf .build .build-release
