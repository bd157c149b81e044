/// One extension of the built-in marketplace, before it is a chart.
struct CatalogueEntry {
  var name: String
  var category: String
  var title: Words
  var summary: Words
  /// Paragraphs of the README.
  var about: Words
  var provider = Words("Meadow Works", "草甸工坊")
  var keywords: [String]
  var icon: CatalogueIcon
  /// The objects of every version that says nothing else.
  var parts: [CataloguePart]
  /// Oldest first.
  var versions: [CatalogueVersion]
}

/// A text in the two languages of the marketplace.
struct Words {
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
  /// The day it came out.
  var date: String
  /// What is new, a line each.
  var changes: [String]
  /// Objects beside those of the entry.
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

/// Something a chart of the marketplace brings, with the values that go with it.
enum CataloguePart {
  /// Settings in a ConfigMap: key, default and what it means.
  case settings([Setting])
  /// A page of the web console, its script in a ConfigMap.
  case page
  /// A Deployment and its Service; ready after so many seconds where no kubelet is.
  case workload(readyAfter: Int)
  /// A Job that prepares something.
  case job(readyAfter: Int)
  /// An API behind the gateway, served by the workload.
  case api
  /// A path of the gateway that leads to the workload.
  case proxy
  /// A path of the gateway that leads to a Service whose certificate is no good.
  case untrusted
  /// A template in so many words.
  case template(path: String, text: String)

  /// A value a user may want to change.
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
