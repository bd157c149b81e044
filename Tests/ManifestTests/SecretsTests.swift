import Manifest
import TestSupport
import Testing

/// What must not be shown of a config.
@Suite struct SecretsTests {
  @Test(arguments: [
    "password", "adminPassword", "DB_PASSWORD", "api-key", "apiKey", "client_secret", "secretKey", "token",
    "github.token", "privateKey", "credentials", "pwd", "connectionString", ".dockerconfigjson",
  ])
  func keysThatLookSecret(key: String) {
    #expect(SecretKeys.isSecret(key))
  }

  @Test(arguments: [
    "secretName", "existingSecret", "secretRef", "tokenTTL", "passwordFile", "maxTokens", "tokenizer", "replicas",
    "imagePullSecretNames", "secretNamespace", "tokenUrl", "useToken", "key",
  ])
  func keysThatOnlySpeakOfOne(key: String) {
    #expect(!SecretKeys.isSecret(key))
  }

  static let masked: [(String, String)] = [
    ("password: hunter2", "password: •••"),
    ("password: hunter2 # from ada", "password: ••• # from ada"),
    ("password: \"a # b\" # c", "password: ••• # c"),
    ("password: 'it''s' # c", "password: ••• # c"),
    ("pin_token: 1234", "pin_token: •••"),
    ("password:", "password:"), ("password: ''", "password: ''"), ("password: null", "password: null"),
    ("secret: {}", "secret: {}"), ("token: false", "token: false"),
    ("  - name: db\n    password: x\n    user: ada", "  - name: db\n    password: •••\n    user: ada"),
    ("tokens:\n  - abc\n  - def\nuser: ada", "tokens:\n  - •••\n  - •••\nuser: ada"),
    ("tokens:\n- abc\nuser: ada", "tokens:\n- •••\nuser: ada"),
    ("secret:\n  key: x\n  name: y\n  enabled: true\nb: c", "secret:\n  key: •••\n  name: y\n  enabled: true\nb: c"),
    ("token: |\n  name: x\n  y\nb: c", "token: |\n  •••\n  •••\nb: c"),
    ("secret:\n  cert: |\n    x\n  other: y\nb: c", "secret:\n  cert: |\n    •••\n  other: •••\nb: c"),
    ("password: one\n  two\nb: c", "password: •••\n  •••\nb: c"),
    ("password: \"one\n  two\" # x\nb: c", "password: •••\n  ••• # x\nb: c"),
    ("auth: {user: ada, password: x, port: 1}", "auth: {user: ada, password: •••, port: 1}"),
    ("{\"a\":{\"password\": \"x\"},\"b\":1}", "{\"a\":{\"password\": •••},\"b\":1}"),
    ("secret: {a: b,\n  c: d}\ne: f", "secret: •••\n  •••\ne: f"),
    ("  \"token\": \"abc\",", "  \"token\": •••,"),
    ("# password: old", "# password: •••"),
    ("# a token is needed", "# a token is needed"),
    ("url: https://ada:hunter2@host/x", "url: https://ada:•••@host/x"),
    ("see https://docs, then db://u:pw@h and db://u:p2@h", "see https://docs, then db://u:•••@h and db://u:•••@h"),
    (
      "env:\n- name: DB_PASSWORD\n  value: x\n- name: USER\n  value: ada",
      "env:\n- name: DB_PASSWORD\n  value: •••\n- name: USER\n  value: ada"
    ),
    (
      "env: [{name: \"API_TOKEN\", value: x}, {name: USER, value: ada}]",
      "env: [{name: \"API_TOKEN\", value: •••}, {name: USER, value: ada}]"
    ),
    (
      "- name: TOKEN\n  value: x\nvalue: y\n- name: TOKEN\n  valueFrom:\n    value: z",
      "- name: TOKEN\n  value: •••\nvalue: y\n- name: TOKEN\n  valueFrom:\n    value: z"
    ),
    ("env: |\n  DB_PASSWORD=hunter2\n  USER=ada", "env: |\n  DB_PASSWORD=•••\n  USER=ada"),
    (
      "a: |\n  -----BEGIN PRIVATE KEY-----\n  MII\n  -----END PRIVATE KEY-----\nb: c", "a: |\n  •••\n  •••\n  •••\nb: c"
    ),
    ("password: [unclosed\nmore\n", "password: •••\n•••\n"),
    ("replicas: 3\nkeepDays: 9", "replicas: 3\nkeepDays: 9"),
    ("password: x\r\nb: c\r", "password: •••\r\nb: c\r"),
  ]

  @Test(arguments: masked)
  func valuesOfSecretKeysAreMaskedLineByLine(text: String, shown: String) {
    #expect(MaskedText(text).text == shown)
  }

  @Test func noSecretOfAConfigIsLeftHoweverItIsWritten() throws {
    let secret = "tr0ub4dor"
    for text in [
      "a: {b: [{password: \(secret)}]}", "a:\n - token:\n    - - \(secret)",
      "secrets:\n  db: >-\n   \(secret)\n   \(secret)",
      "? password\n: \(secret)", "\"pass\\u0077ord\": \(secret)", "credentials: &a [\n\(secret),\n\(secret)]",
    ] {
      // A key that hides itself is for a reader of YAML, who is asked where the text can be read.
      let value = SecretKeys.masked(try YAML.parse(text))
      #expect(!JSON.text(value).contains(secret))
    }
    #expect(!MaskedText("credentials: &a [\n\(secret),\n\(secret)]").text.contains(secret))
    #expect(!MaskedText("a:\n - token:\n    - - \(secret)").text.contains(secret))
  }

  @Test func aValueIsMaskedByThePathToIt() {
    let value: Value = ["config": "password: x\nuser: ada\n", "db": ["token": 12, "secretName": "n", "on": true]]

    #expect(
      SecretKeys.masked(value)
        == ["config": "password: •••\nuser: ada\n", "db": ["token": "•••", "secretName": "n", "on": true]])
    #expect(SecretKeys.isSecret(path: ["secrets", "db"]))
    #expect(!SecretKeys.isSecret(path: ["secrets", "name"]))
  }

  @Test func theValueOfAVariableIsAsSecretAsItsName() {
    let value: Value = ["env": [["value": "x", "name": "DB_PASSWORD"], ["name": "USER", "value": "ada"]]]

    #expect(
      SecretKeys.masked(value)
        == ["env": [["value": "•••", "name": "DB_PASSWORD"], ["name": "USER", "value": "ada"]]])
  }

  @Test func anyTextIsMaskedWithoutATrap() {
    var dice = Dice(seed: 7)
    let parts = [
      "password", "token: ", "{", "}", "[", "]", "\"", "'", "\\", "#", "- ", "|", "\n", "  ", ": ", "=", "x", "水",
    ]
    for _ in 0..<3000 {
      let text = (0..<dice.upTo(13)).map { _ in parts[dice.upTo(parts.count - 1)] }.joined()
      #expect(MaskedText(text).lines.count == text.split(separator: "\n", omittingEmptySubsequences: false).count)
    }
  }
}
