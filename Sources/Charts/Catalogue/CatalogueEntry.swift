/// One extension of the built-in marketplace, from which its charts are generated.
struct CatalogueEntry {
  var name: String
  var category: String
  var title: LocalizedText
  var summary: LocalizedText
  /// Paragraphs of the README.
  var about: LocalizedText
  var provider = LocalizedText("Meadow Works", "草甸工坊")
  var keywords: [String]
  var icon: CatalogueIcon
  /// The parts of every version.
  var parts: [CataloguePart]
  /// Oldest first.
  var versions: [CatalogueVersion]
}

/// A text in the two languages of the marketplace.
struct LocalizedText {
  var english: String
  var chinese: String

  init(_ english: String, _ chinese: String) {
    self.english = english
    self.chinese = chinese
  }
}

/// One version of an extension of the built-in marketplace.
struct CatalogueVersion {
  var number: String
  /// The date of its release.
  var date: String
  /// What is new, one line for each change.
  var changes: [String]
  /// Parts in addition to those of the entry.
  var parts: [CataloguePart] = []
  var kubeVersion = ">=1.19.0-0"
  var dependencies: [Dependency] = []

  /// Another extension that this one needs.
  struct Dependency {
    var name: String
    var version: String
    var isRequired: Bool
  }

  init(
    _ number: String, _ date: String, _ changes: String..., parts: [CataloguePart] = [],
    kubeVersion: String = ">=1.19.0-0", needs dependencies: [Dependency] = []
  ) {
    self.number = number
    self.date = date
    self.changes = changes
    self.parts = parts
    self.kubeVersion = kubeVersion
    self.dependencies = dependencies
  }
}

/// A part of a marketplace chart: templates and their values.
enum CataloguePart {
  /// Settings in a ConfigMap.
  case settings([Setting])
  /// A page of the web console, with its script in a ConfigMap.
  case page
  /// A Deployment and its Service; without a kubelet, it becomes ready after this many seconds.
  case workload(readyAfter: Int)
  /// A Job that prepares something; without a kubelet, it completes after this many seconds.
  case job(readyAfter: Int)
  /// An API behind the gateway, served by the workload.
  case api
  /// A path of the gateway that is relayed to the workload.
  case proxy
  /// A path of the gateway that is relayed to a Service with an invalid certificate.
  case untrusted
  /// A template given as text.
  case template(path: String, text: String)

  /// A value that users may want to change.
  struct Setting {
    var key: String
    var value: String
    var meaning: String

    init(_ key: String, _ value: String, _ meaning: String) {
      self.key = key
      self.value = value
      self.meaning = meaning
    }
  }
}
