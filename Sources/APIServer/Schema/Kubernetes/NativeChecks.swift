import KubernetesAPI
import Manifest

extension Schema.Native {
  /// A check of a value of Kubernetes' own types beyond its type, as marked in `types.txt`.
  enum Check: String, Sendable {
    case label, subdomain, serviceName, pathSegment, dataKey, labels, labelKey
    case port, portName, portOrName, targetPort, amount, account, positive, mode
    case address, hostAddress, cidr, relativePath
    case time, bytes, quantity
  }
}

extension Schema.Native.Check {
  /// The errors in `value`, each with the part of it that the API server shows; empty if it is valid.
  func problems(_ value: Value) -> [(shown: Value, words: String)] {
    switch value {
    case .string(let text): problems(text).map { (value, $0) }
    case .integer(let number): problem(number).map { [(value, $0)] } ?? []
    case .mapping(let mapping) where self == .labels: mapping.pairs.flatMap(Self.problems(ofLabel:))
    default: []
    }
  }

  private func problems(_ text: String) -> [String] {
    switch self {
    case .portName, .portOrName, .targetPort: Self.problems(portName: text)
    case .amount:
      Self.isPercent(text)
        ? []
        : [
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
            + "for validation is '[0-9]+%')"
        ]
    default: rule.flatMap { holds(for: text) ? nil : [$0] } ?? []
    }
  }

  /// The API server's message about a string that fails the check.
  private var rule: String? {
    switch self {
    case .label: MetadataRules.labelRule
    case .subdomain: MetadataRules.subdomainRule
    case .serviceName: MetadataRules.rfc1035LabelRule
    case .pathSegment: "may not be '.' or '..', nor contain '/' or '%'"
    case .dataKey: DataRules.keyRule
    case .labelKey: MetadataRules.keyRule
    case .address: "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    case .hostAddress: "must be valid IP address"
    case .cidr: "not a valid CIDR"
    case .relativePath: "must be a relative path, and must not contain '..'"
    default: nil
    }
  }

  private func holds(for text: String) -> Bool {
    switch self {
    case .label: Syntax.isLabel(text)
    case .subdomain: Syntax.isSubdomain(text)
    case .serviceName: Syntax.isRFC1035Label(text)
    case .pathSegment: Syntax.isPathSegment(text)
    case .dataKey: DataRules.isKey(text)
    case .labelKey: Syntax.isLabelKey(text)
    case .address, .hostAddress: Format.ipv4.holds(for: text) || Format.ipv6.holds(for: text)
    case .cidr: Format.cidr.holds(for: text)
    case .relativePath: !text.hasPrefix("/") && !text.split(separator: "/").contains("..")
    default: true
    }
  }

  private func problem(_ number: Int) -> String? {
    switch self {
    case .port, .portOrName: (1...65535).contains(number) ? nil : "must be between 1 and 65535, inclusive"
    // Zero stands for the value of `port`.
    case .targetPort: (0...65535).contains(number) ? nil : "must be between 1 and 65535, inclusive"
    case .account: (0...Int(Int32.max)).contains(number) ? nil : "must be between 0 and 2147483647, inclusive"
    case .mode: (0...0o777).contains(number) ? nil : "must be a number between 0 and 0777 (octal), both inclusive"
    case .positive: number > 0 ? nil : "must be greater than zero"
    case .amount: number >= 0 ? nil : "must be greater than or equal to 0"
    default: nil
    }
  }

  /// A port's name, by IANA's rules for names of services (RFC 6335 §5.1).
  private static func problems(portName text: String) -> [String] {
    let bytes = Array(text.utf8)
    let isLetter = { (byte: UInt8) in (97...122).contains(byte) }
    var problems: [String] = []
    if bytes.count > 15 { problems.append("must be no more than 15 characters") }
    if !bytes.allSatisfy({ isLetter($0) || (48...57).contains($0) || $0 == 45 }) {
      problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    }
    if !bytes.contains(where: isLetter) { problems.append("must contain at least one letter or number (a-z, 0-9)") }
    if text.contains("--") { problems.append("must not contain consecutive hyphens") }
    if bytes.first == 45 || bytes.last == 45 { problems.append("must not begin or end with a hyphen") }
    return problems
  }

  private static func problems(ofLabel pair: Mapping.Pair) -> [(Value, String)] {
    var problems: [(Value, String)] = []
    if !Syntax.isLabelKey(pair.key) { problems.append((.string(pair.key), MetadataRules.keyRule)) }
    if let text = pair.value.string, !Syntax.isLabelValue(text) {
      problems.append((pair.value, MetadataRules.valueRule))
    }
    return problems
  }

  private static func isPercent(_ text: String) -> Bool {
    text.hasSuffix("%") && text.utf8.count > 1 && text.utf8.dropLast().allSatisfy { (48...57).contains($0) }
  }
}
