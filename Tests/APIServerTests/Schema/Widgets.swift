import Manifest

/// A kind of a stranger's with every feature of schemas.
enum Widgets {
  static let schema = """
    type: object
    properties:
      spec:
        type: object
        required: [name]
        properties:
          name: {type: string, minLength: 2, maxLength: 5, pattern: '^[a-z]+$'}
          size: {type: integer, minimum: 1, maximum: 10, default: 3}
          ratio: {type: number, minimum: 0, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: true}
          color: {type: string, enum: [red, green], default: red}
          level: {type: integer, enum: [1, 2]}
          port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
          when: {type: string, format: date-time}
          every: {type: string, format: duration}
          bytes: {type: string, format: byte}
          addr: {type: string, format: ipv4}
          maybe: {type: string, nullable: true}
          maybeDefault: {type: string, nullable: true, default: x}
          flag: {type: boolean}
          labels: {type: object, additionalProperties: {type: string}, maxProperties: 2}
          open:
            type: object
            x-kubernetes-preserve-unknown-fields: true
            properties: {known: {type: object, properties: {a: {type: string}}}}
          anything: {x-kubernetes-preserve-unknown-fields: true}
          embedded: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
          tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
          list: {type: array, minItems: 1, maxItems: 2, items: {type: string}}
          ports:
            type: array
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [name]
            items:
              type: object
              required: [name]
              properties:
                name: {type: string}
                number: {type: integer, default: 80}
                nest: {type: object, default: {}, properties: {deep: {type: string, default: d}}}
          selector: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}}}
          choice:
            type: object
            properties: {a: {type: string}, b: {type: string}}
            oneOf: [{required: [a]}, {required: [b]}]
          some:
            type: object
            properties: {a: {type: string}, b: {type: string}}
            anyOf: [{required: [a]}, {required: [b]}]
          both:
            type: object
            properties: {a: {type: string, maxLength: 3}}
            allOf: [{properties: {a: {minLength: 2}}}, {required: [a]}]
      status:
        type: object
        properties: {replicas: {type: integer}, selector: {type: string}}
    """

  static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
  static let path = "/apis/example.com/v1/namespaces/default/widgets"

  /// A definition of widgets in `versions`.
  static func definition(versions: Value...) throws -> Value {
    [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "widgets.example.com"],
      "spec": [
        "group": "example.com", "scope": "Namespaced", "names": ["plural": "widgets", "kind": "Widget"],
        "versions": .sequence(versions),
      ],
    ]
  }

  /// A version in which `spec` is what is written as YAML; the first one is kept.
  static func version(_ name: String = "v1", isStored: Bool = true, spec: String) throws -> Value {
    [
      "name": .string(name), "served": true, "storage": .bool(isStored),
      "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": try YAML.parse(spec)]]],
    ]
  }

  /// An object with `spec`, written as YAML.
  static func widget(_ spec: String) throws -> Value {
    [
      "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "w"],
      "spec": try YAML.parse(spec),
    ]
  }
}
