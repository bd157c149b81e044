import ArgumentParser
package import Extensions

extension Dialect.Name: ExpressibleByArgument {}
