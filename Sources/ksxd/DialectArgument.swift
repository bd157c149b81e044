public import ArgumentParser
public import Extensions

extension Dialect.Name: ExpressibleByArgument {}
