# Each target is a script of the same name, for people who like make.
.PHONY: run test check format conformance battery e2e robot bench soak sanitize tables golden release clean

run test check conformance battery e2e robot bench soak sanitize tables golden release:
	@scripts/$@ $(ARGS)

format:
	swift format format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

clean:
	rm -rf .build .build-*
